import { expect } from "chai";
import { applicationBlueprint } from "../../../../authentik/blueprints/application";
import { type Blueprint, toYaml } from "../../../../authentik/blueprints/document";
import { outpostBlueprint } from "../../../../authentik/blueprints/outpost";
import { configured, forwarded, release } from "../../../support/applications";
import { found, parseBlueprint } from "../../../support/blueprint";

/** What removes something that a blueprint made, as authentik reads it. */
function removal(blueprint: Blueprint, name: string) {
    const entries = blueprint.owned?.[name];
    if (entries === undefined) throw new Error(`${name} is not among ${Object.keys(blueprint.owned ?? {}).join(", ")}`);
    return parseBlueprint(toYaml({ name: "removal", entries })).entries;
}

describe("what a blueprint owns", () => {
    it("is the application and its provider, each removed by itself", () => {
        const blueprint = applicationBlueprint(forwarded("wiki", "o"), release);

        expect(removal(blueprint, "application wiki")).to.deep.equal([
            { model: "authentik_core.application", state: "absent", identifiers: { slug: "wiki" } },
        ]);
        expect(removal(blueprint, "provider wiki of authentik_providers_proxy.proxyprovider")).to.deep.equal([
            {
                model: "authentik_providers_proxy.proxyprovider",
                state: "absent",
                identifiers: { name: "wiki" },
            },
        ]);
        expect(Object.keys(blueprint.owned ?? {})).to.have.length(2);
    });

    it("is another provider when the way to sign in is another, so that the former is removed", () => {
        const redirectUris = ["https://wiki.example.com/cb"];
        const oidc = configured({ slug: "wiki", name: "Wiki", provider: { type: "oidc", redirectUris } });

        const before = Object.keys(applicationBlueprint(forwarded("wiki", "o"), release).owned ?? {});
        const after = Object.keys(applicationBlueprint(oidc, release).owned ?? {});

        expect(before.filter((name) => !after.includes(name))).to.deep.equal([
            "provider wiki of authentik_providers_proxy.proxyprovider",
        ]);
    });

    it("is each attribute that has no key, and what the provider is told of logouts", () => {
        const redirectUris = ["https://wiki.example.com/cb"];
        const logout = { uri: "https://wiki.example.com/logout" };
        const attributes = { refresh_token_validity: "days=90", encryption_key: "jwe", issuer_mode: "global" };
        const model = "authentik_providers_oauth2.oauth2provider";
        const blueprint = applicationBlueprint(
            configured({ slug: "wiki", name: "Wiki", provider: { type: "oidc", redirectUris, logout, attributes } }),
            release,
        );
        const reset = (name: string) => removal(blueprint, `${name} of provider wiki of ${model}`);

        expect(reset("refresh_token_validity")).to.deep.equal([
            {
                model,
                conditions: [{ tag: "!Find", value: [model, ["name", "wiki"]] }],
                identifiers: { name: "wiki" },
                attrs: { refresh_token_validity: "days=30" },
            },
        ]);
        expect(reset("encryption_key")[0]?.attrs).to.deep.equal({ encryption_key: null });
        expect(reset("logout_uri")[0]?.attrs).to.deep.equal({ logout_uri: "" });
        // The stack has a value of its own for it.
        expect(Object.keys(blueprint.owned ?? {}).filter((name) => name.includes("issuer_mode"))).to.deep.equal([]);
    });

    it("is each machine that people reach, and each of its attributes that has no key", () => {
        const attributes = { settings: { color_depth: "24" }, maximum_connections: 5, property_mappings: ["mine"] };
        const endpoints = [{ name: "one", protocol: "ssh", host: "server1", attributes }];
        const provider = { type: "rac", outpost: "o", endpoints };
        const blueprint = applicationBlueprint(configured({ slug: "desk", name: "Desk", provider }), release);
        const model = "authentik_providers_rac.endpoint";
        const own = { tag: "!Find", value: ["authentik_providers_rac.racprovider", ["name", "desk"]] };
        const identifiers = { name: "one", provider: own };

        expect(removal(blueprint, `${model} one of desk`)).to.deep.equal([
            { model, state: "absent", conditions: [own], identifiers },
        ]);
        expect(removal(blueprint, `settings of ${model} one of desk`)).to.deep.equal([
            {
                model,
                conditions: [{ tag: "!Find", value: [model, ["name", "one"], ["provider", own]] }],
                identifiers,
                attrs: { settings: {} },
            },
        ]);
        const reset = (name: string) => removal(blueprint, `${name} of ${model} one of desk`)[0]?.attrs;
        expect(reset("maximum_connections")).to.deep.equal({ maximum_connections: 1 });
        expect(reset("property_mappings")).to.deep.equal({ property_mappings: [] });
    });

    it("is a scope of the application's own, also while its provider stays", () => {
        const scopes = [{ name: "role", expression: "return {}" }];
        const provider = { type: "oidc", redirectUris: ["https://wiki.example.com/cb"], scopes };
        const blueprint = applicationBlueprint(configured({ slug: "wiki", name: "Wiki", provider }), release);
        const model = "authentik_providers_oauth2.scopemapping";

        expect(removal(blueprint, `${model} wiki: scope role of wiki`)).to.deep.equal([
            { model, state: "absent", identifiers: { name: "wiki: scope role" } },
        ]);
    });

    it("is the service account of a directory as well", () => {
        const ldap = configured({ slug: "nas", name: "NAS", provider: { type: "ldap", outpost: "o" } });

        const removed = removal(
            applicationBlueprint(ldap, release),
            "provider nas of authentik_providers_ldap.ldapprovider",
        );
        expect(removed.map(({ model, identifiers }) => [model, identifiers])).to.deep.include([
            "authentik_core.user",
            { username: "ldap-nas" },
        ]);
    });

    it("is who may enter, but not the group, whose members are the user's own", () => {
        const grouped = { ...forwarded("wiki", "o"), group: "family" };

        const [binding, ...others] = removal(
            applicationBlueprint(grouped, release),
            "group family at application wiki",
        );
        expect(others).to.deep.equal([]);
        expect(binding).to.deep.include({ model: "authentik_policies.policybinding", state: "absent" });
        expect(binding?.identifiers).to.deep.include({
            target: { tag: "!Find", value: ["authentik_core.application", ["slug", "wiki"]] },
            group: { tag: "!Find", value: ["authentik_core.group", ["name", "family"]] },
        });
    });

    it("is nobody else's binding, also where the group is gone", () => {
        const grouped = { ...forwarded("wiki", "o"), group: "family" };

        const [binding] = removal(applicationBlueprint(grouped, release), "group family at application wiki");
        expect(binding?.conditions).to.deep.equal([found("authentik_core.group", "name", "family")]);
    });

    it("is what authentik's page says of the application, which is not made again where it is gone", () => {
        const described = { ...forwarded("wiki", "o"), description: "All of it" };

        expect(removal(applicationBlueprint(described, release), "meta_description of application wiki")).to.deep.equal(
            [
                {
                    model: "authentik_core.application",
                    conditions: [found("authentik_core.application", "slug", "wiki")],
                    identifiers: { slug: "wiki" },
                    attrs: { meta_description: "" },
                },
            ],
        );
    });

    it("is the policy with an expression, and each entitlement", () => {
        const wiki = configured({
            ...{
                slug: "wiki",
                name: "Wiki",
                access: { expression: "return True" },
                entitlements: [{ name: "editors" }],
            },
            provider: { type: "oidc", redirectUris: ["https://wiki.example.com/cb"] },
        });
        const blueprint = applicationBlueprint(wiki, release);

        expect(removal(blueprint, "policy wiki: access at application wiki")).to.deep.equal([
            {
                model: "authentik_policies_expression.expressionpolicy",
                state: "absent",
                identifiers: { name: "wiki: access" },
            },
        ]);
        expect(removal(blueprint, "entitlement editors of application wiki")[0]?.identifiers).to.deep.equal({
            app: found("authentik_core.application", "slug", "wiki"),
            name: "editors",
        });
    });

    it("is the outpost, with whom authentik removes its account and token", () => {
        const blueprint = outpostBlueprint({ name: "o", type: "proxy" }, [], "http://auth.test");

        expect(removal(blueprint, "outpost o")).to.deep.equal([
            { model: "authentik_outposts.outpost", state: "absent", identifiers: { name: "o" } },
        ]);
        expect(Object.keys(blueprint.owned ?? {})).to.deep.equal(["outpost o"]);
    });
});
