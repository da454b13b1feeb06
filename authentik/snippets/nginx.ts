import type { ReachableOutpost } from "../providers/kind";
import {
    identityHeaders,
    indent,
    missingUpstream,
    outpostPath,
    type ProtectedApplication,
    title,
    upstreamOf,
} from "./application";

/** The content of a `server { }` block of nginx, for an `include` there. */
export function nginxSnippet(
    application: ProtectedApplication,
    outpost: ReachableOutpost,
    authentikUrl: string,
): string {
    const proxied = application.type === "proxy";
    const upstream = proxied ? outpost.internalUrl.replace(/\/+$/, "") : upstreamOf(application);
    return hostDirectives(application, outpost, {
        heading: [
            title(application, authentikUrl),
            "# For the server block of the host.",
            ...(proxied ? [] : ["# nginx needs the module http-set-misc (Debian: libnginx-mod-http-set-misc)."]),
            ...(proxied ? [] : missingUpstream(application)),
            ...signInHost(application, "a server block that forwards everything"),
        ],
        extra: [
            "# Docker's own resolver, to find a container again after it was replaced.",
            "resolver 127.0.0.11 valid=10s;",
            `set $authentik_upstream "${upstream}";`,
        ],
        target: "$authentik_upstream$request_uri",
    });
}

/** The content of the tab "Advanced" of a proxy host in Nginx Proxy Manager. */
export function npmSnippet(application: ProtectedApplication, outpost: ReachableOutpost, authentikUrl: string): string {
    const proxied = application.type === "proxy";
    const { hostname, port } = new URL(outpost.internalUrl);
    return hostDirectives(application, outpost, {
        heading: [
            title(application, authentikUrl),
            `# Tab "Advanced" of the proxy host, which forwards to the ${proxied ? `outpost: ${hostname}, port ${port}` : "application"}.`,
            ...(proxied ? [] : unprotected),
            ...signInHost(application, "a proxy host that forwards"),
        ],
        extra: [],
        // As Nginx Proxy Manager writes it for a host without an advanced configuration.
        target: "$forward_scheme://$server:$port$request_uri",
    });
}

const unprotected = [
    '# Leave "Cache Assets" off and add no custom locations: Nginx Proxy Manager answers those without a sign-in.',
];

function signInHost({ type, externalHost }: ProtectedApplication, what: string): string[] {
    if (type !== "forward_domain") return [];
    return [`# ${new URL(externalHost).origin} is ${what} to the outpost: sign-ins come back to its ${outpostPath}.`];
}

/** What nginx and Nginx Proxy Manager have each in a way of their own. */
interface Dialect {
    /** Comments above everything: what this is and where it belongs. */
    heading: string[];
    /** Directives that only one of them needs. */
    extra: string[];
    /** Value of proxy_pass for the application, or for the outpost in mode `proxy`. */
    target: string;
}

/** The directives of one host, as they stand in its `server { }` block. */
function hostDirectives(
    application: ProtectedApplication,
    outpost: ReachableOutpost,
    { heading, extra, target }: Dialect,
): string {
    const forwarding = [
        "proxy_set_header Host $authentik_host;",
        "proxy_set_header X-Forwarded-Host $authentik_host;",
        "proxy_set_header X-Forwarded-Proto $authentik_scheme;",
        "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
        "proxy_set_header X-Real-IP $remote_addr;",
    ];
    const protect = application.type !== "proxy";
    const lines = [
        ...heading,
        "",
        "proxy_buffers 8 16k; # X-authentik-jwt is a long header",
        "proxy_buffer_size 32k;",
        "absolute_redirect off; # else a redirect would lose the port that the browser used",
        ...extra,
        ...seenAs(application),
        'set $authentik_connection "";',
        "if ($http_upgrade) { set $authentik_connection upgrade; }",
        "",
        "location / {",
        ...indent(protect ? signInFirst(application) : []),
        ...indent(forwarding),
        "    proxy_http_version 1.1;",
        "    proxy_set_header Upgrade $http_upgrade;",
        "    proxy_set_header Connection $authentik_connection;",
        `    proxy_pass ${target};`,
        "}",
        ...(protect ? outpostLocations(application, outpost, forwarding) : []),
    ];
    return `${lines.join("\n")}\n`;
}

/** Host and scheme as browsers see them: the outpost identifies the application by them. */
function seenAs({ type, externalHost }: ProtectedApplication): string[] {
    if (type !== "forward_single") return ["set $authentik_scheme $scheme;", "set $authentik_host $http_host;"];
    const { protocol, host, hostname } = new URL(externalHost);
    return [
        "# Under another name the sign-in of another application could count.",
        `if ($host != "${hostname}") { return 421; }`,
        `set $authentik_scheme ${protocol.replace(":", "")};`,
        `set $authentik_host ${host};`,
    ];
}

function signInFirst({ basicAuth = false }: ProtectedApplication): string[] {
    const identity = identityHeaders.flatMap((name) => {
        const variable = name.replaceAll("-", "_");
        return [
            `auth_request_set $authentik_${variable} $upstream_http_x_authentik_${variable};`,
            `proxy_set_header X-authentik-${name} $authentik_${variable};`,
        ];
    });
    return [
        `auth_request ${outpostPath}/auth/nginx;`,
        "error_page 401 = @authentik_start;",
        "auth_request_set $authentik_cookie $upstream_http_set_cookie;",
        "add_header Set-Cookie $authentik_cookie;",
        "# Who is there is for the outpost to say: whatever a client says of itself is overwritten.",
        ...identity,
        ...(basicAuth
            ? [
                  "auth_request_set $authentik_authorization $upstream_http_authorization;",
                  "proxy_set_header Authorization $authentik_authorization;",
              ]
            : []),
    ];
}

function outpostLocations(
    { type, externalHost }: ProtectedApplication,
    { internalUrl }: ReachableOutpost,
    forwarding: string[],
): string[] {
    const start = `${type === "forward_domain" ? new URL(externalHost).origin : ""}${outpostPath}/start`;
    return [
        `location ${outpostPath}/ {`,
        `    set $authentik_outpost "${internalUrl.replace(/\/+$/, "")}"; # as a variable it is looked up again`,
        "    proxy_pass $authentik_outpost;",
        ...indent(forwarding),
        "    proxy_set_header X-Original-URL $authentik_scheme://$authentik_host$request_uri;",
        "    proxy_pass_request_body off;",
        '    proxy_set_header Content-Length "";',
        "}",
        "location @authentik_start {",
        "    internal;",
        "    add_header Set-Cookie $authentik_cookie;",
        "    # Escaped, or everything after the first & of the address would be lost.",
        "    set_escape_uri $authentik_rd $authentik_scheme://$authentik_host$request_uri;",
        `    return 302 ${start}?rd=$authentik_rd;`,
        "}",
    ];
}
