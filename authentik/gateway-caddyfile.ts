import { isIP } from "node:net";
import { isPrivateName, type Place } from "./gateway";
import { embeddedOutpost, gatewayHealthPort, roles } from "./roles";
import { indent, upstreamOf } from "./snippets/application";
import { forward, nameless, protectedRoute } from "./snippets/caddy";

/** How the gateway serves the names. */
export interface GatewayOptions {
    /** Port of the host, and of the container, at which it speaks HTTPS. */
    httpsPort: number;
    /** Port at which it leads http to https, and answers a CA. Default: none. */
    httpPort?: number;
    /** Who certifies names that a public CA could. */
    issuer: "acme" | "internal";
    /** Address of the account's owner, and the directory of the ACME CA. Default: none, and Caddy's own. */
    acme: { email?: string; ca?: string };
    /** Certificates of one's own: the name of their files, and what they are for. */
    certificates: { file: string; covers: (hostname: string) => boolean }[];
}

/** Everything that the gateway keeps is on one volume, mounted here. */
export const gatewayFolder = "/data";
/** Variables with which Caddy keeps certificates, and the configuration that it was last given, on that volume. */
export const gatewayVariables = { XDG_DATA_HOME: gatewayFolder, XDG_CONFIG_HOME: `${gatewayFolder}/config` };
/** Where the configuration finds certificates of one's own. */
export const certificateFolder = `${gatewayFolder}/certificates`;
/**
 * Where Caddy keeps the certificates of the CA that it asks, each in a folder of its name: those of a CA that was asked before do
 * not count. By default it asks Let's Encrypt, and then ZeroSSL.
 *
 * Source: certmagic, `ACMEIssuer.issuerKey` and `KeyBuilder.Safe`.
 */
export function issuedFolders({ acme }: Pick<GatewayOptions, "acme">): string[] {
    const all = `${gatewayFolder}/caddy/certificates`;
    if (acme.ca === undefined) return [`${all}/acme-v02.api.letsencrypt.org-directory`, `${all}/acme.zerossl.com-*`];
    const { host, pathname } = new URL(acme.ca);
    const path = pathname.replaceAll(/[/\\]/g, "-").replaceAll(/^-+|-+$/g, "");
    const key = (path === "" ? host : `${host}-${path}`).toLowerCase().replaceAll("..", "").replaceAll("+", "_plus_");
    return [`${all}/${key.replaceAll(":", "-").replaceAll(/[^\w@.-]/g, "")}`];
}
/** Where Caddy keeps the certificate of its own CA. */
export const rootCertificatePath = `${gatewayFolder}/caddy/pki/authorities/local/root.crt`;
/** Where it takes a new configuration: at a socket that only its volume leads to. */
export const adminAddress = `unix/${gatewayFolder}/admin.sock`;

/** Where the gateway finds the addresses of containers: a file for each, which it reads at each request. */
export const addressFolder = `${gatewayFolder}/containers`;

/** Name of the file with the address of an outpost's container, and of the variable that it is written from. Default: the server's. */
export function addressVariable(outpost: string = embeddedOutpost): string {
    return outpost === embeddedOutpost ? "SERVER" : `OUTPOST_${outpost.toUpperCase().replaceAll("-", "_")}`;
}

/** What a gateway starts with that was never given a configuration: only its administration and its health check. */
export function firstCaddyfile(): string {
    return text([...globalOptions([]), ...health()]);
}

/**
 * The gateway's Caddyfile. It has no addresses of containers, but files with them. Their names on the network lead to an old and
 * a new container at once. And to take over a changed configuration, Caddy closes its sockets: a request over HTTP/1.1 that
 * arrives in that moment is not answered (https://github.com/golang/go/issues/75591), nor is a connection that nobody accepted
 * yet. So what happens often has to happen without. To close each connection after its answer does not help: the first request
 * of a new one is lost as well, and for longer, since its handshake comes before.
 */
export function gatewayCaddyfile(places: Place[], options: GatewayOptions): string {
    const { httpsPort, httpPort, acme } = options;
    // Two keys may claim a name for the same place.
    const sites = places.filter(({ origin }, index) => places.findIndex((other) => other.origin === origin) === index);
    // A client that asks for an address names nobody.
    const address = places.map(({ origin }) => bare(origin)).find((name) => isIP(name) !== 0);
    return text([
        ...globalOptions([
            "skip_install_trust",
            `https_port ${httpsPort}`,
            ...(httpPort === undefined ? [] : [`http_port ${httpPort}`]),
            // Caddy's own would lead to another port where that for https is not 443.
            "auto_https disable_redirects",
            ...(address === undefined ? [] : [`default_sni ${address}`]),
            ...(acme.email === undefined ? [] : [`email ${acme.email}`]),
            ...(acme.ca === undefined ? [] : [`acme_ca ${acme.ca}`]),
        ]),
        ...health(),
        "",
        ...front,
        ...sites.flatMap((place) => ["", ...site(place, options)]),
        ...(httpPort === undefined ? [] : ["", ...redirect(sites, httpPort)]),
    ]);
}

/** Who certifies a name: a certificate of one's own, the gateway's own CA, which only those who trust its root take, or an ACME CA. */
export function issuerOf(
    origin: string,
    { issuer, certificates }: Pick<GatewayOptions, "issuer" | "certificates">,
): "own" | "internal" | "acme" {
    const name = bare(origin);
    if (certificates.some(({ covers }) => covers(name))) return "own";
    return issuer === "internal" || isPrivateName(name) ? "internal" : "acme";
}

function globalOptions(more: string[]): string[] {
    return ["{", ...indent([`admin ${adminAddress}`, ...more, "log {", ...indent(log), "}"]), "}"];
}

/** Queries and headers hold codes, tokens and cookies. */
const log = [
    "output stdout",
    "format filter {",
    "    wrap json",
    "    fields {",
    '        request>uri regexp "[?].*" "?..."',
    "        request>headers delete",
    "        resp_headers delete",
    "    }",
    "}",
];

function health(): string[] {
    return ["", `http://:${gatewayHealthPort} {`, "    bind 127.0.0.1", "    respond 204", "}"];
}

/**
 * What authentik, its outposts and applications believe about a client, by the beginning of headers' names: where it is, what it
 * asks for and which certificate it has. An underscore reads like a hyphen to many. Source: IsRequestFromTrustedProxy and its
 * uses in internal/web/proxy.go, and getNginxForwardUrl of the outpost.
 */
const believed = [
    ...["Forwarded", "X-Forwarded*", "X_Forwarded*", "X-Original*", "X_Original*", "X-Real-IP", "X_Real_IP"],
    ...["SSL-Client-Cert", "SSL_Client_Cert"],
];

/** What every site begins with. */
const front = [
    "(front) {",
    ...indent([
        "log",
        ...believed.map((name) => `request_header -${name}`),
        "request_header X-Real-IP {client_ip}",
        "header {",
        "    -Server",
        "    ?X-Content-Type-Options nosniff",
        "    ?Referrer-Policy strict-origin-when-cross-origin",
        "}",
    ]),
    "}",
];

/** Open connections, such as websockets, outlive a new configuration. */
const lasting = ["stream_close_delay 24h"];
/** A container of the stack may be restarting. */
const patient = ["lb_try_duration 15s", "lb_try_interval 250ms", ...lasting];

function site(place: Place, options: GatewayOptions): string[] {
    const { origin, to } = place;
    const own = options.certificates.find(({ covers }) => covers(bare(origin)));
    const pair =
        own === undefined ? [] : [`${certificateFolder}/${own.file}.crt`, `${certificateFolder}/${own.file}.key`];
    return [
        `${origin} {`,
        ...indent([
            "import front",
            ...(own === undefined ? [] : [`tls ${pair.join(" ")}`]),
            // A browser holds a name to it at every port, and one at home may speak http at another.
            ...(issuerOf(origin, options) === "internal"
                ? ["tls internal"]
                : ["header ?Strict-Transport-Security max-age=31536000"]),
            ...leading(to),
        ]),
        "}",
    ];
}

/** Leads every name from http to https. */
function redirect(sites: Place[], httpPort: number): string[] {
    return sites.flatMap(({ origin }) => [
        `http://${new URL(origin).hostname}:${httpPort} {`,
        "    import front",
        `    redir ${origin}{uri} 308`,
        "}",
    ]);
}

function leading(to: Place["to"]): string[] {
    switch (to.kind) {
        case "server":
            return [addressOf(), ...forward(container, patient)];
        case "outpost":
            return [...nameless, addressOf(to.outpost), ...forward(container, patient)];
        case "upstream":
            return [...nameless, ...forward(upstreamOf(to), lasting)];
        case "protected":
            return [
                addressOf(to.outpost),
                ...protectedRoute(to.application, container, { toOutpost: patient, toApplication: lasting }),
            ];
    }
}

/** Looks up which container a request goes to. An address of Caddy's can have no path in it, so there is a variable between. */
function addressOf(outpost?: string): string {
    return `vars container {file.${addressFolder}/${addressVariable(outpost)}}`;
}

/** Server and outposts listen on the same port. */
const container = `{vars.container}:${roles.server.port.number}`;

/** The name in an origin, of an IPv6 address without brackets. */
function bare(origin: string): string {
    return new URL(origin).hostname.replace(/^\[|\]$/g, "");
}

function text(lines: string[]): string {
    return `${lines.join("\n")}\n`;
}
