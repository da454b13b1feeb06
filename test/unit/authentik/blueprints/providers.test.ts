import { expect } from "chai";
import { applicationBlueprint } from "../../../../authentik/blueprints/application";
import { secretPaths, toYaml } from "../../../../authentik/blueprints/document";
import { bindBlueprint } from "../../../../authentik/blueprints/bind";
import { declarations } from "../../../../authentik/declarations";
import { configured, release, version } from "../../../support/applications";
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

describe("the blueprint of an application behind an outpost", () => {
    it("says what the application is told of people, and makes authentik have it before", () => {
        const externalHost = "https://wiki.example.com";
        const blueprint = parsed({ type: "proxy", outpost: "o", externalHost, internalHost: "http://wiki:80" });

        const { property_mappings } = entryOf(blueprint, "authentik_providers_proxy.proxyprovider").attrs;
        const managed = (property_mappings as Tagged[]).map(({ value }) => (value as [string, string[]])[1][1]);
        expect(managed).to.deep.equal([
            ...["openid", "profile", "email", "entitlements"].map(
                (name) => `goauthentik.io/providers/oauth2/scope-${name}`,
            ),
            "goauthentik.io/providers/proxy/scope-proxy",
        ]);
        expect(requiredBy(blueprint)).to.include.members([
            "System - OAuth2 Provider - Scopes",
            "System - Proxy Provider - Scopes",
        ]);
    });
});

describe("the blueprint of an LDAP directory", () => {
    const blueprint = parsed({ type: "ldap", outpost: "o", baseDn: "DC=example,DC=com", mode: "cached" });
    const provider = entryOf(blueprint, "authentik_providers_ldap.ldapprovider");

    it("is bound to with the password alone", () => {
        expect(provider.attrs).to.include({
            base_dn: "DC=example,DC=com",
            bind_mode: "cached",
            search_mode: "cached",
            mfa_support: false,
        });
        expect(provider.attrs.authorization_flow).to.deep.equal(
            found("authentik_flows.flow", "slug", "authentik-stack-bind"),
        );
    });

    it("is bound to through the flow of the login where it asks for a second factor", () => {
        const { attrs } = entryOf(
            parsed({ type: "ldap", outpost: "o", secondFactor: true }),
            "authentik_providers_ldap.ldapprovider",
        );

        expect(attrs.mfa_support).to.equal(true);
        expect(attrs.authorization_flow).to.deep.equal(
            found("authentik_flows.flow", "slug", "default-authentication-flow"),
        );
    });

    it("has a service account, with a password from a file, that may search it, as may whoever has its role", () => {
        const user = entryOf(blueprint, "authentik_core.user");
        const role = entryOf(blueprint, "authentik_rbac.role");

        expect(user.identifiers).to.deep.equal({ username: "ldap-wiki" });
        expect(user.attrs.type).to.equal("service_account");
        expect(user.attrs.password).to.deep.equal(secretFile);
        expect(provider).to.have.deep.property("permissions", [
            {
                permission: "authentik_providers_ldap.search_full_directory",
                user: { tag: "!KeyOf", value: user.id },
            },
            {
                permission: "authentik_providers_ldap.search_full_directory",
                role: { tag: "!KeyOf", value: role.id },
            },
        ]);
        expect(role.identifiers).to.deep.equal({ name: "ldap-wiki" });
        expect(blueprint.entries.indexOf(user)).to.be.lessThan(blueprint.entries.indexOf(provider));
    });
});

describe("the blueprint of a RADIUS server", () => {
    it("shares a secret from a file with the networks that may ask", () => {
        const blueprint = parsed({ type: "radius", outpost: "o", clientNetworks: ["10.0.0.0/8", "fd00::/8"] });
        const { attrs } = entryOf(blueprint, "authentik_providers_radius.radiusprovider");

        expect(attrs.client_networks).to.equal("10.0.0.0/8,fd00::/8");
        expect(attrs.shared_secret).to.deep.equal(secretFile);
        expect(attrs.mfa_support).to.equal(false);
        expect(attrs.authorization_flow).to.deep.equal(found("authentik_flows.flow", "slug", "authentik-stack-bind"));
    });
});

describe("the flow in which devices bind with a password", () => {
    const blueprint = parseBlueprint(toYaml(bindBlueprint));
    const declared = (...providers: object[]) => {
        const applications = providers.map((provider, index) =>
            configured({ slug: `a${index}`, name: `A${index}`, provider }),
        );
        const stack = { version, url: "http://a", admin: { email: "a@example.com" }, applications, outposts: [] };
        return declarations(stack, "http://server").blueprints.map(({ name }) => name);
    };

    it("is for outposts alone, and asks for nothing but the password", () => {
        expect(entryOf(blueprint, "authentik_flows.flow").attrs).to.include({
            designation: "authentication",
            authentication: "require_outpost",
        });
        const stages = blueprint.entries.map(({ model }) => model).filter((model) => model.includes("_stages_"));
        expect(stages).to.deep.equal([
            "authentik_stages_identification.identificationstage",
            "authentik_stages_password.passwordstage",
            "authentik_stages_user_login.userloginstage",
        ]);
    });

    it("is made before what binds through it, once, and only where something does", () => {
        const names = declared({ type: "ldap", outpost: "o" }, { type: "radius", outpost: "o" });

        expect(names.slice(1)).to.deep.equal(["bind", "application-a0", "application-a1"]);
        expect(declared({ type: "saml", acsUrl: "https://a.example.com" })).to.not.include("bind");
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

    it("writes attributes of the provider and of a machine, which come before what the stack says by itself", () => {
        const attributes = { auth_mode: "static", property_mappings: ["RDP of the office"] };
        const endpoints = [{ name: "server 1", protocol: "rdp", host: "server1", attributes }];
        const settings = { "ignore-cert": true };
        const blueprint = parsed({ type: "rac", outpost: "o", endpoints, attributes: { settings } });

        expect(entryOf(blueprint, "authentik_providers_rac.racprovider").attrs.settings).to.deep.equal(settings);
        expect(entryOf(blueprint, "authentik_providers_rac.endpoint").attrs).to.deep.include({
            auth_mode: "static",
            property_mappings: [found("authentik_providers_rac.racpropertymapping", "name", "RDP of the office")],
        });
    });
});
