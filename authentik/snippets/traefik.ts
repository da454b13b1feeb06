import { stringify } from "yaml";
import type { ReachableOutpost } from "../providers/kind";
import { identityHeaders, outpostPath, type ProtectedApplication, title } from "./application";

/**
 * Labels of a Compose file for Traefik 3.4 or later, whose labels can name a service by its URL: so the outpost needs no
 * labels of its own.
 */
export function traefikSnippet(
    application: ProtectedApplication,
    outpost: ReachableOutpost,
    authentikUrl: string,
): string {
    const labels = { "traefik.enable": "true", ...labelsOf(application, outpost) };
    const lines = [title(application, authentikUrl), ...place(application)];
    return `${lines.join("\n")}\n${stringify({ labels }, { lineWidth: 0, defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" })}`;
}

function place(application: ProtectedApplication): string[] {
    switch (application.type) {
        case "proxy":
            return ["# On any container that Traefik sees, such as its own: the outpost forwards to the application."];
        case "forward_single":
            return ["# On the application's container.", ...(application.upstream === undefined ? [portMissing] : [])];
        case "forward_domain":
            return [
                "# On any container that Traefik sees, such as its own. Each router of the domain then names the middleware:",
                `# traefik.http.routers.<router>.middlewares: "${middlewareOf(application)}@docker"`,
            ];
    }
}

const portMissing = "# Traefik takes its first exposed port; loadbalancer.server.port of its service names another.";

function labelsOf(application: ProtectedApplication, outpost: ReachableOutpost): Record<string, string> {
    const { slug, type, externalHost } = application;
    const { hostname } = new URL(externalHost);
    const host = `Host(\`${hostname}\`)`;
    const server = `${slug}-outpost`;
    const toOutpost = (rule: string) => ({
        ...router(application, server, rule, server),
        [`traefik.http.services.${server}.loadbalancer.server.url`]: outpost.internalUrl.replace(/\/+$/, ""),
    });
    if (type === "proxy") return toOutpost(host);
    if (type === "forward_domain") return { ...toOutpost(host), ...middleware(application, outpost) };
    return {
        ...router(application, slug, host, slug),
        [`traefik.http.routers.${slug}.middlewares`]: `${middlewareOf(application)}@docker`,
        ...ownService(application),
        // Traefik tries longer rules first, so the outpost's own paths need no sign-in.
        ...toOutpost(`${host} && PathPrefix(\`${outpostPath}/\`)`),
        ...middleware(application, outpost),
    };
}

function router(
    { externalHost }: ProtectedApplication,
    name: string,
    rule: string,
    service: string,
): Record<string, string> {
    return {
        [`traefik.http.routers.${name}.rule`]: rule,
        [`traefik.http.routers.${name}.service`]: service,
        ...(externalHost.startsWith("https:") ? { [`traefik.http.routers.${name}.tls`]: "true" } : {}),
    };
}

function middleware(application: ProtectedApplication, { internalUrl }: ReachableOutpost): Record<string, string> {
    const prefix = `traefik.http.middlewares.${middlewareOf(application)}.forwardauth`;
    const headers = identityHeaders.map((name) => `X-authentik-${name}`);
    return {
        [`${prefix}.address`]: `${internalUrl.replace(/\/+$/, "")}${outpostPath}/auth/traefik`,
        [`${prefix}.trustForwardHeader`]: "true",
        // Traefik drops each of these from the client's request before it takes the outpost's.
        [`${prefix}.authResponseHeaders`]: [...headers, ...(application.basicAuth ? ["authorization"] : [])].join(","),
    };
}

function middlewareOf({ slug }: ProtectedApplication): string {
    return `authentik-${slug}`;
}

/** The application's service, which has to be there by name once the container has a second one. */
function ownService({ slug, upstream }: ProtectedApplication): Record<string, string> {
    const service = `traefik.http.services.${slug}.loadbalancer`;
    const named = { [`${service}.passhostheader`]: "true" };
    if (upstream === undefined) return named;
    const { port, protocol } = new URL(upstream);
    const standard = protocol === "https:" ? "443" : "80";
    return {
        ...named,
        [`${service}.server.port`]: port === "" ? standard : port,
        ...(protocol === "https:" ? { [`${service}.server.scheme`]: "https" } : {}),
    };
}
