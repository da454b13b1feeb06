import { z } from "zod";
import { presetNames } from "../authentik/preset-names";
import { isRegex, section, text } from "../ground/fields";

const uriError =
    "must be a URI, such as https://app.example.com/callback, or {url: a regular expression, matching: regex}";

const redirectUri = z
    .union(
        [
            text(uriError, isUri),
            section({ url: text(uriError, isRegex), matching: z.literal("regex", { error: uriError }) }),
        ],
        { error: uriError },
    )
    .describe("a redirect URI as text, or an object with `url` and `matching: regex`");

/** A client of OpenID Connect. */
export const oidc = section({
    type: z.literal("oidc"),
    preset: z
        .enum(presetNames, { error: `must be one of ${presetNames.join(", ")}` })
        .optional()
        .describe("fills redirect URIs and scopes, and gives the consumer's own environment; needs `launchUrl`"),
    clientId: text("must be a client id without spaces, such as paperless", /^[!-~]+$/)
        .optional()
        .describe("default: the slug"),
    public: z
        .boolean()
        .optional()
        .describe("a client that keeps no secret and uses PKCE; default: the preset's, or false"),
    redirectUris: z
        .array(redirectUri, { error: "must be a list of redirect URIs, such as https://app.example.com/callback" })
        .optional()
        .describe("where the client may be sent back to; default: the preset's"),
    scopes: z
        .array(text("must be a scope, such as openid", /^[!-~]+$/))
        .optional()
        .describe("scopes the client may ask for; default: the preset's, or openid, email, profile"),
    emailVerified: z
        .boolean()
        .default(false)
        .describe(
            "tells the consumer that every e-mail address is verified, as it is where nobody can change their own; default: authentik's own answer, which is no from 2025.10 on",
        ),
    signingKey: text("must be the name of a certificate in authentik", /\S/)
        .default("authentik Self-signed Certificate")
        .describe("certificate in authentik whose key signs the tokens"),
});

function isUri(value: string): boolean {
    return (
        /^[a-z][a-z0-9+.-]*:\S+$/i.test(value) &&
        !/^https?:(?!\/\/[^/])/i.test(value) &&
        (URL.canParse(value) || !/^https?:/i.test(value))
    );
}
