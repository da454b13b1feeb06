import { expect } from "chai";
import { applicationBlueprint } from "../../../../authentik/blueprints/application";
import { toYaml } from "../../../../authentik/blueprints/document";
import { configured, release } from "../../../support/applications";
import { entryOf, found, parseBlueprint } from "../../../support/blueprint";

const behindOutpost = { outpost: "ak-outpost-organizr", externalHost: "http://organizr.localhost:9080" };
const proxy = { type: "proxy", ...behindOutpost, internalHost: "http://organizr:80" };
const organizr = { slug: "organizr", name: "Organizr", provider: proxy };
const providers = "authentik_providers_proxy.proxyprovider";
const bindings = "authentik_policies.policybinding";

function parsed(changes: Record<string, unknown> = {}) {
    return parseBlueprint(toYaml(applicationBlueprint(configured({ ...organizr, ...changes }), release)));
}

describe("an application's blueprint", () => {
    it("is named after the slug", () => {
        expect(applicationBlueprint(configured(organizr), release).name).to.equal("application-organizr");
    });

    it("has its default flows applied first, and finds them by slug", () => {
        const { entries } = parsed();
        const required = entries.slice(0, 2).map(({ attrs }) => (attrs.identifiers as { name: string }).name);

        expect(required).to.deep.equal([
            "Default - Provider authorization flow (implicit consent)",
            "Default - Provider invalidation flow",
        ]);
        const { attrs } = entryOf(parsed(), providers);
        const flow = (slug: string) => ({ tag: "!Find", value: ["authentik_flows.flow", ["slug", slug]] });
        expect(attrs.authorization_flow).to.deep.equal(flow("default-provider-authorization-implicit-consent"));
        expect(attrs.invalidation_flow).to.deep.equal(flow("default-provider-invalidation-flow"));
    });

    it("leads a proxied application to where the outpost reaches it", () => {
        expect(entryOf(parsed(), providers).attrs).to.include({
            mode: "proxy",
            external_host: "http://organizr.localhost:9080",
            internal_host: "http://organizr:80",
            cookie_domain: "",
            skip_path_regex: "",
        });
    });

    it("names no inner address where a reverse proxy asks the outpost", () => {
        const provider = { type: "forward_single", ...behindOutpost };

        expect(entryOf(parsed({ provider }), providers).attrs).to.include({
            mode: "forward_single",
            internal_host: "",
        });
    });

    it("shares the sign-in within a domain", () => {
        const provider = { type: "forward_domain", ...behindOutpost, cookieDomain: "example.com" };

        expect(entryOf(parsed({ provider }), providers).attrs).to.include({
            mode: "forward_domain",
            cookie_domain: "example.com",
        });
    });

    it("writes one line for each path that needs no sign-in", () => {
        const provider = { ...proxy, skipPaths: ["^/api/.*", "^/health$"] };

        expect(entryOf(parsed({ provider }), providers).attrs.skip_path_regex).to.equal("^/api/.*\n^/health$");
    });

    it("ties the application to its provider", () => {
        const application = entryOf(parsed(), "authentik_core.application");

        expect(application.identifiers).to.deep.equal({ slug: "organizr" });
        expect(application.attrs.name).to.equal("Organizr");
        expect(application.attrs.provider).to.deep.equal({ tag: "!KeyOf", value: "provider" });
        expect(entryOf(parsed(), providers).id).to.equal("provider");
    });

    it("shows icon and launch URL where they are given, and takes a launch URL back that is no longer given", () => {
        const given = entryOf(
            parsed({ icon: "https://x/icon.png", launchUrl: "https://x/start" }),
            "authentik_core.application",
        );
        const bare = entryOf(parsed(), "authentik_core.application");

        expect(given.attrs).to.include({ meta_icon: "https://x/icon.png", meta_launch_url: "https://x/start" });
        expect(bare.attrs).to.not.have.any.keys("icon", "meta_icon");
        expect(bare.attrs.meta_launch_url).to.equal("");
    });

    it("lets only members of the named group in, and makes the group", () => {
        const blueprint = parsed({ group: "family" });
        const binding = entryOf(blueprint, bindings);

        expect(entryOf(blueprint, "authentik_core.group")).to.deep.include({ identifiers: { name: "family" } });
        expect(binding.identifiers).to.deep.equal({
            target: { tag: "!KeyOf", value: "application" },
            group: found("authentik_core.group", "name", "family"),
        });
        expect(binding.attrs).to.include({ enabled: true, negate: false });
        expect(entryOf(blueprint, "authentik_core.application").id).to.equal("application");
    });

    it("binds no group where none is named, and leaves what is bound in authentik as it is", () => {
        expect(parsed().entries.map(({ model }) => model)).to.not.include(bindings);
        expect(entryOf(parsed(), "authentik_core.application").attrs).to.not.have.property("policy_engine_mode");
    });

    it("lets in groups, users and whom an expression lets in, in the mode that is asked for", () => {
        const expression = "return True";
        const access = { groups: ["family", "friends"], users: ["alice"], expression };
        const blueprint = parsed({ access });
        const bound = blueprint.entries.filter(({ model }) => model === bindings);

        const target = { tag: "!KeyOf", value: "application" };
        expect(bound.map(({ identifiers }) => identifiers)).to.deep.equal([
            { target, group: found("authentik_core.group", "name", "family") },
            { target, group: found("authentik_core.group", "name", "friends") },
            { target, user: found("authentik_core.user", "username", "alice") },
            { target, policy: { tag: "!KeyOf", value: "organizr: access" } },
        ]);
        expect(bound.map(({ attrs }) => attrs.order)).to.deep.equal([0, 1, 2, 3]);
        expect(entryOf(blueprint, "authentik_policies_expression.expressionpolicy")).to.deep.include({
            identifiers: { name: "organizr: access" },
            attrs: { expression },
        });
        const mode = (asked: string) =>
            entryOf(parsed({ access: { ...access, mode: asked } }), "authentik_core.application").attrs
                .policy_engine_mode;
        expect([mode("any"), mode("all")]).to.deep.equal(["any", "all"]);
    });

    it("gives entitlements to groups and users", () => {
        const blueprint = parsed({
            entitlements: [{ name: "editors", groups: ["family"], users: ["alice"], attributes: { role: "editor" } }],
        });

        expect(entryOf(blueprint, "authentik_core.applicationentitlement")).to.deep.include({
            identifiers: { app: { tag: "!KeyOf", value: "application" }, name: "editors" },
            attrs: { attributes: { role: "editor" } },
        });
        const target = { tag: "!KeyOf", value: "entitlement editors" };
        expect(blueprint.entries.filter(({ model }) => model === bindings).map((one) => one.identifiers)).to.deep.equal(
            [
                { target, group: found("authentik_core.group", "name", "family") },
                { target, user: found("authentik_core.user", "username", "alice") },
            ],
        );
    });

    it("shows what is configured on authentik's page, and touches nothing else of it", () => {
        const { attrs } = entryOf(
            parsed({ libraryGroup: "Media", description: "All of it", publisher: "Them", openInNewTab: true }),
            "authentik_core.application",
        );

        expect(attrs).to.include({
            group: "Media",
            meta_description: "All of it",
            meta_publisher: "Them",
            open_in_new_tab: true,
        });
        expect(entryOf(parsed(), "authentik_core.application").attrs).to.not.have.any.keys(
            ...["group", "meta_description", "meta_publisher", "open_in_new_tab"],
        );
    });

    it("lets the account in with which a directory's clients search", () => {
        const provider = { type: "ldap", outpost: "ak-ldap" };
        const blueprint = parsed({ slug: "nas", provider, group: "family" });

        expect(
            blueprint.entries.filter(({ model }) => model === bindings).map((one) => one.identifiers),
        ).to.deep.include({
            target: { tag: "!KeyOf", value: "application" },
            user: found("authentik_core.user", "username", "ldap-nas"),
        });
    });
});
