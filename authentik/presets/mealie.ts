import type { Preset } from "./preset";

/**
 * Mealie, version 2.0 or later, which takes a confidential client. From 3.21 it turns people away whose claim
 * `email_verified` is not true; authentik says true up to 2025.8 and false from 2025.10, where either the
 * provider's `emailVerified` or Mealie's `OIDC_REQUIRES_EMAIL_VERIFICATION` has to be set.
 *
 * Source: docs.mealie.io, "OpenID Connect (OIDC) Authentication" and "Backend Configuration: OpenID Connect (OIDC)".
 */
export const mealie: Preset = {
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
};
