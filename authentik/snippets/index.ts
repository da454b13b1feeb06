import type { ReachableOutpost } from "../providers/kind";
import type { ProtectedApplication } from "./application";
import { caddySnippet } from "./caddy";
import { nginxSnippet, npmSnippet } from "./nginx";
import { traefikSnippet } from "./traefik";

export type { ProtectedApplication } from "./application";

/** The same protection for each reverse proxy, as text. */
export interface Snippets {
    /** Nginx Proxy Manager: the tab "Advanced" of the proxy host. */
    npm: string;
    /** nginx: the content of the host's `server { }` block. */
    nginx: string;
    /** Traefik: labels of a Compose file. */
    traefik: string;
    /** Caddy: sites of a Caddyfile. */
    caddy: string;
}

/**
 * What a reverse proxy needs in front of an application behind an outpost.
 *
 * In mode `proxy` it forwards to the outpost, and the outpost to the application. In the two forward modes it asks the
 * outpost about each request and forwards to the application itself.
 *
 * Source: authentik's pages "Forward auth: nginx, Traefik, Caddy", which do not escape the return address and in
 * nginx pass a client's own X-authentik-* and X-Forwarded-Host on; both are fixed here.
 *
 * @param authentikUrl URL at which browsers reach authentik, where people are sent to sign in.
 * @throws TypeError when one of the URLs is invalid.
 */
export function forwardAuthSnippets(
    application: ProtectedApplication,
    outpost: ReachableOutpost,
    authentikUrl: string,
): Snippets {
    return {
        npm: npmSnippet(application, outpost, authentikUrl),
        nginx: nginxSnippet(application, outpost, authentikUrl),
        traefik: traefikSnippet(application, outpost, authentikUrl),
        caddy: caddySnippet(application, outpost, authentikUrl),
    };
}
