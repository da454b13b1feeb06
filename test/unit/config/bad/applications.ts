import type { BadRow } from "../../../support/bad-configuration";

/** What people sign in to. */
export const applicationRows: BadRow[] = [
    {
        wrong: "an application behind an outpost that nobody makes",
        changes: { outposts: [], applications: [app("x", "ak-outpost-nine")] },
        problems: [
            [
                "applications[0].provider.outpost",
                "ak-outpost-nine",
                "is not an outpost of this stack; add it to outposts",
            ],
        ],
    },
    {
        wrong: "an application that misspells its outpost",
        changes: { "applications[2]": app("x", "ak-outpost-organiser") },
        problems: [
            [
                "applications[2].provider.outpost",
                "ak-outpost-organiser",
                "is not an outpost of this stack; use one of ak-outpost-organizr, ak-outpost-cwad",
            ],
        ],
    },
    {
        wrong: "an application without the host that browsers ask for",
        changes: { "applications[0].provider.externalHost": undefined },
        problems: [["applications[0].provider.externalHost", undefined, "is missing"]],
    },
    {
        wrong: "an application without the host that its outpost asks",
        changes: { "applications[0].provider.internalHost": undefined },
        problems: [["applications[0].provider.internalHost", undefined, "is missing"]],
    },
    {
        wrong: "an application's host with a path",
        changes: { "applications[0].provider.externalHost": "http://localhost/organizr" },
        problems: [
            ["applications[0].provider.externalHost", "http://localhost/organizr", "URL without a path, such as"],
        ],
    },
    {
        wrong: "an application's inner host without a scheme",
        changes: { "applications[0].provider.internalHost": "organizr:80" },
        problems: [["applications[0].provider.internalHost", "organizr:80", "must be an http or https URL, such as"]],
    },
    {
        wrong: "an application with the slug of another",
        changes: { "applications[1].slug": "organizr" },
        problems: [["applications[1].slug", "organizr", "is used twice"]],
    },
    {
        wrong: "an application with the name of another",
        changes: { "applications[1].name": "Organizr" },
        problems: [["applications[1].name", "Organizr", "is used twice"]],
    },
    {
        wrong: "an application with the host of another",
        changes: { "applications[1].provider.externalHost": "http://organizr.localhost:9080" },
        problems: [
            ["applications[1].provider.externalHost", "http://organizr.localhost:9080", "has the host of another"],
        ],
    },
    {
        wrong: "an application with authentik's own host",
        changes: { "applications[0].provider.externalHost": "http://authentik.localhost:9000" },
        problems: [
            ["applications[0].provider.externalHost", "http://authentik.localhost:9000", "has authentik's own host"],
        ],
    },
    {
        wrong: "a slug with blanks",
        changes: { "applications[0].slug": "my app" },
        problems: [["applications[0].slug", "my app", "must be letters, digits, hyphens and underscores"]],
    },
    {
        wrong: "an application without a name",
        changes: { "applications[0].name": "" },
        problems: [["applications[0].name", "", "must be the name people see, such as Organizr"]],
    },
    {
        wrong: "a provider that the program does not have",
        changes: { "applications[0].provider.type": "kerberos" },
        problems: [["applications[0].provider.type", "kerberos", "one of proxy, forward_single, forward_domain"]],
    },
    {
        wrong: "a domain to share that is a URL",
        changes: {
            "applications[0].provider": {
                type: "forward_domain",
                outpost: "ak-outpost-organizr",
                externalHost: "https://auth.example.com",
                cookieDomain: "https://example.com",
            },
        },
        problems: [
            ["applications[0].provider.cookieDomain", "https://example.com", "must be a domain, such as example"],
        ],
    },
    {
        wrong: "a path to skip that is no regular expression",
        changes: { "applications[0].provider.skipPaths": ["^/api/(.*"] },
        problems: [
            [
                "applications[0].provider.skipPaths[0]",
                "^/api/(.*",
                "must be a regular expression of Go's RE2, such as ^/api/.*: missing closing )",
            ],
        ],
    },
    {
        wrong: "a group without a name",
        changes: { "applications[0].group": "" },
        problems: [["applications[0].group", "", "must be the name of a group, such as family"]],
    },
    {
        wrong: "an icon that is no URL",
        changes: { "applications[0].icon": "organizr.png" },
        problems: [["applications[0].icon", "organizr.png", "must be an http or https URL, such as"]],
    },
    {
        wrong: "an icon outside the folder of uploaded files",
        changes: { "applications[0].icon": "icons/../secret.png" },
        problems: [["applications[0].icon", "icons/../secret.png", "that of an uploaded file"]],
    },
    {
        wrong: "a slug that authentik keeps for itself",
        changes: { "applications[0].slug": "token" },
        problems: [["applications[0].slug", "token", "is reserved by authentik"]],
    },
    {
        wrong: "a group beside access",
        changes: { "applications[0].group": "family", "applications[0].access": { groups: ["friends"] } },
        problems: [["applications[0].group", "family", "is the short form of access.groups; use one of the two"]],
    },
    {
        wrong: "access that gives nobody access",
        changes: { "applications[0].access": { mode: "all" } },
        problems: [["applications[0].access", { mode: "all", groups: [], users: [] }, "gives nobody access"]],
    },
    {
        wrong: "an expression that is no Python",
        changes: { "applications[0].access": { expression: "return user && true" } },
        problems: [["applications[0].access.expression", "return user && true", "is not valid Python near line 1"]],
    },
    {
        wrong: "one group where a list is asked for",
        changes: { "applications[0].access": { groups: "family" } },
        problems: [["applications[0].access.groups", "family", "must be a list of groups, such as [family]"]],
    },
    {
        wrong: "a mode that authentik does not have",
        changes: { "applications[0].access": { mode: "one", groups: ["family"] } },
        problems: [["applications[0].access.mode", "one", "must be one of any, all"]],
    },
];

function app(slug: string, outpost: string) {
    const provider = { type: "forward_single", outpost, externalHost: `http://${slug}.localhost:1` };
    return { slug, name: slug, provider };
}
