import { expect } from "chai";
import { clientEnvironment, type PresetName, presetRedirectUris, presets } from "../../../../authentik/presets";
import { example } from "./example";

/** A part of what a consumer is told, JSON read back. */
function told(name: PresetName, key: string): unknown {
    return JSON.parse(clientEnvironment(presets[name], example)[key] ?? "");
}

describe("the presets", () => {
    for (const [name, preset] of Object.entries(presets)) {
        it(`name for ${name} where it was checked, its redirect URIs on its own host, and scopes with openid`, () => {
            expect(preset.source).to.match(/^https:\/\//);
            expect(preset.scopes).to.include.members(["openid", "email", "profile"]);
            const uris = presetRedirectUris(preset, example.url);
            expect(uris).to.not.be.empty;
            for (const { matching, url } of uris) {
                if (url.startsWith("app.immich:")) expect(matching).to.equal("strict");
                else if (matching === "strict") expect(new URL(url).origin, url).to.equal(example.url);
                else {
                    expect(url).to.match(/^https:\/\/app\\\.example\\\.com(\(:\[0-9\]\+\)\?)?\//);
                    expect(() => new RegExp(url)).to.not.throw();
                }
            }
        });

        it(`tell ${name} a secret only if it keeps one`, () => {
            const text = JSON.stringify(clientEnvironment(preset, example));

            expect(text.includes("the-secret")).to.equal(
                !preset.publicClient && Object.keys(preset.environment).length > 0,
            );
        });
    }

    it("give Paperless-ngx allauth's providers", () => {
        expect(told("paperless", "PAPERLESS_SOCIALACCOUNT_PROVIDERS")).to.deep.equal({
            openid_connect: {
                OAUTH_PKCE_ENABLED: true,
                APPS: [
                    {
                        provider_id: "authentik",
                        name: "authentik",
                        client_id: "the-id",
                        secret: "the-secret",
                        settings: {
                            server_url: "https://auth.example.com/application/o/app/.well-known/openid-configuration",
                        },
                    },
                ],
            },
        });
        expect(presetRedirectUris(presets.paperless, "https://paperless.example.com")).to.deep.equal([
            { matching: "strict", url: "https://paperless.example.com/accounts/oidc/authentik/login/callback/" },
        ]);
    });

    it("give Mealie its OIDC variables", () => {
        expect(clientEnvironment(presets.mealie, example)).to.deep.equal({
            BASE_URL: "https://app.example.com",
            OIDC_AUTH_ENABLED: "true",
            OIDC_PROVIDER_NAME: "authentik",
            OIDC_CONFIGURATION_URL: "https://auth.example.com/application/o/app/.well-known/openid-configuration",
            OIDC_CLIENT_ID: "the-id",
            OIDC_CLIENT_SECRET: "the-secret",
        });
    });

    it("give Grafana the three endpoints", () => {
        expect(clientEnvironment(presets.grafana, example)).to.include({
            GF_AUTH_GENERIC_OAUTH_AUTH_URL: "https://auth.example.com/application/o/authorize/",
            GF_AUTH_GENERIC_OAUTH_TOKEN_URL: "https://auth.example.com/application/o/token/",
            GF_AUTH_GENERIC_OAUTH_API_URL: "https://auth.example.com/application/o/userinfo/",
        });
    });

    it("give Nextcloud's command every argument but the secret, which is a file", () => {
        const args = told("nextcloud", "occ") as string[];

        expect(args).to.include.members(["user_oidc:provider", "--clientid=the-id"]);
        expect(args.join(" ")).to.not.contain("the-secret");
        expect(args).to.include("--clientsecret-file=/run/secrets/nextcloud_oidc_client_secret");
        expect(clientEnvironment(presets.nextcloud, example).nextcloud_oidc_client_secret).to.equal("the-secret");
    });

    it("give Immich the section of its file", () => {
        expect(told("immich", "immich.json")).to.deep.include({
            oauth: {
                enabled: true,
                issuerUrl: "https://auth.example.com/application/o/app/",
                clientId: "the-id",
                clientSecret: "the-secret",
                scope: "openid email profile",
                signingAlgorithm: "RS256",
                buttonText: "Sign in with authentik",
                autoRegister: true,
            },
        });
    });

    it("give Linkwarden and RomM the issuer without its slash, and Vaultwarden with it", () => {
        const issuer = "https://auth.example.com/application/o/app";

        expect(clientEnvironment(presets.linkwarden, example).AUTHENTIK_ISSUER).to.equal(issuer);
        expect(clientEnvironment(presets.romm, example).OIDC_SERVER_APPLICATION_URL).to.equal(issuer);
        expect(clientEnvironment(presets.vaultwarden, example).SSO_AUTHORITY).to.equal(`${issuer}/`);
    });

    it("let Vaultwarden refresh its tokens", () => {
        expect(presets.vaultwarden.scopes).to.include("offline_access");
    });

    it("give Home Assistant no secret, since it uses PKCE instead", () => {
        expect(told("home-assistant", "configuration.yaml")).to.deep.equal({
            auth_oidc: {
                client_id: "the-id",
                discovery_url: "https://auth.example.com/application/o/app/.well-known/openid-configuration",
                display_name: "authentik",
                features: { include_groups_scope: false },
            },
        });
    });

    it("give Jellyfin and Portainer the bodies of their requests", () => {
        expect(told("jellyfin", "POST /sso/OID/Add/authentik")).to.include({
            oidClientId: "the-id",
            oidSecret: "the-secret",
            enabled: true,
            enableAuthorization: false,
        });
        const settings = told("portainer", "PUT /api/settings") as Record<string, unknown>;
        expect(settings.AuthenticationMethod).to.equal(3);
        expect(settings.OAuthSettings).to.include({
            RedirectURI: presetRedirectUris(presets.portainer, example.url)[0]?.url,
            Scopes: "openid email profile",
        });
    });

    it("give Proxmox a section of its realms, and let it come back to the URL as it is", () => {
        expect(presetRedirectUris(presets.proxmox, "https://pve.example.com:8006")).to.deep.equal([
            { matching: "strict", url: "https://pve.example.com:8006" },
        ]);
        expect(clientEnvironment(presets.proxmox, example)["domains.cfg"]).to.equal(
            "openid: authentik\n\tissuer-url https://auth.example.com/application/o/app/\n" +
                "\tclient-id the-id\n\tclient-key the-secret\n\tusername-claim username\n\tautocreate 1\n",
        );
    });

    it("keep the templates of Synapse, which are no placeholders", () => {
        expect(clientEnvironment(presets.synapse, example)["homeserver.yaml"]).to.contain(
            '"{{ user.preferred_username }}"',
        );
    });

    it("let FreshRSS and Wiki.js come back to what they make up, on their own host alone", () => {
        const matches = (name: PresetName, url: string) =>
            new RegExp(`^(?:${presetRedirectUris(presets[name], example.url)[0]?.url})$`).test(url);

        expect(matches("freshrss", `${example.url}/i/oidc/`)).to.equal(true);
        expect(matches("freshrss", `${example.url}:443/i/oidc/`)).to.equal(true);
        expect(matches("freshrss", `${example.url}.evil.test/i/oidc/`)).to.equal(false);
        expect(matches("wikijs", `${example.url}/login/2f0b43aa-8a4c-4a04-9a5b-34ee5ac32b8e/callback`)).to.equal(true);
        expect(matches("wikijs", `${example.url}/login/local/callback`)).to.equal(false);
    });

    it("let PortNote, which has no documented OIDC, come back to its own host alone", () => {
        const [uri] = presetRedirectUris(presets.portnote, "https://ports.example.com");
        const matches = (url: string) => new RegExp(`^(?:${uri?.url})$`).test(url);

        expect(matches("https://ports.example.com/api/auth/callback")).to.equal(true);
        expect(matches("https://ports.example.com.evil.test/")).to.equal(false);
        expect(matches("https://portsXexample.com/")).to.equal(false);
        expect(clientEnvironment(presets.portnote, example)).to.deep.equal({});
    });
});
