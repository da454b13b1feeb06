import type { Preset } from "./preset";

/**
 * Grafana's Generic OAuth; each option is a variable `GF_AUTH_GENERIC_OAUTH_<OPTION>`. The root URL decides the
 * redirect URI.
 *
 * Source: grafana.com/docs, "Configure Generic OAuth authentication", table of configuration options.
 */
export const grafana: Preset = {
    source: "https://grafana.com/docs/grafana/latest/setup-grafana/configure-security/configure-authentication/generic-oauth/",
    redirectUris: [{ matching: "strict", url: "{url}/login/generic_oauth" }],
    scopes: ["openid", "email", "profile"],
    publicClient: false,
    environment: {
        GF_SERVER_ROOT_URL: "{url}",
        GF_AUTH_GENERIC_OAUTH_ENABLED: "true",
        GF_AUTH_GENERIC_OAUTH_NAME: "authentik",
        GF_AUTH_GENERIC_OAUTH_CLIENT_ID: "{clientId}",
        GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET: "{clientSecret}",
        GF_AUTH_GENERIC_OAUTH_SCOPES: "openid email profile",
        GF_AUTH_GENERIC_OAUTH_AUTH_URL: "{authorize}",
        GF_AUTH_GENERIC_OAUTH_TOKEN_URL: "{token}",
        GF_AUTH_GENERIC_OAUTH_API_URL: "{userinfo}",
        GF_AUTH_GENERIC_OAUTH_LOGIN_ATTRIBUTE_PATH: "preferred_username",
        GF_AUTH_GENERIC_OAUTH_USE_PKCE: "true",
        GF_AUTH_GENERIC_OAUTH_SIGNOUT_REDIRECT_URL: "{endSession}",
    },
};
