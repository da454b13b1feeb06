import type { Preset } from "./preset";

/**
 * Immich, whose settings are in its own pages or in one file that IMMICH_CONFIG_FILE names: `immich.json` is that file,
 * and what it leaves out keeps Immich's defaults. Its mobile apps come back to a URI of a scheme of their own.
 *
 * Source: docs.immich.app, "OAuth Authentication" and "Config File".
 */
export const immich: Preset = {
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
                scope: "openid email profile",
                signingAlgorithm: "RS256",
                buttonText: "Sign in with authentik",
                autoRegister: true,
            },
        },
    },
};
