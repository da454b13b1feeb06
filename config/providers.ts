import { z } from "zod";
import { httpUrl, isRegex, name, origin, section, text } from "../ground/fields";
import { oidc } from "./provider-oidc";

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
