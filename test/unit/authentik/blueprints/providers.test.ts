import { expect } from "chai";
import { applicationBlueprint } from "../../../../authentik/blueprints/application";
import { secretPaths, toYaml } from "../../../../authentik/blueprints/document";
import { configured, release } from "../../../support/applications";
import {
    entryOf,
    found,
    type ParsedBlueprint,
    parseBlueprint,
    requiredBy,
    type Tagged,
} from "../../../support/blueprint";

function parsed(provider: Record<string, unknown>): ParsedBlueprint {
    return parseBlueprint(toYaml(applicationBlueprint(configured({ slug: "wiki", name: "Wiki", provider }), release)));
}

const secretFile = { tag: "!File", value: secretPaths.application("wiki") };

describe("the blueprint of a SAML consumer", () => {
    it("says where assertions go, and sends authentik's own attributes, signed", () => {
        const model = "authentik_providers_saml.samlprovider";
        const blueprint = parsed({ type: "saml", acsUrl: "https://wiki.example.com/acs", audience: "wiki" });
        const { attrs } = entryOf(blueprint, model);

        expect(attrs).to.include({
            acs_url: "https://wiki.example.com/acs",
            audience: "wiki",
            issuer: "authentik",
            sp_binding: "post",
            sign_assertion: true,
        });
        const mappings = (attrs.property_mappings as Tagged[]).map(({ value }) => (value as [string, string[]])[1]);
        expect(mappings).to.deep.include(["managed", "goauthentik.io/providers/saml/email"]);
        expect(requiredBy(blueprint)).to.include("System - SAML Provider - Mappings");
    });
});

describe("the blueprint of an LDAP directory", () => {
    const blueprint = parsed({ type: "ldap", outpost: "o", baseDn: "DC=example,DC=com", mode: "cached" });
    const provider = entryOf(blueprint, "authentik_providers_ldap.ldapprovider");

    it("is bound to through the flow of the login", () => {
        expect(provider.attrs).to.include({
            base_dn: "DC=example,DC=com",
            bind_mode: "cached",
            search_mode: "cached",
        });
        expect(provider.attrs.authorization_flow).to.deep.equal(
            found("authentik_flows.flow", "slug", "default-authentication-flow"),
        );
    });

    it("has a service account, with a password from a file, that alone may search it", () => {
        const user = entryOf(blueprint, "authentik_core.user");

        expect(user.identifiers).to.deep.equal({ username: "ldap-wiki" });
        expect(user.attrs.type).to.equal("service_account");
        expect(user.attrs.password).to.deep.equal(secretFile);
        expect(provider).to.have.deep.property("permissions", [
            {
                permission: "search_full_directory",
                user: { tag: "!KeyOf", value: user.id },
            },
        ]);
        expect(blueprint.entries.indexOf(user)).to.be.lessThan(blueprint.entries.indexOf(provider));
    });
});

describe("the blueprint of a RADIUS server", () => {
    it("shares a secret from a file with the networks that may ask", () => {
        const blueprint = parsed({ type: "radius", outpost: "o", clientNetworks: ["10.0.0.0/8", "fd00::/8"] });
        const { attrs } = entryOf(blueprint, "authentik_providers_radius.radiusprovider");

        expect(attrs.client_networks).to.equal("10.0.0.0/8,fd00::/8");
        expect(attrs.shared_secret).to.deep.equal(secretFile);
    });
});

describe("the blueprint of machines reached in the browser", () => {
    it("declares each machine at its provider, after it", () => {
        const endpoints = [{ name: "server 1", protocol: "ssh", host: "server1:22" }];
        const blueprint = parsed({ type: "rac", outpost: "o", endpoints });
        const machine = entryOf(blueprint, "authentik_providers_rac.endpoint");
        const provider = entryOf(blueprint, "authentik_providers_rac.racprovider");

        expect(machine.identifiers).to.deep.equal({
            name: "server 1",
            provider: { tag: "!KeyOf", value: provider.id },
        });
        expect(machine.attrs).to.deep.equal({ protocol: "ssh", host: "server1:22", auth_mode: "prompt" });
        expect(blueprint.entries.indexOf(machine)).to.be.greaterThan(blueprint.entries.indexOf(provider));
    });
});
