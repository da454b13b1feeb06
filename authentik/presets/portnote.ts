import type { Preset } from "./preset";

/**
 * PortNote (crocofied/portnote), whose documentation and program know one user name and password and no OIDC. A build
 * that can sign in through authentik may use any redirect URI of its own host, and is configured by hand; without such a
 * build, put PortNote behind an outpost.
 *
 * Source: README and compose.yml of version 1.2.0, where no such setting is.
 */
export const portnote: Preset = {
    source: "https://github.com/crocofied/PortNote#deployment",
    redirectUris: [{ matching: "regex", url: "{url}/.*" }],
    scopes: ["openid", "email", "profile"],
    publicClient: false,
    environment: {},
};
