import {
    missingUpstream,
    outpostPath,
    type ProtectedApplication,
    type ReachableOutpost,
    title,
    upstreamOf,
} from "./application";
import { hostDirectives } from "./nginx-directives";

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
            "# Docker's own resolver, so that a container that was replaced is found again.",
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
