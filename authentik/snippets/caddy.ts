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

/** Sites of a Caddyfile. */
export function caddySnippet(
    application: ProtectedApplication,
    outpost: ReachableOutpost,
    authentikUrl: string,
): string {
    const to = outpost.internalUrl.replace(/\/+$/, "");
    const lines = [
        title(application, authentikUrl),
        ...sites(application, to, new URL(application.externalHost).origin),
    ];
    return `${lines.join("\n")}\n`;
}

function sites(application: ProtectedApplication, outpost: string, host: string): string[] {
    const everything = [`${host} {`, ...indent(forward(outpost)), "}"];
    const name = `authentik-${application.slug}`;
    switch (application.type) {
        case "proxy":
            return everything;
        case "forward_single":
            return [...missingUpstream(application), `${host} {`, ...indent(protectedRoute(application, outpost)), "}"];
        case "forward_domain":
            return [
                "# Each site of the domain, instead of its reverse_proxy alone:",
                `#     route {`,
                `#         import ${name}`,
                ...forward(upstreamOf(application)).map((line) => `#         ${line}`),
                "#     }",
                `(${name}) {`,
                ...indent(signInFirst(application, outpost)),
                "}",
                ...everything,
            ];
    }
}

/**
 * The directives that forward a request.
 *
 * @param to an address, or an http or https URL; Caddy takes no path in it.
 * @param options of `reverse_proxy`. Default: none.
 * @param matcher of the requests. Default: all.
 */
export function forward(to: string, options: string[] = [], matcher?: string): string[] {
    const [, origin = to, path = ""] = /^(https?:\/\/[^/]+)(\/.*)$/.exec(to) ?? [];
    const directive = ["reverse_proxy", ...(matcher === undefined ? [] : [matcher]), origin].join(" ");
    return [
        ...(path === "" ? [] : [`rewrite * ${path}{uri}`]),
        ...(options.length === 0 ? [directive] : [`${directive} {`, ...indent(options), "}"]),
    ];
}

/**
 * The directives of a site that lets signed-in people through to an application.
 *
 * @param outpost its address, or its http or https URL.
 * @param options of `reverse_proxy` to the outpost, and to the application. Default: none.
 */
export function protectedRoute(
    application: ProtectedApplication,
    outpost: string,
    { toOutpost = [], toApplication = [] }: { toOutpost?: string[]; toApplication?: string[] } = {},
): string[] {
    return [
        // Caddy would otherwise sort the directives in an order of its own.
        "route {",
        ...indent([
            ...forward(outpost, toOutpost, `${outpostPath}/*`),
            ...signInFirst(application, outpost, toOutpost),
            ...forward(upstreamOf(application), toApplication),
        ]),
        "}",
    ];
}

/** Takes from a request what it says of who somebody is, which only an outpost may say. */
export const nameless = ["request_header -X-Authentik*", "request_header -X_Authentik*"];

function signInFirst({ basicAuth = false }: ProtectedApplication, outpost: string, options: string[] = []): string[] {
    const names = identityHeaders.map(
        (name) => `X-Authentik-${name.replaceAll(/(^|-)[a-z]/g, (c) => c.toUpperCase())}`,
    );
    return [
        "# Caddy before 2.11.2 keeps what a client says of itself where the outpost says nothing; an underscore reads",
        "# like a hyphen to many applications.",
        ...nameless,
        `forward_auth ${outpost} {`,
        `    uri ${outpostPath}/auth/caddy`,
        `    copy_headers ${[...names, ...(basicAuth ? ["Authorization"] : [])].join(" ")}`,
        ...indent(options),
        "}",
    ];
}
