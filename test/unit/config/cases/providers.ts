import { devConfiguration } from "../../../support/configuration";
import { type Accepted, added, type Changes, oidc, proxied, type Refused } from "./changes";

/** The development configuration with one more outpost, and an application behind it. */
function behind(type: "ldap" | "radius" | "rac", provider: Changes, outpost: Changes = {}): Changes {
    const outposts = [
        ...(devConfiguration().outposts as unknown[]),
        { name: `ak-${type}`, type, networks: ["frontend"], ...outpost },
    ];
    return added({ type, outpost: `ak-${type}`, ...provider }, {}, { outposts });
}

/** The development configuration with an LDAP outpost, and two directories behind it. */
function directories(a: Changes, b: Changes): Changes {
    const { outposts, applications } = devConfiguration();
    const all = [a, b].map((provider, index) => {
        const name = "ab"[index];
        return { slug: name, name, provider: { type: "ldap", outpost: "o", ...provider } };
    });
    return {
        outposts: [...(outposts as unknown[]), { name: "o", type: "ldap", networks: ["frontend"] }],
        applications: [...(applications as unknown[]), ...all],
    };
}

const redirectUris = ["https://wiki.example.com/cb"];
const role = { name: "role", expression: 'return {"role": "admin"}' };
const logout = { uri: "https://wiki.example.com/logout" };
const provider = ["applications", 2, "provider"];
const at = "applications[2].provider";
const endpoint = { name: "desktop", protocol: "rdp", host: "desktop" };

/** What providers are given beside what they have to have. */
export const acceptedOfProviders: Accepted[] = [
    [
        "lengths of tokens",
        oidc({ redirectUris, attributes: { access_token_validity: "hours=1", refresh_token_validity: "days=30" } }),
        [...provider, "attributes", "access_token_validity"],
        "hours=1",
    ],
    ["how long a proxied session lasts", proxied({ attributes: { access_token_validity: "days=7" } })],
    ["whom an application knows people by", oidc({ redirectUris, subMode: "hashed_user_id" })],
    ["a scope of one's own", oidc({ redirectUris, scopes: ["openid", "email", role] })],
    ["a logout", oidc({ redirectUris, logout }), [...provider, "logout", "method"], "backchannel"],
    [
        "a logout in the browser",
        { version: "2025.10.4", ...oidc({ redirectUris, logout: { ...logout, method: "frontchannel" } }) },
    ],
    [
        "where people go after a logout",
        { version: "2026.5.6", ...oidc({ redirectUris, postLogoutRedirectUris: ["https://wiki.example.com/"] }) },
    ],
    [
        "grant types of one's own",
        { version: "2026.5.6", ...oidc({ redirectUris, attributes: { grant_types: ["client_credentials"] } }) },
    ],
    [
        "SAML with encryption and a name id of one's own",
        added({
            type: "saml",
            acsUrl: "https://wiki.example.com/acs",
            attributes: { encryption_kp: "wiki", name_id_mapping: "NameID", sign_response: true },
        }),
    ],
    [
        "two directories of an outpost",
        directories({ baseDn: "DC=example,DC=com" }, { baseDn: "OU=b,DC=example,DC=com" }),
    ],
    [
        "LDAP with TLS and ids of its own",
        behind(
            "ldap",
            { attributes: { certificate: "ldap.example.com", uid_start_number: 10000, gid_start_number: 20000 } },
            { ports: [{ port: 389 }, { port: 636, tls: true }] },
        ),
        ["outposts", 2, "ports", 1, "tls"],
        true,
    ],
    ["LDAP that asks for a second factor", behind("ldap", { secondFactor: true })],
    ["RADIUS that asks for a second factor", behind("radius", { secondFactor: true })],
    [
        "a desktop whose certificate is its own",
        behind("rac", {
            endpoints: [{ ...endpoint, attributes: { settings: { "ignore-cert": true }, maximum_connections: 3 } }],
            attributes: { connection_expiry: "hours=1" },
        }),
    ],
    ["the server's port with TLS", { "server.ports": [{ port: 9000 }, { port: 9443, tls: true }] }],
];

/** What authentik, or the release, does not take of them. */
export const refusedOfProviders: Refused[] = [
    [
        "an attribute that authentik does not have",
        oidc({ redirectUris, attributes: { acces_token_validity: "hours=1" } }),
        `${at}.attributes.acces_token_validity`,
        "use access_token_validity, or remove it",
    ],
    [
        "attributes that are a list",
        oidc({ redirectUris, attributes: ["access_token_validity"] }),
        `${at}.attributes`,
        "must be an object, such as {access_token_validity: hours=1}",
    ],
    [
        "an attribute of a later release",
        oidc({ redirectUris, attributes: { refresh_token_threshold: "hours=1" } }),
        `${at}.attributes.refresh_token_threshold`,
        "from 2025.10 on",
    ],
    [
        "an attribute that has a key",
        oidc({ redirectUris, attributes: { sub_mode: "user_id" } }),
        `${at}.attributes.sub_mode`,
        "use subMode instead",
    ],
    [
        "an attribute of a proxy that has a key",
        proxied({ attributes: { skip_path_regex: "^/api" } }),
        "applications[0].provider.attributes.skip_path_regex",
        "use skipPaths instead",
    ],
    [
        "a length without a unit",
        proxied({ attributes: { access_token_validity: "24" } }),
        "applications[0].provider.attributes.access_token_validity",
        "must be a duration with units",
    ],
    [
        "a password in an endpoint's settings",
        behind("rac", { endpoints: [{ ...endpoint, attributes: { settings: { password: "hunter2" } } }] }),
        `${at}.endpoints[0].attributes.settings.password`,
        "would be stored in plain text",
    ],
    [
        "another certificate for a second directory of an outpost",
        directories({ attributes: { certificate: "a" } }, { baseDn: "DC=b" }),
        `${at}.attributes.certificate`,
        "set this one for all of its directories",
    ],
    [
        "two directories of an outpost at one place, in other letters",
        directories({ baseDn: "DC=example,DC=com" }, { baseDn: "dc=example, dc=com" }),
        "applications[3].provider.baseDn",
        "use a different one for each",
    ],
    ["whom nobody is known by", oidc({ redirectUris, subMode: "nick" }), `${at}.subMode`, "must be one of"],
    [
        "a scope of one's own without a name",
        oidc({ redirectUris, scopes: [{ expression: "return {}" }] }),
        `${at}.scopes[0]`,
        "or {name, expression}",
    ],
    [
        "a scope that is there twice",
        oidc({ redirectUris, scopes: ["role", role] }),
        `${at}.scopes[1]`,
        "is listed twice",
    ],
    [
        "two answers to whether an address is verified",
        oidc({ redirectUris, scopes: [{ ...role, name: "email" }], emailVerified: true }),
        `${at}.emailVerified`,
        "remove one of the two",
    ],
    [
        "a logout in the browser before 2025.10",
        oidc({ redirectUris, logout: { ...logout, method: "frontchannel" } }),
        `${at}.logout.method`,
        "use backchannel",
    ],
    [
        "where people go after a logout before 2026.5",
        oidc({ redirectUris, postLogoutRedirectUris: ["https://wiki.example.com/"] }),
        `${at}.postLogoutRedirectUris`,
        "from 2026.5 on",
    ],
    [
        "RADIUS with TLS",
        behind("radius", {}, { ports: [{ port: 1812, tls: true }] }),
        "outposts[2].ports[0].tls",
        "an outpost of type radius has no port with TLS",
    ],
];
