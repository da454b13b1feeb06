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
    const everything = [`${host} {`, `    reverse_proxy ${outpost}`, "}"];
    const name = `authentik-${application.slug}`;
    switch (application.type) {
        case "proxy":
            return everything;
        case "forward_single":
            return [
                ...missingUpstream(application),
                `${host} {`,
                // Caddy would otherwise sort the directives in an order of its own.
                "    route {",
                ...indent([`reverse_proxy ${outpostPath}/* ${outpost}`, ...signInFirst(application, outpost)], 2),
                `        reverse_proxy ${upstreamOf(application)}`,
                "    }",
                "}",
            ];
        case "forward_domain":
            return [
                "# Each site of the domain, instead of its reverse_proxy alone:",
                `#     route {`,
                `#         import ${name}`,
                `#         reverse_proxy ${upstreamOf(application)}`,
                "#     }",
                `(${name}) {`,
                ...indent(signInFirst(application, outpost)),
                "}",
                ...everything,
            ];
    }
}

function signInFirst({ basicAuth = false }: ProtectedApplication, outpost: string): string[] {
    const names = identityHeaders.map(
        (name) => `X-Authentik-${name.replaceAll(/(^|-)[a-z]/g, (c) => c.toUpperCase())}`,
    );
    return [
        "# Caddy before 2.11.2 keeps what a client says of itself where the outpost says nothing; an underscore reads",
        "# like a hyphen to many applications.",
        "request_header -X-Authentik*",
        "request_header -X_Authentik*",
        `forward_auth ${outpost} {`,
        `    uri ${outpostPath}/auth/caddy`,
        `    copy_headers ${[...names, ...(basicAuth ? ["Authorization"] : [])].join(" ")}`,
        "}",
    ];
}
