import { type Refused, domain, ldap, oidc, proxied, redirectProblem, redirects } from "./changes";

/** Values of applications and containers that the program does not take which gets them. */
export const refusedOfApplications: Refused[] = [
    [
        "a slug with a dot",
        { "applications[0].slug": "calibre.web" },
        "applications[0].slug",
        "letters, digits, hyphens and underscores",
    ],
    ["a slug of 51 characters", { "applications[0].slug": "a".repeat(51) }, "applications[0].slug", "at most 50"],
    [
        "a launch URL that hides nothing",
        { version: "2026.5.6", "applications[0].launchUrl": "blank://blank" },
        "applications[0].launchUrl",
        "use `hidden: true`",
    ],
    [
        "a preset at a URL that hides",
        oidc({ preset: "mealie" }, { launchUrl: "blank://blank" }),
        "applications[2].launchUrl",
        "`hidden: true` hides the application",
    ],
    [
        "a launch URL of another scheme",
        { "applications[0].launchUrl": "javascript:alert(1)" },
        "applications[0].launchUrl",
        "must be an http or https URL",
    ],
    [
        "an icon of a file",
        { "applications[0].icon": "/media/icon.png" },
        "applications[0].icon",
        "a path below /static",
    ],
    [
        "a port on all addresses and on one",
        {
            "server.ports": [
                { port: 9000, ip: "0.0.0.0" },
                { port: 9000, ip: "10.0.0.1" },
            ],
        },
        "server.ports[1].port",
        "another address of the host",
    ],
    [
        "a port on one address written in two ways",
        {
            "server.ports": [
                { port: 9000, ip: "::1" },
                { port: 9000, ip: "0:0:0:0:0:0:0:1" },
            ],
        },
        "server.ports[1].port",
        "is published twice",
    ],
    ["a size in terabytes", { "server.memory": "1t" }, "server.memory", "Docker's notation"],
    ["half a gigabyte", { "server.memory": "1.5g" }, "server.memory", "Docker's notation"],
    ["too little for a server", { "server.memory": "64m" }, "server.memory", "is less than the 512m that it needs"],
    ["too little for a worker", { "worker.memory": "511m" }, "worker.memory", "is less than the 512m"],
    ["too little for an outpost", { "outposts[0].memory": "31m" }, "outposts[0].memory", "is less than the 32m"],
    ["too little for Docker", { "redis.memory": "5m" }, "redis.memory", "is less than the 6m"],
    [
        "a look-ahead",
        proxied({ skipPaths: ["^/ok", "^/(?!admin).*"] }),
        "applications[0].provider.skipPaths[1]",
        "`(?!` (character 3)",
    ],
    ["a look-behind", proxied({ skipPaths: ["(?<=/)api"] }), "applications[0].provider.skipPaths[0]", "RE2"],
    [
        "a reference back",
        proxied({ skipPaths: ["^/(a|b)/\\1"] }),
        "applications[0].provider.skipPaths[0]",
        "`\\1` (character 9)",
    ],
    ["a possessive quantifier", proxied({ skipPaths: ["^/a++"] }), "applications[0].provider.skipPaths[0]", "`++`"],
    ["an empty pattern", proxied({ skipPaths: [""] }), "applications[0].provider.skipPaths[0]", "is empty"],
    [
        "a path where whole URLs are compared",
        proxied({
            ...domain,
            externalHost: "https://in.example.com",
            cookieDomain: "example.com",
            skipPaths: ["(?i)^/api/"],
        }),
        "applications[0].provider.skipPaths[0]",
        "compared with the whole URL",
    ],
    [
        "a name as other languages write it",
        redirects({ url: "https://(?<h>a|b)\\.example\\.com/cb", matching: "regex" }),
        `${redirectProblem}.url`,
        "Python writes (?P<name>...)",
    ],
    [
        "an escape that Python does not know",
        redirects({ url: "https://\\p{L}+\\.example\\.com/cb", matching: "regex" }),
        `${redirectProblem}.url`,
        "\\p is not an escape of Python's re",
    ],
    ["a wildcard", redirects("https://*.example.com/cb"), redirectProblem, "can never match"],
    [
        "a wildcard at the end",
        redirects("https://wiki.example.com/*"),
        redirectProblem,
        "use {url: regex, matching: regex}",
    ],
    ["http to a public address", redirects("http://8.8.8.8/cb"), redirectProblem, "set provider.allowHttp"],
    ["http to a public IPv6 address", redirects("http://[2001:db8::1]/cb"), redirectProblem, "use https"],
    ["http beside a private network", redirects("http://100.128.0.1/cb"), redirectProblem, "use https"],
    [
        "a base DN with an empty part",
        ldap("DC=a,,DC=b"),
        "applications[2].provider.baseDn",
        "must be a distinguished name",
    ],
    ["a base DN with ;", ldap("DC=a;DC=b"), "applications[2].provider.baseDn", "must be a distinguished name"],
    [
        "a prefix that makes host names too long",
        { prefix: "a-very-long-name-of-an-environment-for-testing-of-limits-of-dns-" },
        "prefix",
        "longer than 63 characters",
    ],
    [
        "a prefix that makes an outpost's too long",
        {
            prefix: `${"a".repeat(46)}-`,
            "outposts[0].name": "ak-outpost-of-the-organizr",
            "applications[0].provider.outpost": "ak-outpost-of-the-organizr",
        },
        "outposts[0].name",
        "longer than 63 characters",
    ],
    [
        "an upstream that is authentik",
        proxied({ internalHost: "http://authentik-server:9000" }),
        "applications[0].provider.internalHost",
        "points to authentik itself",
    ],
    [
        "an upstream that is authentik with its prefix",
        { prefix: "dev-", ...proxied({ internalHost: "http://dev-authentik-server:9000" }) },
        "applications[0].provider.internalHost",
        "points to authentik itself",
    ],
    [
        "an upstream that is authentik's URL",
        {
            url: "https://auth.example.com",
            ...proxied({ type: "forward_single", upstream: "https://auth.example.com" }),
        },
        "applications[0].provider.upstream",
        "points to authentik itself",
    ],
    [
        "an upstream that is the outpost",
        proxied({ internalHost: "http://ak-outpost-organizr:9000" }),
        "applications[0].provider.internalHost",
        "points to the outpost itself",
    ],
    [
        "an upstream that is the application's own host",
        proxied({ internalHost: "https://organizr.example.com" }),
        "applications[0].provider.internalHost",
        "points to the outpost itself",
    ],
    [
        "an upstream on this machine",
        proxied({ internalHost: "http://127.0.0.1:8080" }),
        "applications[0].provider.internalHost",
        "is the outpost's own container",
    ],
];
