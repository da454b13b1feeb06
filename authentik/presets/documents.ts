import type { Preset } from "./preset";

/** Files, documents, notes, bookmarks and feeds. */
export const documents = {
    /**
     * BookStack, which asks authentik over https only and compares the issuer as it is, with its slash.
     *
     * Source: bookstackapp.com/docs, "OpenID Connect Authentication", and app/Access/Oidc/OidcProviderSettings.php.
     */
    bookstack: {
        source: "https://www.bookstackapp.com/docs/admin/oidc-auth/",
        redirectUris: [{ matching: "strict", url: "{url}/oidc/callback" }],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            APP_URL: "{url}",
            AUTH_METHOD: "oidc",
            OIDC_NAME: "authentik",
            OIDC_DISPLAY_NAME_CLAIMS: "name",
            OIDC_CLIENT_ID: "{clientId}",
            OIDC_CLIENT_SECRET: "{clientSecret}",
            OIDC_ISSUER: "{issuer}",
            OIDC_ISSUER_DISCOVER: "true",
        },
    },

    /**
     * FreshRSS in its Debian image, which signs in through Apache's mod_auth_openidc. That may write the port into the
     * redirect URI even if it is the scheme's own. OIDC_CLIENT_CRYPTO_KEY, a random text of your own, is needed as well.
     *
     * Source: freshrss.github.io, "OpenID Connect (OIDC)", and authentik's page "Integrate with FreshRSS" for the port.
     */
    freshrss: {
        source: "https://freshrss.github.io/FreshRSS/en/admins/16_OpenID-Connect.html",
        redirectUris: [{ matching: "regex", url: "{url}(:[0-9]+)?/i/oidc/" }],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            OIDC_ENABLED: "1",
            OIDC_PROVIDER_METADATA_URL: "{discovery}",
            OIDC_CLIENT_ID: "{clientId}",
            OIDC_CLIENT_SECRET: "{clientSecret}",
            OIDC_REMOTE_USER_CLAIM: "preferred_username",
            OIDC_SCOPES: "{scopes}",
            OIDC_X_FORWARDED_HEADERS: "X-Forwarded-Host X-Forwarded-Port X-Forwarded-Proto",
        },
    },

    /**
     * Grist, whose users are their e-mail addresses.
     *
     * Source: support.getgrist.com, "OpenID Connect".
     */
    grist: {
        source: "https://support.getgrist.com/install/oidc/",
        redirectUris: [{ matching: "strict", url: "{url}/oauth2/callback" }],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            APP_HOME_URL: "{url}",
            GRIST_OIDC_SP_HOST: "{url}",
            GRIST_OIDC_IDP_ISSUER: "{issuer}",
            GRIST_OIDC_IDP_CLIENT_ID: "{clientId}",
            GRIST_OIDC_IDP_CLIENT_SECRET: "{clientSecret}",
            GRIST_OIDC_IDP_SCOPES: "{scopes}",
        },
    },

    /**
     * HedgeDoc 1, whose generic OAuth2 asks the user info endpoint. CMD_DOMAIN and CMD_PROTOCOL_USESSL decide the redirect
     * URI and have to fit the URL.
     *
     * Source: docs.hedgedoc.org, "OAuth with Keycloak", and authentik's page "Integrate with HedgeDoc" for the redirect URI.
     */
    hedgedoc: {
        source: "https://docs.hedgedoc.org/guides/auth/keycloak/",
        redirectUris: [{ matching: "strict", url: "{url}/auth/oauth2/callback" }],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            CMD_OAUTH2_PROVIDERNAME: "authentik",
            CMD_OAUTH2_CLIENT_ID: "{clientId}",
            CMD_OAUTH2_CLIENT_SECRET: "{clientSecret}",
            CMD_OAUTH2_SCOPE: "{scopes}",
            CMD_OAUTH2_AUTHORIZATION_URL: "{authorize}",
            CMD_OAUTH2_TOKEN_URL: "{token}",
            CMD_OAUTH2_USER_PROFILE_URL: "{userinfo}",
            CMD_OAUTH2_USER_PROFILE_USERNAME_ATTR: "preferred_username",
            CMD_OAUTH2_USER_PROFILE_DISPLAY_NAME_ATTR: "name",
            CMD_OAUTH2_USER_PROFILE_EMAIL_ATTR: "email",
        },
    },

    /**
     * Karakeep.
     *
     * Source: docs.karakeep.app, "Configuration: Authentication / Signup".
     */
    karakeep: {
        source: "https://docs.karakeep.app/configuration/environment-variables",
        redirectUris: [{ matching: "strict", url: "{url}/api/auth/callback/custom" }],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            NEXTAUTH_URL: "{url}",
            OAUTH_WELLKNOWN_URL: "{discovery}",
            OAUTH_CLIENT_ID: "{clientId}",
            OAUTH_CLIENT_SECRET: "{clientSecret}",
            OAUTH_SCOPE: "{scopes}",
            OAUTH_PROVIDER_NAME: "authentik",
        },
    },

    /**
     * Linkwarden, which wants the issuer without the slash at its end.
     *
     * Source: docs.linkwarden.app, "SSO/OAuth Integrations: Authentik".
     */
    linkwarden: {
        source: "https://docs.linkwarden.app/self-hosting/sso-oauth#authentik",
        redirectUris: [{ matching: "strict", url: "{url}/api/v1/auth/callback/authentik" }],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            NEXTAUTH_URL: "{url}/api/v1/auth",
            NEXT_PUBLIC_AUTHENTIK_ENABLED: "true",
            AUTHENTIK_CUSTOM_NAME: "authentik",
            AUTHENTIK_ISSUER: "{issuerWithoutSlash}",
            AUTHENTIK_CLIENT_ID: "{clientId}",
            AUTHENTIK_CLIENT_SECRET: "{clientSecret}",
        },
    },

    /**
     * Miniflux, which creates an account for each new person.
     *
     * Source: miniflux.app/docs, "How-To's: OAuth2 Authentication", and authentik's page "Integrate with Miniflux" for the
     * slash at the issuer's end.
     */
    miniflux: {
        source: "https://miniflux.app/docs/howto.html#oauth2",
        redirectUris: [{ matching: "strict", url: "{url}/oauth2/oidc/callback" }],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            BASE_URL: "{url}",
            OAUTH2_PROVIDER: "oidc",
            OAUTH2_CLIENT_ID: "{clientId}",
            OAUTH2_CLIENT_SECRET: "{clientSecret}",
            OAUTH2_REDIRECT_URL: "{url}/oauth2/oidc/callback",
            OAUTH2_OIDC_DISCOVERY_ENDPOINT: "{issuer}",
            OAUTH2_USER_CREATION: "1",
        },
    },

    /**
     * Nextcloud with the app user_oidc, version 8.4 or later, which reads the secret from a file. It is set up by a command:
     * `occ` has its arguments as a list, in the form that `command:` of a Compose file or `docker exec` takes, and the other
     * key is the content of the file that the list names. The redirect URI has `index.php` where Nextcloud's URLs are not
     * pretty.
     *
     * Source: README of nextcloud/user_oidc, "Provider entries"; its lib/Command/UpsertProvider.php for the option
     * `--clientsecret-file`, and authentik's page "Integrate with Nextcloud" for the redirect URI.
     */
    nextcloud: {
        source: "https://github.com/nextcloud/user_oidc#provider-entries",
        redirectUris: [
            { matching: "strict", url: "{url}/apps/user_oidc/code" },
            { matching: "strict", url: "{url}/index.php/apps/user_oidc/code" },
        ],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            occ: [
                "user_oidc:provider",
                "authentik",
                "--clientid={clientId}",
                "--clientsecret-file=/run/secrets/nextcloud_oidc_client_secret",
                "--discoveryuri={discovery}",
                "--scope={scopes}",
            ],
            nextcloud_oidc_client_secret: "{clientSecret}",
        },
    },

    /**
     * Outline.
     *
     * Source: outline/outline, .env.sample, "Generic OIDC provider", and authentik's page "Integrate with Outline" for the
     * redirect URI.
     */
    outline: {
        source: "https://docs.getoutline.com/s/hosting/doc/oidc-8CPBm6uC0I",
        redirectUris: [{ matching: "strict", url: "{url}/auth/oidc.callback" }],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            URL: "{url}",
            OIDC_CLIENT_ID: "{clientId}",
            OIDC_CLIENT_SECRET: "{clientSecret}",
            OIDC_AUTH_URI: "{authorize}",
            OIDC_TOKEN_URI: "{token}",
            OIDC_USERINFO_URI: "{userinfo}",
            OIDC_LOGOUT_URI: "{endSession}",
            OIDC_USERNAME_CLAIM: "preferred_username",
            OIDC_DISPLAY_NAME: "authentik",
            OIDC_SCOPES: "{scopes}",
        },
    },

    /**
     * Paperless-ngx, version 2.5 or later: django-allauth's OpenID Connect provider, whose `provider_id` is part of the
     * redirect URI.
     *
     * Source: docs.paperless-ngx.com, "Advanced topics: OpenID Connect and social authentication" and
     * "Configuration: PAPERLESS_SOCIALACCOUNT_PROVIDERS, PAPERLESS_LOGOUT_REDIRECT_URL"; docs.allauth.org, "OpenID Connect"
     * for PKCE and the server's URL.
     */
    paperless: {
        source: "https://docs.paperless-ngx.com/advanced_usage/#openid-connect-and-social-authentication",
        redirectUris: [{ matching: "strict", url: "{url}/accounts/oidc/authentik/login/callback/" }],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            PAPERLESS_URL: "{url}",
            PAPERLESS_APPS: "allauth.socialaccount.providers.openid_connect",
            PAPERLESS_SOCIALACCOUNT_PROVIDERS: {
                openid_connect: {
                    OAUTH_PKCE_ENABLED: true,
                    APPS: [
                        {
                            provider_id: "authentik",
                            name: "authentik",
                            client_id: "{clientId}",
                            secret: "{clientSecret}",
                            settings: { server_url: "{discovery}" },
                        },
                    ],
                },
            },
            PAPERLESS_LOGOUT_REDIRECT_URL: "{endSession}",
        },
    },

    /**
     * Wiki.js, which keeps its settings in its database: they are entered under Administration > Authentication > Generic
     * OpenID Connect / OAuth2, whose fields are the keys here. The redirect URI has an id that Wiki.js makes up.
     *
     * Source: requarks/wiki, server/modules/authentication/oidc/definition.yml, and authentik's page "Integrate with
     * Wiki.js" for the redirect URI.
     */
    wikijs: {
        source: "https://github.com/requarks/wiki/blob/main/server/modules/authentication/oidc/definition.yml",
        redirectUris: [{ matching: "regex", url: "{url}/login/[0-9a-f-]+/callback" }],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            "administration-authentication": {
                "Client ID": "{clientId}",
                "Client Secret": "{clientSecret}",
                "Authorization Endpoint URL": "{authorize}",
                "Token Endpoint URL": "{token}",
                "User Info Endpoint URL": "{userinfo}",
                Issuer: "{issuer}",
                "Logout URL": "{endSession}",
            },
        },
    },
} satisfies Record<string, Preset>;
