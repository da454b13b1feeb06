import { randomUUID } from "node:crypto";
import { since } from "../version";

/** What is answered. An object as body is sent as JSON, bytes as they are. */
export interface Reply {
    status: number;
    headers?: Record<string, string | string[]>;
    body?: string | object | undefined;
}

/** The answer until PostgreSQL and Redis are ready. */
export const startingMessage = "failed to connect to authentik backend: authentik starting";

/** What Go's HTTP server answers for an unknown path. */
export function notFound(): Reply {
    return { status: 404, headers: { "content-type": "text/plain; charset=utf-8" }, body: "404 page not found\n" };
}

/** A redirect as Django sends it: no body. */
export function redirect(location: string, headers: Record<string, string | string[]> = {}): Reply {
    return { status: 302, headers: { "content-type": "text/html; charset=utf-8", location, ...headers } };
}

/** A redirect as Go sends it: a link as body. */
export function goRedirect(location: string, headers: Record<string, string | string[]> = {}): Reply {
    return { ...redirect(location, headers), body: `<a href="${location.replaceAll("&", "&amp;")}">Found</a>.\n\n` };
}

/** An HTML page that says what this is. */
export function page(
    status: number,
    title: string,
    text: string,
    headers: Record<string, string | string[]> = {},
): Reply {
    const body = `${"\n".repeat(since("2026.2") ? 5 : 4)}<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>${title} - authentik</title></head>
<body><h1>${title}</h1><p>${text}</p>
<p><strong>This is a rehearsal: a stand-in answers here instead of authentik, and nobody can sign in.</strong></p></body></html>\n`;
    return { status, headers: { "content-type": "text/html; charset=utf-8", ...headers }, body };
}

/** JSON as authentik's API sends it. */
export function json(status: number, body: object, allow?: string): Reply {
    const type = allow === undefined || since("2026.2") ? "application/json" : "application/json; charset=utf-8";
    return { status, headers: { "content-type": type, ...(allow === undefined ? {} : { allow }) }, body };
}

/** Adds the headers that authentik's own process sets. */
export function powered(reply: Reply): Reply {
    return {
        ...reply,
        headers: { "x-powered-by": "authentik", "x-authentik-id": randomUUID().replaceAll("-", ""), ...reply.headers },
    };
}

/** A Set-Cookie header's value. */
export function cookie(name: string, value: string, attributes: string): string {
    return `${name}=${value}; ${attributes}`;
}
