import type { Preset } from "./preset";

/**
 * Booklore, as a public client with PKCE, which its documentation asks for with authentik. It is set up in its own
 * pages, Settings > OIDC, whose fields are the keys here; its environment can only switch OIDC off. The documentation
 * also lists a regular expression for every path of the host, which is not needed to sign in: it is left out.
 *
 * Source: booklore.org/docs, "Authentik" and "OIDC Settings".
 */
export const booklore: Preset = {
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
            Scope: "openid profile email offline_access",
        },
    },
};
