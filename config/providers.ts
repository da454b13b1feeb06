import { z } from "zod";
import { presetNames } from "../authentik/preset-names";
import { httpUrl, name, origin, section, text } from "./fields";

const outpost = name.describe("name of the outpost that serves the application");

const behindProxy = {
    outpost,
    externalHost: origin.describe("URL at which a browser reaches the application"),
    skipPaths: z
        .array(text("must be a regular expression, such as ^/api/.*", isRegex))
        .default([])
        .describe("regular expressions of paths that need no sign-in"),
    interceptAuthorization: z
        .boolean()
        .default(true)
        .describe("a request's Authorization header is checked by authentik instead of passed on"),
    basicAuth: section({
        usernameAttribute: text("must be the name of a user or group attribute, such as app_user", /\S/).describe(
            "attribute with the user name",
        ),
        passwordAttribute: text("must be the name of a user or group attribute, such as app_password", /\S/).describe(
            "attribute with the password",
        ),
    })
        .optional()
        .describe("attributes of the user that the application gets as HTTP basic authentication; default: none"),
};

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

const proxy = section({
    type: z.literal("proxy"),
    ...behindProxy,
    internalHost: httpUrl.describe("URL at which the outpost reaches the application"),
});

const forwardSingle = section({ type: z.literal("forward_single"), ...behindProxy });

const forwardDomain = section({
    type: z.literal("forward_domain"),
    ...behindProxy,
    cookieDomain: text("must be a domain, such as example.com", /^([a-z0-9-]+\.)+[a-z0-9-]+$/i).describe(
        "domain whose hosts share the sign-in",
    ),
});

const oidc = section({
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

const saml = section({
    type: z.literal("saml"),
    acsUrl: httpUrl.describe("the consumer's assertion consumer service"),
    audience: text("must be the consumer's entity id, such as https://app.example.com", /\S/)
        .optional()
        .describe("the consumer's entity id; default: none"),
    issuer: text("must be an entity id, such as authentik", /\S/)
        .default("authentik")
        .describe("authentik's entity id"),
    binding: z
        .enum(["post", "redirect"], { error: "must be one of post, redirect" })
        .default("post")
        .describe("how the assertion is sent"),
    signingKey: text("must be the name of a certificate in authentik", /\S/)
        .default("authentik Self-signed Certificate")
        .describe("certificate in authentik whose key signs the assertions"),
});

const ldap = section({
    type: z.literal("ldap"),
    outpost,
    baseDn: text("must be a distinguished name, such as DC=ldap,DC=example,DC=com", /^\w+=[^,=]+(,\w+=[^,=]+)*$/)
        .default("DC=ldap,DC=goauthentik,DC=io")
        .describe("where users and groups are found"),
    mode: z
        .enum(["direct", "cached"], { error: "must be one of direct, cached" })
        .default("direct")
        .describe("whether binds and searches ask authentik each time or may answer from memory"),
});

const radius = section({
    type: z.literal("radius"),
    outpost,
    clientNetworks: z
        .array(z.union([z.cidrv4(), z.cidrv6()], { error: "must be a network, such as 10.0.0.0/8" }))
        .min(1, { error: "must name at least one network, such as 10.0.0.0/8" })
        .default(["0.0.0.0/0", "::/0"])
        .describe("networks that may ask"),
});

const rac = section({
    type: z.literal("rac"),
    outpost,
    endpoints: z
        .array(
            section({
                name: text("must be the name people see, such as server 1", /\S/).describe("the name people see"),
                protocol: z
                    .enum(["rdp", "ssh", "vnc"], { error: "must be one of rdp, ssh, vnc" })
                    .describe("how it is reached"),
                host: text(
                    "must be a host, with a port where it is not the protocol's own, such as server1:22",
                    /^[!-~]+$/,
                ).describe("its name or address, with a port where it is not the protocol's own"),
            }),
        )
        .min(1, { error: "must name at least one endpoint" })
        .describe("the machines that people reach in the browser"),
});

/** How people get into an application: one provider of authentik. */
export const provider = z.discriminatedUnion(
    "type",
    [proxy, forwardSingle, forwardDomain, oidc, saml, ldap, radius, rac],
    {
        error: "must have a type: one of proxy, forward_single, forward_domain, oidc, saml, ldap, radius, rac",
    },
);

function isRegex(value: string): boolean {
    try {
        new RegExp(value);
        return value.length > 0;
    } catch {
        return false;
    }
}

function isUri(value: string): boolean {
    return (
        /^[a-z][a-z0-9+.-]*:\S+$/i.test(value) &&
        !/^https?:(?!\/\/[^/])/i.test(value) &&
        (URL.canParse(value) || !/^https?:/i.test(value))
    );
}
