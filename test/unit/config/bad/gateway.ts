import { type BadRow, hidden } from "../../../support/bad-configuration";
import { authority } from "../../../support/certificates";

const none = { certificate: "", key: "" };
const { "books.example.com": books = none, "other.example.com": other = none } = authority(
    "The CA",
    "books.example.com",
    "other.example.com",
).issued;
const secretKeys = ["secrets"];

/** A stack with a gateway, and changes to it. */
function withGateway(gateway: Record<string, unknown>, changes: Record<string, unknown> = {}): Record<string, unknown> {
    return {
        url: "https://auth.example.com",
        "server.ports": undefined,
        "outposts[0].ports": undefined,
        "outposts[1].ports": undefined,
        "applications[0].provider.externalHost": "https://home.example.com",
        "applications[1].provider": {
            type: "forward_single",
            outpost: "ak-outpost-cwad",
            externalHost: "https://books.example.com",
            upstream: "http://cwad:8084",
        },
        gateway: { issuer: "acme", ...gateway },
        ...changes,
    };
}

/** What of the gateway cannot be. */
export const gatewayRows: BadRow[] = [
    {
        wrong: "ports beside the gateway",
        changes: withGateway({}, { "server.ports": [{ port: 9000 }], "outposts[1].ports": [{ port: 9081 }] }),
        problems: [
            ["server.ports", [{ port: 9000, ip: "127.0.0.1" }], "is not needed, since the gateway publishes this"],
            ["outposts[1].ports", [{ port: 9081, ip: "127.0.0.1" }], "is not needed, since the gateway publishes this"],
        ],
    },
    {
        wrong: "certificates where they once were, in the gateway",
        changes: withGateway({ certificates: [{ name: "own" }] }),
        problems: [["gateway.certificates", [{ name: "own" }], "move the list, as it is, to the key `certificates`"]],
    },
    {
        wrong: "certificates where they once were, with their keys",
        changes: withGateway(
            { certificates: [{ name: "own", certificate: books.certificate }] },
            { secrets: { "certificate/own": books.key } },
        ),
        secretKeys,
        problems: [
            [
                "gateway.certificates",
                [{ name: "own", certificate: "-----BEGIN CERTIFICATE-----…" }],
                "move the list, as it is, to the key `certificates`",
            ],
        ],
    },
    {
        wrong: "a wrong list of certificates where they once were, with their keys",
        changes: withGateway({ certificates: [{ name: "own" }] }, { secrets: { "certificate/own": books.key } }),
        secretKeys,
        problems: [["gateway.certificates", [{ name: "own" }], "move the list, as it is, to the key `certificates`"]],
    },
    {
        wrong: "names where the gateway does not listen",
        changes: withGateway({ httpsPort: 8443 }, { url: "http://auth.example.com:8443" }),
        problems: [
            ["url", "http://auth.example.com:8443", "use https://auth.example.com:8443"],
            ["applications[0].provider.externalHost", "https://home.example.com", "use https://home.example.com:8443"],
            [
                "applications[1].provider.externalHost",
                "https://books.example.com",
                "use https://books.example.com:8443",
            ],
        ],
    },
    {
        wrong: "a name that two things claim",
        changes: withGateway(
            {},
            {
                "applications[2]": {
                    slug: "wiki",
                    name: "Wiki",
                    launchUrl: "https://home.example.com/wiki",
                    provider: {
                        type: "oidc",
                        redirectUris: ["https://home.example.com/back"],
                        upstream: "http://wiki",
                    },
                },
            },
        ),
        problems: [
            ["applications[2].launchUrl", "https://home.example.com/wiki", "is a host name that another key sends"],
        ],
    },
    {
        wrong: "an application that the gateway cannot find",
        changes: withGateway({}, { "applications[1].provider.upstream": undefined }),
        problems: [
            ["applications[1].provider.upstream", undefined, "is missing; set the URL at which the gateway reaches"],
        ],
    },
    {
        wrong: "two CAs",
        changes: withGateway({ acme: { staging: true, ca: "https://ca.example.com/directory" } }),
        problems: [["gateway.acme.staging", true, "selects another CA than acme.ca"]],
    },
    {
        wrong: "a CA that nobody asks",
        changes: withGateway({ issuer: "internal", acme: { email: "me@example.com" } }),
        problems: [["gateway.acme", { email: "me@example.com", staging: false }, "has no effect"]],
    },
    {
        wrong: "the same port for http and https",
        changes: withGateway({ httpPort: 443 }),
        problems: [["gateway.httpsPort", 443, "is published twice"]],
    },
    {
        wrong: "an outpost with the gateway's name",
        changes: withGateway({}, { "outposts[1].name": "gateway", "applications[1].provider.outpost": "gateway" }),
        problems: [["outposts[1].name", "gateway", "is reserved for the gateway; choose another"]],
    },
    {
        wrong: "a certificate for another name, without its key",
        changes: withGateway({}, { certificates: [{ name: "own", certificate: other.certificate }] }),
        problems: [
            [
                "certificates[0].certificate",
                "-----BEGIN CERTIFICATE-----…",
                "is for DNS:other.example.com, but the gateway serves other names (auth.example.com, home.example.com, books.example.com)",
            ],
            [
                "secrets.certificate/own",
                undefined,
                "is missing, and certificates needs it: `pulumi config set --secret --path 'secrets[\"certificate/own\"]' < file.key`",
            ],
        ],
    },
    {
        wrong: "a certificate with the key of another",
        changes: withGateway(
            {},
            {
                certificates: [{ name: "own", certificate: books.certificate }],
                secrets: { "certificate/own": other.key },
            },
        ),
        secretKeys,
        problems: [["secrets.certificate/own", hidden, "does not belong to the first certificate"]],
    },
    {
        wrong: "a certificate for the server that there is not",
        changes: withGateway(
            {},
            {
                certificates: [{ name: "own", certificate: books.certificate }],
                "server.certificate": "other",
                secrets: { "certificate/own": books.key },
            },
        ),
        secretKeys,
        problems: [["server.certificate", "other", "is not in certificates, which has own; add it there"]],
    },
];
