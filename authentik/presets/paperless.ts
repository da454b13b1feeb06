import type { Preset } from "./preset";

/**
 * Paperless-ngx, version 2.5 or later: django-allauth's OpenID Connect provider, whose `provider_id` is part of the
 * redirect URI.
 *
 * Source: docs.paperless-ngx.com, "Advanced topics: OpenID Connect and social authentication" and
 * "Configuration: PAPERLESS_SOCIALACCOUNT_PROVIDERS, PAPERLESS_LOGOUT_REDIRECT_URL"; docs.allauth.org, "OpenID Connect"
 * for PKCE and the server's URL.
 */
export const paperless: Preset = {
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
};
