import type { Preset } from "./preset";

/** The home and its people: automation, kitchen, money, passwords, tasks and talk. */
export const household = {
    /**
     * Actual. People need an account of the same user name there first, unless ACTUAL_USER_CREATION_MODE is `login`.
     *
     * Source: actualbudget.org/docs, "Authenticating With an OpenID Provider".
     */
    actual: {
        source: "https://actualbudget.org/docs/config/oauth-auth",
        redirectUris: [{ matching: "strict", url: "{url}/openid/callback" }],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            ACTUAL_OPENID_DISCOVERY_URL: "{discovery}",
            ACTUAL_OPENID_CLIENT_ID: "{clientId}",
            ACTUAL_OPENID_CLIENT_SECRET: "{clientSecret}",
            ACTUAL_OPENID_SERVER_HOSTNAME: "{url}",
        },
    },

    /**
     * Home Assistant with the integration auth_oidc (christiaangoossens/hass-oidc-auth), as a public client with PKCE, which
     * its documentation advises. `configuration.yaml` is a part of that file; YAML takes JSON as well. authentik's scope
     * `profile` has the groups already.
     *
     * Source: its docs/configuration.md and docs/provider-configurations/authentik.md.
     */
    "home-assistant": {
        source: "https://github.com/christiaangoossens/hass-oidc-auth/blob/main/docs/configuration.md",
        redirectUris: [{ matching: "strict", url: "{url}/auth/oidc/callback" }],
        scopes: ["openid", "email", "profile"],
        publicClient: true,
        environment: {
            "configuration.yaml": {
                auth_oidc: {
                    client_id: "{clientId}",
                    discovery_url: "{discovery}",
                    display_name: "authentik",
                    features: { include_groups_scope: false },
                },
            },
        },
    },

    /**
     * Mealie, version 2.0 or later, which takes a confidential client. From 3.21 it turns people away whose claim
     * `email_verified` is not true; authentik says true up to 2025.8 and false from 2025.10, where either the
     * provider's `emailVerified` or Mealie's `OIDC_REQUIRES_EMAIL_VERIFICATION` has to be set.
     *
     * Source: docs.mealie.io, "OpenID Connect (OIDC) Authentication" and "Backend Configuration: OpenID Connect (OIDC)".
     */
    mealie: {
        source: "https://docs.mealie.io/documentation/getting-started/authentication/oidc-v2/",
        redirectUris: [
            { matching: "strict", url: "{url}/login" },
            { matching: "strict", url: "{url}/login?direct=1" },
        ],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            BASE_URL: "{url}",
            OIDC_AUTH_ENABLED: "true",
            OIDC_PROVIDER_NAME: "authentik",
            OIDC_CONFIGURATION_URL: "{discovery}",
            OIDC_CLIENT_ID: "{clientId}",
            OIDC_CLIENT_SECRET: "{clientSecret}",
        },
    },

    /**
     * Open WebUI. New accounts wait for its administrator, unless DEFAULT_USER_ROLE says otherwise. What was once saved in
     * its pages comes before the environment, unless ENABLE_OAUTH_PERSISTENT_CONFIG is false.
     *
     * Source: docs.openwebui.com, "SSO & OAuth".
     */
    "open-webui": {
        source: "https://docs.openwebui.com/troubleshooting/sso/",
        redirectUris: [{ matching: "strict", url: "{url}/oauth/oidc/callback" }],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            WEBUI_URL: "{url}",
            ENABLE_OAUTH_SIGNUP: "true",
            ENABLE_OAUTH_PERSISTENT_CONFIG: "false",
            OAUTH_PROVIDER_NAME: "authentik",
            OAUTH_CLIENT_ID: "{clientId}",
            OAUTH_CLIENT_SECRET: "{clientSecret}",
            OAUTH_SCOPES: "{scopes}",
            OPENID_PROVIDER_URL: "{discovery}",
            OPENID_REDIRECT_URI: "{url}/oauth/oidc/callback",
        },
    },

    /**
     * Planka. OIDC_ADMIN_ROLES, the names of groups, makes administrators.
     *
     * Source: plankanban/planka, docker-compose.yml, and authentik's page "Integrate with Planka" for the redirect URI.
     */
    planka: {
        source: "https://docs.planka.cloud/docs/configuration/oidc",
        redirectUris: [{ matching: "strict", url: "{url}/oidc-callback" }],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            BASE_URL: "{url}",
            OIDC_ISSUER: "{issuer}",
            OIDC_CLIENT_ID: "{clientId}",
            OIDC_CLIENT_SECRET: "{clientSecret}",
            OIDC_SCOPES: "{scopes}",
        },
    },

    /**
     * Rallly, version 3.4 or later. Accounts with the same e-mail address are one.
     *
     * Source: support.rallly.co, "Single Sign On (SSO)".
     */
    rallly: {
        source: "https://support.rallly.co/self-hosting/single-sign-on",
        redirectUris: [{ matching: "strict", url: "{url}/api/auth/callback/oidc" }],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            OIDC_NAME: "authentik",
            OIDC_DISCOVERY_URL: "{discovery}",
            OIDC_CLIENT_ID: "{clientId}",
            OIDC_CLIENT_SECRET: "{clientSecret}",
        },
    },

    /**
     * Synapse, the server of Matrix: `homeserver.yaml` is a part of that file; YAML takes JSON as well.
     *
     * Source: Synapse's documentation, "OpenID Connect: Authentik".
     */
    synapse: {
        source: "https://element-hq.github.io/synapse/latest/openid.html#authentik",
        redirectUris: [{ matching: "strict", url: "{url}/_synapse/client/oidc/callback" }],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            "homeserver.yaml": {
                oidc_providers: [
                    {
                        idp_id: "authentik",
                        idp_name: "authentik",
                        discover: true,
                        issuer: "{issuer}",
                        client_id: "{clientId}",
                        client_secret: "{clientSecret}",
                        scopes: "{scopeList}",
                        user_mapping_provider: {
                            config: {
                                localpart_template: "{{ user.preferred_username }}",
                                display_name_template: "{{ user.name }}",
                            },
                        },
                    },
                ],
            },
        },
    },

    /**
     * Tandoor Recipes: django-allauth's OpenID Connect provider, whose `provider_id` is part of the redirect URI. New people
     * see nothing until SOCIAL_DEFAULT_ACCESS and SOCIAL_DEFAULT_GROUP, or an administrator, give them a space.
     *
     * Source: docs.tandoor.dev, "Authentication: Allauth", and authentik's page "Integrate with Tandoor" for the redirect
     * URI.
     */
    tandoor: {
        source: "https://docs.tandoor.dev/features/authentication/",
        redirectUris: [{ matching: "strict", url: "{url}/accounts/oidc/authentik/login/callback/" }],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            SOCIAL_PROVIDERS: "allauth.socialaccount.providers.openid_connect",
            SOCIALACCOUNT_PROVIDERS: {
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
        },
    },

    /**
     * Vaultwarden, version 1.35 or later. It compares the issuer as it is, with its slash, and turns people away whose claim
     * `email_verified` is false: from authentik 2025.10 on, the provider needs `emailVerified`. Without `offline_access`
     * people would have to sign in again whenever an access token ends.
     *
     * Source: Vaultwarden's wiki, "Enabling SSO support using OpenId Connect", its .env.template and src/api/identity.rs, and
     * authentik's page "Integrate with Vaultwarden" for the slash and the scope.
     */
    vaultwarden: {
        source: "https://github.com/dani-garcia/vaultwarden/wiki/Enabling-SSO-support-using-OpenId-Connect",
        redirectUris: [{ matching: "strict", url: "{url}/identity/connect/oidc-signin" }],
        scopes: ["openid", "email", "profile", "offline_access"],
        publicClient: false,
        environment: {
            DOMAIN: "{url}",
            SSO_ENABLED: "true",
            SSO_AUTHORITY: "{issuer}",
            SSO_CLIENT_ID: "{clientId}",
            SSO_CLIENT_SECRET: "{clientSecret}",
            SSO_SCOPES: "{scopesBesideOpenid}",
            SSO_PKCE: "true",
        },
    },

    /**
     * Vikunja: `config.yml` is a part of that file; YAML takes JSON as well. The provider's key is part of the redirect URI;
     * old versions, which take a list of providers, have no such key.
     *
     * Source: vikunja.io/docs, "OpenID", and pkg/modules/auth/openid/providers.go.
     */
    vikunja: {
        source: "https://vikunja.io/docs/openid/",
        redirectUris: [{ matching: "strict", url: "{url}/auth/openid/authentik" }],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            "config.yml": {
                auth: {
                    openid: {
                        enabled: true,
                        providers: {
                            authentik: {
                                name: "authentik",
                                authurl: "{issuer}",
                                logouturl: "{endSession}",
                                clientid: "{clientId}",
                                clientsecret: "{clientSecret}",
                                scope: "{scopes}",
                            },
                        },
                    },
                },
            },
        },
    },
} satisfies Record<string, Preset>;
