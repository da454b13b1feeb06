import { expect } from "chai";
import { applicationSecret, applicationSecretPath } from "../../../../authentik/application-secret";
import { applicationBlueprint } from "../../../../authentik/blueprints/application";
import { toYaml } from "../../../../authentik/blueprints/document";
import { configured } from "../../../support/applications";
import { entryOf, type ParsedBlueprint, parseBlueprint, type Tagged } from "../../../support/blueprint";

function application(provider: Record<string, unknown>, more: Record<string, unknown> = {}) {
    return configured({ slug: "wiki", name: "Wiki", provider, ...more });
}

function parsed(provider: Record<string, unknown>, more: Record<string, unknown> = {}): ParsedBlueprint {
    return parseBlueprint(toYaml(applicationBlueprint(application(provider, more))));
}

function required({ entries }: ParsedBlueprint): string[] {
    return entries
        .filter(({ model }) => model === "authentik_blueprints.metaapplyblueprint")
        .map(({ attrs }) => (attrs.identifiers as { name: string }).name);
}

const found = (model: string, field: string, value: string) => ({ tag: "!Find", value: [model, [field, value]] });
const secretFile = { tag: "!File", value: applicationSecretPath("wiki") };

describe("the blueprint of an OIDC client", () => {
    const model = "authentik_providers_oauth2.oauth2provider";
    const scopes = "authentik_providers_oauth2.scopemapping";
    const redirectUris = ["https://wiki.example.com/callback", { url: "https://.*/cb", matching: "regex" }];

    it("has a secret from a file, and its slug for an id", () => {
        const { attrs } = entryOf(parsed({ type: "oidc", redirectUris }), model);

        expect(attrs).to.include({ client_type: "confidential", client_id: "wiki" });
        expect(attrs.client_secret).to.deep.equal(secretFile);
    });

    it("has no secret when it keeps none", () => {
        const provider = { type: "oidc", redirectUris, public: true, clientId: "wiki-cli" };

        const { attrs } = entryOf(parsed(provider), model);

        expect(attrs)
            .to.include({ client_type: "public", client_id: "wiki-cli" })
            .and.not.have.property("client_secret");
        expect(applicationSecret(application(provider))).to.equal(undefined);
    });

    it("may be sent back where it says, literally unless it asks for a regular expression", () => {
        expect(entryOf(parsed({ type: "oidc", redirectUris }), model).attrs.redirect_uris).to.deep.equal([
            { matching_mode: "strict", url: "https://wiki.example.com/callback" },
            { matching_mode: "regex", url: "https://.*/cb" },
        ]);
    });

    it("finds authentik's own scopes by their managed names, others by the scope they give", () => {
        const provider = { type: "oidc", redirectUris, scopes: ["openid", "goauthentik.io/api", "wiki_roles"] };
        const managed = (name: string) => found(scopes, "managed", `goauthentik.io/providers/oauth2/scope-${name}`);

        expect(entryOf(parsed(provider), model).attrs.property_mappings).to.deep.equal([
            managed("openid"),
            managed("authentik_api"),
            found(scopes, "scope_name", "wiki_roles"),
        ]);
    });

    it("signs with a certificate that it finds by name, and has what it looks up applied first", () => {
        const blueprint = parsed({ type: "oidc", redirectUris });

        expect(entryOf(blueprint, model).attrs.signing_key).to.deep.equal(
            found("authentik_crypto.certificatekeypair", "name", "authentik Self-signed Certificate"),
        );
        expect(required(blueprint)).to.include("System - OAuth2 Provider - Scopes");
    });

    it("gets from a preset what the configuration does not say", () => {
        const launchUrl = "https://wiki.example.com/";
        const { attrs } = entryOf(parsed({ type: "oidc", preset: "paperless" }, { launchUrl }), model);

        const uris = attrs.redirect_uris as { url: string }[];
        expect(uris).to.not.have.length(0);
        for (const { url } of uris) expect(url).to.match(/^https:\/\/wiki\.example\.com\/[^/]/);
    });
});

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
        expect(required(blueprint)).to.include("System - SAML Provider - Mappings");
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
                permission: "authentik_providers_ldap.search_full_directory",
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
