import { expect } from "chai";
import { applicationBlueprint } from "../../../../authentik/blueprints/application";
import { secretPaths, toYaml } from "../../../../authentik/blueprints/document";
import { hasSecret } from "../../../../authentik/providers";
import { releaseOf } from "../../../../authentik/releases";
import { configured, release } from "../../../support/applications";
import { entryOf, found, type ParsedBlueprint, parseBlueprint, requiredBy } from "../../../support/blueprint";

function application(provider: Record<string, unknown>, more: Record<string, unknown> = {}) {
    return configured({ slug: "wiki", name: "Wiki", provider, ...more });
}

function parsed(provider: Record<string, unknown>, more: Record<string, unknown> = {}): ParsedBlueprint {
    return parseBlueprint(toYaml(applicationBlueprint(application(provider, more), release)));
}

const secretFile = { tag: "!File", value: secretPaths.application("wiki") };

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
        expect(hasSecret(application(provider))).to.equal(false);
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

    it("says of e-mail addresses that they are verified, with a mapping of its own, where it is asked to", () => {
        const blueprint = parsed({ type: "oidc", redirectUris, scopes: ["openid", "email"], emailVerified: true });

        const mapping = entryOf(blueprint, scopes);
        expect(mapping.attrs).to.include({ scope_name: "email" });
        expect(mapping.attrs.expression).to.contain('"email_verified": True');
        const [openid, email] = entryOf(blueprint, model).attrs.property_mappings as unknown[];
        expect(openid).to.deep.equal(found(scopes, "managed", "goauthentik.io/providers/oauth2/scope-openid"));
        expect(email).to.deep.equal({ tag: "!KeyOf", value: mapping.id });
        expect(parsed({ type: "oidc", redirectUris }).entries.map((entry) => entry.model)).to.not.include(scopes);
    });

    it("makes a scope of its own from an expression", () => {
        const role = { name: "role", expression: 'return {"role": "admin"}', description: "Your role" };
        const blueprint = parsed({ type: "oidc", redirectUris, scopes: ["openid", role] });

        const mapping = entryOf(blueprint, scopes);
        expect(mapping.identifiers).to.deep.equal({ name: "wiki: scope role" });
        expect(mapping.attrs).to.deep.equal({
            scope_name: "role",
            expression: role.expression,
            description: "Your role",
        });
        const [, own] = entryOf(blueprint, model).attrs.property_mappings as unknown[];
        expect(own).to.deep.equal({ tag: "!KeyOf", value: mapping.id });
    });

    it("knows people by their user name unless it says otherwise, or an existing client did", () => {
        const held = [model, ["name", "wiki"]];
        expect(entryOf(parsed({ type: "oidc", redirectUris }), model).attrs.sub_mode).to.deep.equal({
            tag: "!If",
            value: [
                { tag: "!Find", value: held },
                { tag: "!AtIndex", value: [{ tag: "!FindObject", value: held }, "sub_mode"] },
                "user_username",
            ],
        });
        expect(
            entryOf(parsed({ type: "oidc", redirectUris, subMode: "hashed_user_id" }), model).attrs.sub_mode,
        ).to.equal("hashed_user_id");
    });

    it("is told of logouts under the name that the release has for it", () => {
        const provider = { type: "oidc", redirectUris, logout: { uri: "https://wiki.example.com/out" } };
        const attrsIn = (version: string) =>
            entryOf(parseBlueprint(toYaml(applicationBlueprint(application(provider), releaseOf(version)))), model)
                .attrs;

        expect(attrsIn("2025.8.4").backchannel_logout_uri).to.equal("https://wiki.example.com/out");
        expect(attrsIn("2025.8.4")).to.not.have.any.keys("logout_uri", "logout_method");
        expect(attrsIn("2025.10.4")).to.include({
            logout_uri: "https://wiki.example.com/out",
            logout_method: "backchannel",
        });
    });

    it("may be left for where it says after a logout", () => {
        const provider = { type: "oidc", redirectUris, postLogoutRedirectUris: ["https://wiki.example.com/"] };

        expect((entryOf(parsed(provider), model).attrs.redirect_uris as unknown[])[2]).to.deep.equal({
            matching_mode: "strict",
            url: "https://wiki.example.com/",
            redirect_uri_type: "logout",
        });
    });

    it("has redirect URIs with their purpose in releases that know several, which would drop it later", () => {
        const entry = { matching_mode: "strict", url: "https://wiki.example.com/" };
        const provider = { type: "oidc", redirectUris: [entry.url] };
        const urisIn = (version: string) =>
            entryOf(parseBlueprint(toYaml(applicationBlueprint(application(provider), releaseOf(version)))), model)
                .attrs.redirect_uris;

        expect(urisIn("2026.2.0")).to.deep.equal([entry]);
        expect(urisIn("2026.5.0")).to.deep.equal([{ ...entry, redirect_uri_type: "authorization" }]);
    });

    it("takes attributes that have no key, also where the stack has a value of its own", () => {
        const attributes = { include_claims_in_id_token: false, refresh_token_validity: "days=90" };

        expect(entryOf(parsed({ type: "oidc", redirectUris, attributes }), model).attrs).to.include(attributes);
    });

    it("signs with a certificate that it finds by name, and has what it looks up applied first", () => {
        const blueprint = parsed({ type: "oidc", redirectUris });

        expect(entryOf(blueprint, model).attrs.signing_key).to.deep.equal(
            found("authentik_crypto.certificatekeypair", "name", "authentik Self-signed Certificate"),
        );
        expect(requiredBy(blueprint)).to.include("System - OAuth2 Provider - Scopes");
    });

    it("gets from a preset what the configuration does not say", () => {
        const launchUrl = "https://wiki.example.com/";
        const { attrs } = entryOf(parsed({ type: "oidc", preset: "paperless" }, { launchUrl }), model);

        const uris = attrs.redirect_uris as { url: string }[];
        expect(uris).to.not.have.length(0);
        for (const { url } of uris) expect(url).to.match(/^https:\/\/wiki\.example\.com\/[^/]/);
    });
});
