import { expect } from "chai";
import { attributeChecks, isNameless, reviewAttributes, unset, written } from "../../../authentik/attributes";
import { attributesOf } from "../../../authentik/models";
import { attributedOf, kinds } from "../../../authentik/providers";
import { formatPath } from "../../../ground/problems";
import { configured } from "../../support/applications";

const oidc = "authentik_providers_oauth2.oauth2provider";
const saml = "authentik_providers_saml.samlprovider";
const rac = "authentik_providers_rac.racprovider";
const scim = "authentik_providers_scim.scimprovider";
const ldap = "authentik_providers_ldap.ldapprovider";

/** What is wrong with attributes of a model, each with its place. */
function problemsOf(model: string, attributes: Record<string, unknown>, version = "2025.8.4"): string[] {
    const problems: string[] = [];
    const keys = kinds.find(([, kind]) => kind.model === model)?.[1].keys ?? {};
    reviewAttributes({ model, attributes, path: ["provider", "attributes"], keys }, version, (path, cure) =>
        problems.push(`${formatPath(path)} ${cure}`),
    );
    return problems;
}

describe("an attribute that has no key of its own", () => {
    const taken: [model: string, name: string, value: unknown, version?: string][] = [
        [oidc, "access_token_validity", "hours=1"],
        [oidc, "access_token_validity", "Hours=1;minutes=30;seconds=0.5"],
        [oidc, "refresh_token_validity", "days=30"],
        [oidc, "include_claims_in_id_token", false],
        [oidc, "issuer_mode", "global"],
        [oidc, "encryption_key", "jwe"],
        [oidc, "encryption_key", null],
        [oidc, "authentication_flow", "with-mfa"],
        [oidc, "jwt_federation_providers", ["ci"]],
        [oidc, "grant_types", ["authorization_code", "client_credentials"], "2026.5.6"],
        [oidc, "grant_types", ["urn:ietf:params:oauth:grant-type:token-exchange"], "2026.8.3"],
        [saml, "assertion_valid_not_before", "minutes=-5"],
        [saml, "name_id_mapping", "NameID by employee number"],
        [saml, "default_name_id_policy", "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"],
        [saml, "sign_response", true],
        [saml, "sls_url", "https://wiki.example.com/sls", "2025.10.4"],
        [saml, "logout_method", "backchannel", "2025.10.4"],
        [ldap, "uid_start_number", 10000],
        [ldap, "certificate", "ldap.example.com"],
        [ldap, "tls_server_name", ""],
        [rac, "settings", { "ignore-cert": true, "color-depth": 24 }],
        [rac, "delete_token_on_disconnect", true],
        [scim, "compatibility_mode", "sfdc", "2025.10.4"],
        [scim, "sync_page_size", 50, "2025.12.6"],
    ];
    for (const [model, name, value, version] of taken) {
        it(`is taken: ${name} = ${JSON.stringify(value)}`, () => {
            expect(problemsOf(model, { [name]: value }, version)).to.deep.equal([]);
        });
    }

    const refused: [model: string, name: string, value: unknown, cure: string, version?: string][] = [
        [oidc, "acess_token_validity", "hours=1", "use access_token_validity, or remove it"],
        [oidc, "accessTokenValidity", "hours=1", "use access_token_validity, or remove it"],
        [oidc, "provider_ptr", 1, "is not an attribute of"],
        // authentik leaves out the part with a unit that it does not know.
        [oidc, "access_token_validity", "hours=1;minute=30", "must be a duration with units"],
        [oidc, "access_token_validity", "1h", "must be a duration"],
        [oidc, "access_token_validity", "hours=1;", "must be a duration"],
        [oidc, "access_token_validity", 3600, "must be a duration"],
        [oidc, "include_claims_in_id_token", "yes", "must be true or false"],
        [oidc, "issuer_mode", "per_client", "must be one of global, per_provider"],
        [oidc, "encryption_key", "", "must be the name of an object"],
        [saml, "sign_response", null, "must be true or false"],
        [oidc, "jwt_federation_providers", "ci", "must be a list of names"],
        [oidc, "grant_types", ["authorization_code"], "from 2026.5 on"],
        [oidc, "grant_types", "authorization_code", "must be a list of authorization_code", "2026.5.6"],
        [oidc, "grant_types", ["magic"], "must be a list of authorization_code", "2026.5.6"],
        [oidc, "grant_types", ["urn:ietf:params:oauth:grant-type:token-exchange"], "must be a list of", "2026.5.6"],
        [oidc, "sub_mode", "user_email", "is set by this stack itself; use subMode instead"],
        [oidc, "client_secret", "hunter2", "use the secret `application/<slug>` instead"],
        [oidc, "name", "wiki", "use slug instead"],
        [saml, "acs_url", "https://wiki.example.com/acs", "use acsUrl instead"],
        [saml, "sls_url", "https://wiki.example.com/sls", "from 2025.10 on"],
        [saml, "sls_url", "wiki.example.com/sls", "must be an http or https URL", "2025.10.4"],
        [saml, "issuer", "wiki", "use issuer instead"],
        [ldap, "uid_start_number", 1.5, "must be a whole number"],
        [ldap, "uid_start_number", 2 ** 31, "must be a whole number"],
        [ldap, "uid_start_number", "10000", "must be a whole number"],
        [ldap, "mfa_support", true, "use secondFactor instead"],
        [rac, "settings", "ignore-cert", "must be an object"],
        [rac, "settings", { password: "hunter2" }, "is a secret, and would be stored in plain text"],
        [rac, "settings", { "private-key": "hunter2" }, "is a secret, and would be stored in plain text"],
        [scim, "compatibility_mode", "sfdc", "must be one of default, aws, slack"],
        [scim, "filter_group", "family", "up to 2025.12", "2026.2.0"],
        [ldap, "property_mappings", ["x"], "refers to objects that have no name"],
    ];
    for (const [model, name, value, cure, version] of refused) {
        it(`is refused, with its place and what to do: ${name} = ${JSON.stringify(value)}`, () => {
            const problems = problemsOf(model, { [name]: value }, version);

            expect(problems, problems.join("\n")).to.have.length(1);
            expect(problems[0]).to.contain(`provider.attributes.${name}`).and.contain(cure);
        });
    }

    it("is refused at an endpoint too, where the stack has a key for it", () => {
        const endpoint = { name: "one", protocol: "rdp", host: "one", attributes: { host: "two", auth_mode: "x" } };
        const application = configured({
            slug: "machines",
            name: "Machines",
            provider: { type: "rac", outpost: "o", endpoints: [endpoint] },
        });
        const problems: string[] = [];
        for (const one of attributedOf(application))
            reviewAttributes(one, "2025.8.4", (path, cure) => problems.push(`${formatPath(path)} ${cure}`));

        expect(problems).to.have.length(2);
        expect(problems[0]).to.contain("provider.endpoints[0].attributes.host").and.contain("use host instead");
        expect(problems[1]).to.contain("must be one of static, prompt");
    });
});

describe("an attribute that refers to another object", () => {
    it("looks it up by name, each of a list", () => {
        const attributes = { encryption_key: "jwe", jwt_federation_providers: ["ci", "cd"], issuer_mode: "global" };
        const { encryption_key, jwt_federation_providers, issuer_mode } = written(oidc, attributes);

        expect(String(encryption_key)).to.contain("authentik_crypto.certificatekeypair").and.contain("jwe");
        expect((jwt_federation_providers as unknown[]).map(String).join()).to.contain("cd");
        expect(issuer_mode).to.equal("global");
    });

    it("is held to the API, since authentik leaves out what it does not find", () => {
        const attributes = { certificate: "ldap.example.com", uid_start_number: 10000, authentication_flow: "mine" };
        const checks = attributeChecks({ model: ldap, attributes, path: [], keys: {} }, "directory", "http://server");

        expect(checks.map(({ name }) => name)).to.deep.equal([
            "certificate ldap.example.com, certificate of directory",
            "flow mine, authentication_flow of directory",
        ]);
        expect(checks[0]?.url).to.equal("http://server/api/v3/crypto/certificatekeypairs/?name=ldap.example.com");
        expect(checks[1]?.result).to.deep.equal({ slug: "mine" });
    });

    it("can be named, whichever one a kind of provider has", () => {
        const nameless = kinds.flatMap(([, { model, keys }]) =>
            Object.keys(attributesOf(model))
                .filter((name) => isNameless(model, name) && !(name in keys))
                .map((name) => `${model} ${name}`),
        );

        // authentik has no property mappings of its own for LDAP.
        expect(nameless).to.deep.equal([`${ldap} property_mappings`]);
    });
});

describe("the keys of a kind of provider", () => {
    it("stand for attributes that its model has", () => {
        for (const [type, { model, keys }] of kinds)
            expect(attributesOf(model), type).to.include.keys(Object.keys(keys));
    });
});

describe("an attribute that is set no longer", () => {
    it("is what authentik makes it, for every one that a provider takes and the stack does not set itself", () => {
        const unknown = kinds.flatMap(([type, { model, keys, part }]) =>
            [{ model, keys }, ...(part === undefined ? [] : [part])].flatMap((one) =>
                Object.keys(attributesOf(one.model))
                    .filter((name) => !(name in one.keys) && !isNameless(one.model, name))
                    .filter((name) => unset(one.model, name) === undefined)
                    .map((name) => `${type} ${name}`),
            ),
        );
        // Every blueprint writes them.
        const written = [
            ...["proxy", "forward_single", "forward_domain", "oidc", "saml", "ldap", "radius", "rac"].map(
                (type) => `${type} authorization_flow`,
            ),
            ...["proxy", "forward_single", "forward_domain", "oidc", "saml", "ldap", "radius"].map(
                (type) => `${type} invalidation_flow`,
            ),
            ...["include_claims_in_id_token", "issuer_mode", "grant_types"].map((name) => `oidc ${name}`),
            "saml sign_assertion",
            "scim exclude_users_service_account",
        ];
        expect(unknown).to.have.members(written);
    });
});
