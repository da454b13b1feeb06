import { devConfiguration } from "../../../support/configuration";
import {
    type Accepted,
    added,
    baseDn,
    dataSecrets,
    domain,
    embedded,
    external,
    first,
    ldap,
    oidc,
    proxied,
    redirects,
    redisOnly,
} from "./changes";

/** Values that the program takes which gets them, and that were refused once or could be. */
export const accepted: Accepted[] = [
    // Slugs
    ["a slug with an underscore", { "applications[0].slug": "calibre_web" }, [...first, "slug"], "calibre_web"],
    ["a slug in upper case", { "applications[0].slug": "Calibre-Web" }, [...first, "slug"], "Calibre-Web"],
    ["a slug that begins with a hyphen", { "applications[0].slug": "-x" }],
    ["a slug of 50 characters", { "applications[0].slug": "a".repeat(50) }],
    // Launch URLs
    ["a launch URL that hides", { "applications[0].launchUrl": "blank://blank" }],
    ["a launch URL with the user in it", { "applications[0].launchUrl": "https://x.example.com/%(username)s" }],
    ["an application that is hidden", { "applications[0].hidden": true }],
    ["one that is hidden from 2026.5 on", { version: "2026.5.6", "applications[0].hidden": true }],
    // Icons
    ["an icon of Font Awesome", { "applications[0].icon": "fa://fa-book" }],
    ["an icon of authentik's own", { "applications[0].icon": "/static/dist/assets/icons/icon.png" }],
    ["an icon by URL", { "applications[0].icon": "https://cdn.example.com/app.svg" }],
    ["an icon by the path of an uploaded file", { "applications[0].icon": "application-icons/wiki.png" }],
    ["an icon for each theme", { "applications[0].icon": "application-icons/%(theme)s/wiki.svg" }],
    // Who may enter, and what authentik's page says
    ["a heading of the page of applications", { "applications[0].libraryGroup": "Büro & Küche" }],
    ["a description of several lines", { "applications[0].description": "One\nTwo" }],
    ["a publisher that is empty again", { "applications[0].publisher": "" }],
    ["several groups", { "applications[0].access": { groups: ["family", "O'Brien's", "Ä b"] } }],
    ["users by e-mail address", { "applications[0].access": { users: ["alice@example.com", "bob.b"] } }],
    [
        "one user where all have to hold",
        { "applications[0].access": { mode: "all", users: ["alice"], groups: ["a", "b"] } },
    ],
    [
        "an expression of several lines",
        { "applications[0].access": { expression: "if ak_is_sso_flow:\n  return False\nreturn True\n" } },
    ],
    ["an entitlement that nobody has yet", { "applications[0].entitlements": [{ name: "editors" }] }],
    [
        "attributes of an entitlement",
        { "applications[0].entitlements": [{ name: "a b", attributes: { quota: 5, list: [1], more: { x: null } } }] },
    ],
    // Volumes
    ["a volume that is there", { "volumes.media.name": "authentik_media" }],
    [
        "two volumes that change places",
        { volumes: { media: { name: "ak_certs" }, certificates: { name: "ak_media" } } },
    ],
    // Published ports
    [
        "a port on two addresses",
        {
            "server.ports": [
                { port: 9000, ip: "192.168.1.5" },
                { port: 9000, ip: "100.64.0.5" },
            ],
        },
    ],
    [
        "a port on an IPv4 and an IPv6 address",
        {
            "server.ports": [
                { port: 9000, ip: "0.0.0.0" },
                { port: 9000, ip: "::" },
            ],
        },
    ],
    [
        "a port of UDP that is one of TCP as well",
        added(
            { type: "radius", outpost: "ak-radius" },
            {},
            {
                outposts: [
                    ...(devConfiguration().outposts as unknown[]),
                    { name: "ak-radius", type: "radius", networks: ["frontend"], ports: [{ port: 9000 }] },
                ],
            },
        ),
    ],
    [
        "a port of an outpost on another address than the server's",
        { "outposts[0].ports": [{ port: 9000, ip: "10.0.0.1" }] },
    ],
    // Patterns of paths
    ["a pattern of Go in either case", proxied({ skipPaths: ["(?i)^/api/.*"] })],
    ["a pattern with a class of Go's own", proxied({ skipPaths: ["^/[[:alpha:]]+\\z"] })],
    ["a pattern with a name", proxied({ skipPaths: ["^/(?P<part>api|ping)/", "\\p{Lu}"] })],
    [
        "a pattern of a whole URL",
        proxied({
            ...domain,
            cookieDomain: "example.com",
            skipPaths: ["^https://[^/]+/api/"],
            externalHost: "https://in.example.com",
        }),
    ],
    // Distinguished names
    ["a base DN with blanks", ldap("DC=ldap, DC=example, DC=com"), baseDn, "DC=ldap,DC=example,DC=com"],
    ["a base DN with blanks around =", ldap("dc = ldap ,dc=example"), baseDn, "dc=ldap,dc=example"],
    ["a base DN with blanks in a value", ldap("OU=My People,DC=example"), baseDn, "OU=My People,DC=example"],
    ["a base DN with an escaped comma", ldap("O=Smith\\, Jones,DC=example"), baseDn, "O=Smith\\, Jones,DC=example"],
    // Sizes
    ["a size in upper case", { "server.memory": "1G" }, ["server", "memory"], "1g"],
    ["a size in kilobytes", { "server.memory": "1048576k" }, ["server", "memory"], "1024m"],
    ["a size in bytes", { "worker.memory": "536870912B" }, ["worker", "memory"], "512m"],
    ["the least size of an outpost", { "outposts[0].memory": "32M" }, ["outposts", 0, "memory"], "32m"],
    // Cookie domains
    [
        "a cookie domain with a dot",
        proxied({ ...domain, cookieDomain: ".example.com", externalHost: "https://in.example.com" }),
        [...first, "provider", "cookieDomain"],
        "example.com",
    ],
    [
        "a cookie domain in upper case",
        proxied({ ...domain, cookieDomain: "Example.COM", externalHost: "https://in.example.com" }),
        [...first, "provider", "cookieDomain"],
        "example.com",
    ],
    // Releases
    ...["2026.8.3", "2026.5.7", "2026.2.7", "2025.12.6", "2025.10.4", "2025.8.6"].map((version): Accepted => [
        version,
        { version },
    ]),
    ["a release that is not tested yet", { version: "2026.11.0", allowUntested: true }],
    // PostgreSQL of others
    [
        "a pooler's user, a database with a hyphen and two hosts",
        {
            "postgres.external": {
                user: "postgres.abcdefgh",
                database: "authentik-prod",
                host: "pg1,pg2",
                sslMode: "allow",
            },
            consumers: undefined,
            secrets: dataSecrets,
        },
    ],
    [
        "an IPv6 host beside a name",
        { "postgres.external": { host: "fd00::5,pg2.lan" }, consumers: undefined, secrets: dataSecrets },
    ],
    [
        "a user with blanks and umlauts",
        { "postgres.external": { ...external, user: "Jörg M" }, consumers: undefined, secrets: dataSecrets },
    ],
    [
        "a password with all that passwords have",
        { secrets: { redis: 'it\'s a "quoted" \\ pass wörd', "database/paperless": "o'Neil \\ $x" } },
    ],
    [
        "an external Redis with a user and a short password",
        { ...redisOnly(), "redis.external.user": "authentik", secrets: { redis: "x" } },
    ],
    ["an external Redis without a password", { ...redisOnly(), "redis.external.password": false }],
    // Settings
    ["a number as a level", { settings: { postgresql: { read_replicas: { "0": { host: "replica" } } } } }],
    ["numbered levels as a list", { settings: { postgresql: { read_replicas: [{ host: "a" }, { host: "b" }] } } }],
    ["a list of texts", { settings: { listen: { trusted_proxy_cidrs: ["10.0.0.0/8", "fd00::/8"] } } }],
    ["a secret that stands in a file already", { settings: { email: { password: "file:///certs/smtp" } } }],
    ["an empty password", { settings: { email: { password: "" } } }],
    [
        "settings beside those of the stack",
        { settings: { postgresql: { conn_max_age: 60 }, web: { workers: 3 }, listen: { debug: "0.0.0.0:9900" } } },
    ],
    // The server's own outpost
    ["authentik's own host for a domain", embedded({ externalHost: "https://auth.example.com" })],
    [
        "one host behind the server's own outpost",
        embedded({ type: "forward_single", cookieDomain: undefined, externalHost: "https://wiki.example.com" }),
    ],
    // http at home
    ...[
        "http://nas.fritz.box:8080/cb",
        "http://100.101.102.103:3000/cb",
        "http://192.168.1.5/cb",
        "http://[fd00::5]:3000/cb",
        "http://wiki.home.arpa/cb",
        "http://wiki.tail1234.ts.net/cb",
        "http://nas/cb",
    ].map((uri): Accepted => [`a redirect to ${uri}`, redirects(uri)]),
    ["http that is meant", oidc({ redirectUris: ["http://wiki.example.com/cb"], allowHttp: true })],
    [
        "http of a preset that is meant",
        oidc({ preset: "mealie", allowHttp: true }, { launchUrl: "http://mealie.example.com" }),
    ],
    // Redirect URIs
    ["a pattern of Python", redirects({ url: "https://(?P<h>a|b)\\.example\\.com/cb", matching: "regex" })],
    [
        "a pattern of Python with a look-ahead",
        redirects({ url: "https://(?!x)[a-z]+\\.example\\.com/cb\\Z", matching: "regex" }),
    ],
    ["a URI of an app", redirects("app.immich:///oauth-callback")],
    // Limits of names
    ["the longest prefix", { prefix: `${"a".repeat(40)}-` }],
    // Upstreams
    [
        "a device's own certificate",
        proxied({ internalHost: "https://192.168.1.10:5001", internalHostSslValidation: false }),
        [...first, "provider", "internalHostSslValidation"],
        false,
    ],
    [
        "an upstream on this machine, for a reverse proxy there",
        proxied({ type: "forward_single", upstream: "http://localhost:8080" }),
    ],
    // Images
    [
        "an image of the release from elsewhere",
        { "images.server": "mirror.example.com:5000/authentik/server:2025.8.6" },
    ],
    ["an image with the tag of a series", { "images.server": "ghcr.io/goauthentik/server:2025.8" }],
    ["an image with a tag of one's own", { "images.proxy": "my/proxy:patched-1" }],
    ["an image by digest", { "images.server": `ghcr.io/goauthentik/server@sha256:${"a".repeat(64)}` }],
    // Hosts as browsers send them
    [
        "a host in upper case with its port",
        proxied({ externalHost: "https://App.example.com:443" }),
        [...first, "provider", "externalHost"],
        "https://app.example.com",
    ],
    [
        "a host with a slash at its end",
        proxied({ externalHost: "http://app.example.com:80/" }),
        [...first, "provider", "externalHost"],
        "http://app.example.com",
    ],
    [
        "a host with umlauts",
        proxied({ externalHost: "https://bücher.example.com" }),
        [...first, "provider", "externalHost"],
        "https://xn--bcher-kva.example.com",
    ],
    ["authentik's own URL", { url: "HTTPS://Auth.Example.com:443/" }, ["url"], "https://auth.example.com"],
];
