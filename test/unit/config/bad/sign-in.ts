import type { BadRow } from "../../../support/bad-configuration";
import { devConfiguration } from "../../../support/configuration";

/** The development configuration's applications, with one more. */
function withProvider(provider: Record<string, unknown>, more: Record<string, unknown> = {}) {
    const applications = devConfiguration().applications as unknown[];
    return [...applications, { slug: "wiki", name: "Wiki", provider, ...more }];
}

const callback = { redirectUris: ["https://wiki.example.com/callback"] };
const at = "applications[2].provider";

function row(wrong: string, provider: Record<string, unknown>, problem: [string, unknown, string]): BadRow {
    return { wrong, changes: { applications: withProvider(provider) }, problems: [problem] };
}

/** Other ways to sign in than through a proxy. */
export const signInRows: BadRow[] = [
    row("an OIDC client that may be sent back to nowhere", { type: "oidc" }, [
        `${at}.redirectUris`,
        undefined,
        "is missing; set the URIs to which people return after sign-in, or a preset",
    ]),
    row("a preset that nobody has written", { type: "oidc", preset: "wordstar" }, [
        `${at}.preset`,
        "wordstar",
        "must be one of actual, audiobookshelf",
    ]),
    row("a preset without the URL that it makes redirect URIs from", { type: "oidc", preset: "paperless" }, [
        "applications[2].launchUrl",
        undefined,
        "is missing; the preset paperless derives redirect URIs from it",
    ]),
    {
        wrong: "a preset at a public host without TLS",
        changes: {
            applications: withProvider(
                { type: "oidc", preset: "paperless" },
                { launchUrl: "http://paperless.example.com" },
            ),
        },
        problems: [["applications[2].launchUrl", "http://paperless.example.com", "use https"]],
    },
    row("a redirect to a public host without TLS", { type: "oidc", redirectUris: ["http://wiki.example.com/cb"] }, [
        `${at}.redirectUris[0]`,
        "http://wiki.example.com/cb",
        "sends codes over http to a public host; use https",
    ]),
    row("a redirect that is no URI", { type: "oidc", redirectUris: ["wiki.example.com/cb"] }, [
        `${at}.redirectUris[0]`,
        "wiki.example.com/cb",
        "must be a URI, such as https://app.example.com/callback",
    ]),
    {
        wrong: "a client id that another application has by its slug",
        changes: {
            applications: [
                ...withProvider({ type: "oidc", ...callback }),
                { slug: "blog", name: "Blog", provider: { type: "oidc", clientId: "wiki", ...callback } },
            ],
        },
        problems: [["applications[3].provider.clientId", "wiki", "is also the client id of another application"]],
    },
    row("a SAML consumer without the place that assertions are sent to", { type: "saml" }, [
        `${at}.acsUrl`,
        undefined,
        "must be an http or https URL",
    ]),
    row(
        "a SAML binding that there is none of",
        { type: "saml", acsUrl: "https://a.example.com", binding: "artifact" },
        [`${at}.binding`, "artifact", "must be one of post, redirect"],
    ),
    row("an LDAP directory behind an outpost of another type", { type: "ldap", outpost: "ak-outpost-cwad" }, [
        `${at}.outpost`,
        "ak-outpost-cwad",
        "is an outpost of type proxy; use one of type ldap",
    ]),
    row("a RADIUS server behind an outpost that nobody makes", { type: "radius", outpost: "wifi" }, [
        `${at}.outpost`,
        "wifi",
        "is not an outpost of this stack; add it to outposts, with type radius",
    ]),
    row("a base DN that is a domain", { type: "ldap", outpost: "ak-outpost-cwad", baseDn: "example.com" }, [
        `${at}.baseDn`,
        "example.com",
        "must be a distinguished name, such as DC=ldap,DC=example,DC=com",
    ]),
    row("RADIUS clients in no network", { type: "radius", outpost: "ak-outpost-cwad", clientNetworks: ["10.0.0"] }, [
        `${at}.clientNetworks[0]`,
        "10.0.0",
        "must be a network, such as 10.0.0.0/8",
    ]),
    row(
        "a machine reached by a protocol that browsers are not given",
        { type: "rac", outpost: "ak-outpost-cwad", endpoints: [{ name: "a", protocol: "telnet", host: "a" }] },
        [`${at}.endpoints[0].protocol`, "telnet", "must be one of rdp, ssh, vnc"],
    ),
    row(
        "a cookie domain that the application's host is not in",
        {
            type: "forward_domain",
            outpost: "ak-outpost-cwad",
            externalHost: "https://wiki.example.com",
            cookieDomain: "ample.com",
        },
        [`${at}.cookieDomain`, "ample.com", "does not cover the externalHost; use a domain that contains its host"],
    ),
    {
        wrong: "a file of blueprints that is not there",
        changes: { blueprints: { files: ["blueprints/nowhere.yaml"] } },
        problems: [["blueprints.files[0]", "blueprints/nowhere.yaml", "does not exist beside Pulumi.yaml"]],
    },
    {
        wrong: "a file of blueprints that holds something else",
        changes: { blueprints: { files: ["Pulumi.yaml"] } },
        problems: [
            ["blueprints.files[0]", "Pulumi.yaml", "is not a blueprint: it needs `version: 1` and a list `entries`"],
        ],
    },
    {
        wrong: "an outpost with the name of the stack's own Redis",
        changes: { "outposts[1].name": "redis", "applications[1].provider.outpost": "redis" },
        problems: [["outposts[1].name", "redis", "is used by this stack itself; choose another"]],
    },
];
