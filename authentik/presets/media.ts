import type { Preset } from "./preset";

/** Photos, films, music, books and games. */
export const media = {
    /**
     * Audiobookshelf, which is set up in its own pages, Settings > Authentication, whose fields are the keys here. "Subfolder
     * for Redirect URLs" there decides which pair of redirect URIs it uses; its mobile apps come back through the server.
     *
     * Source: audiobookshelf.org, "OIDC Authentication", and server/auth/OidcAuthStrategy.js for the redirect URIs.
     */
    audiobookshelf: {
        source: "https://www.audiobookshelf.org/guides/oidc_authentication",
        redirectUris: [
            { matching: "strict", url: "{url}/auth/openid/callback" },
            { matching: "strict", url: "{url}/auth/openid/mobile-redirect" },
            { matching: "strict", url: "{url}/audiobookshelf/auth/openid/callback" },
            { matching: "strict", url: "{url}/audiobookshelf/auth/openid/mobile-redirect" },
        ],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            "settings-authentication": {
                "Issuer URL": "{issuer}",
                "Authorize URL": "{authorize}",
                "Token URL": "{token}",
                "Userinfo URL": "{userinfo}",
                "JWKS URL": "{jwks}",
                "Logout URL": "{endSession}",
                "Client ID": "{clientId}",
                "Client Secret": "{clientSecret}",
                "Button Text": "Sign in with authentik",
            },
        },
    },

    /**
     * Booklore, as a public client with PKCE, which its documentation asks for with authentik. It is set up in its own
     * pages, Settings > OIDC, whose fields are the keys here; its environment can only switch OIDC off. The documentation
     * also lists a regular expression for every path of the host, which is not needed to sign in: it is left out.
     *
     * Source: booklore.org/docs, "Authentik" and "OIDC Settings".
     */
    booklore: {
        source: "https://booklore.org/docs/authentication/authentik",
        redirectUris: [{ matching: "strict", url: "{url}/oauth2-callback" }],
        scopes: ["openid", "email", "profile", "offline_access"],
        publicClient: true,
        environment: {
            "settings-oidc": {
                "Provider Name": "authentik",
                "Client ID": "{clientId}",
                "Client Secret": "",
                "Issuer URI": "{issuer}",
                Scope: "{scopes}",
            },
        },
    },

    /**
     * Immich, whose settings are in its own pages or in one file that IMMICH_CONFIG_FILE names: `immich.json` is that file,
     * and what it leaves out keeps Immich's defaults. Its mobile apps come back to a URI of a scheme of their own.
     *
     * Source: docs.immich.app, "OAuth Authentication" and "Config File".
     */
    immich: {
        source: "https://docs.immich.app/administration/oauth",
        redirectUris: [
            { matching: "strict", url: "{url}/auth/login" },
            { matching: "strict", url: "{url}/user-settings" },
            { matching: "strict", url: "app.immich:///oauth-callback" },
        ],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            "immich.json": {
                oauth: {
                    enabled: true,
                    issuerUrl: "{issuer}",
                    clientId: "{clientId}",
                    clientSecret: "{clientSecret}",
                    scope: "{scopes}",
                    signingAlgorithm: "RS256",
                    buttonText: "Sign in with authentik",
                    autoRegister: true,
                },
            },
        },
    },

    /**
     * Jellyfin with the plugin SSO-Auth (9p4/jellyfin-plugin-sso), which takes its settings in its own page or as one
     * request with an API key of an administrator: the key here is the request, its value the body. `enableAuthorization`
     * off leaves the permissions of an account to Jellyfin. People sign in at /sso/OID/start/authentik.
     *
     * Source: its README.md, "OpenID", and providers.md, "authentik".
     */
    jellyfin: {
        source: "https://github.com/9p4/jellyfin-plugin-sso/blob/main/providers.md#authentik",
        redirectUris: [{ matching: "strict", url: "{url}/sso/OID/redirect/authentik" }],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            "POST /sso/OID/Add/authentik": {
                oidEndpoint: "{discovery}",
                oidClientId: "{clientId}",
                oidSecret: "{clientSecret}",
                enabled: true,
                enableAuthorization: false,
                roleClaim: "groups",
                oidScopes: ["email"],
            },
        },
    },

    /**
     * Komga, whose file application.yml takes Spring's settings; YAML takes JSON as well. Komga matches people to its own
     * accounts by their e-mail addresses. The issuer is compared as it is, with its slash.
     *
     * Source: komga.org/docs, "Social login", and authentik's page "Integrate with Komga".
     */
    komga: {
        source: "https://komga.org/docs/installation/oauth2",
        redirectUris: [{ matching: "strict", url: "{url}/login/oauth2/code/authentik" }],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            "application.yml": {
                spring: {
                    security: {
                        oauth2: {
                            client: {
                                registration: {
                                    authentik: {
                                        provider: "authentik",
                                        "client-id": "{clientId}",
                                        "client-secret": "{clientSecret}",
                                        "client-name": "authentik",
                                        scope: "{scopesWithCommas}",
                                        "authorization-grant-type": "authorization_code",
                                        "redirect-uri": "{url}/login/oauth2/code/authentik",
                                    },
                                },
                                provider: {
                                    authentik: {
                                        "user-name-attribute": "preferred_username",
                                        "issuer-uri": "{issuer}",
                                    },
                                },
                            },
                        },
                    },
                },
            },
        },
    },

    /**
     * PhotoPrism, which signs in over OIDC only where it and authentik are both reached over https.
     *
     * Source: docs.photoprism.app, "Single Sign-On via OpenID Connect".
     */
    photoprism: {
        source: "https://docs.photoprism.app/getting-started/advanced/openid-connect/",
        redirectUris: [{ matching: "strict", url: "{url}/api/v1/oidc/redirect" }],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            PHOTOPRISM_SITE_URL: "{url}/",
            PHOTOPRISM_OIDC_URI: "{issuer}",
            PHOTOPRISM_OIDC_CLIENT: "{clientId}",
            PHOTOPRISM_OIDC_SECRET: "{clientSecret}",
            PHOTOPRISM_OIDC_PROVIDER: "authentik",
            PHOTOPRISM_OIDC_REGISTER: "true",
        },
    },

    /**
     * RomM, which turns people away whose claim `email_verified` is not true: from authentik 2025.10 on, the provider
     * needs `emailVerified`. It finds accounts by their e-mail addresses.
     *
     * Source: docs.romm.app, "OIDC Setup With Authentik".
     */
    romm: {
        source: "https://docs.romm.app/latest/OIDC-Guides/OIDC-Setup-With-Authentik/",
        redirectUris: [{ matching: "strict", url: "{url}/api/oauth/openid" }],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            OIDC_ENABLED: "true",
            OIDC_PROVIDER: "authentik",
            OIDC_CLIENT_ID: "{clientId}",
            OIDC_CLIENT_SECRET: "{clientSecret}",
            OIDC_REDIRECT_URI: "{url}/api/oauth/openid",
            OIDC_SERVER_APPLICATION_URL: "{issuerWithoutSlash}",
        },
    },
} satisfies Record<string, Preset>;
