import { request as send, type IncomingHttpHeaders } from "node:http";
import { request as sendSecurely } from "node:https";
import type { Request } from "../server/http";
import { goRedirect, json, notFound, type Reply } from "../server/replies";
import type { ProxyApplication, ProxyApplications } from "./applications";
import { authorizeUrl, identityHeaders, openVisit, signInAgain, takeCode, type Visit } from "./visits";

const own = "/outpost.goauthentik.io";

/** Answers one request on an outpost's port. */
export async function answerProxy(request: Request, applications: ProxyApplications): Promise<Reply> {
    if (request.path === `${own}/ping`) return { status: 204 };
    const application = applications.find(request);
    if (application === undefined) {
        const host = request.headers.host ?? "";
        return json(400, {
            Message: "no app for hostname",
            Host: host,
            Detail: `Check the outpost settings and make sure '${host}' is included.`,
        });
    }
    const visit = openVisit(application, request);
    switch (request.path) {
        case `${own}/auth/nginx`:
            return authNginx(application, request, visit);
        case `${own}/auth/traefik`:
        case `${own}/auth/caddy`:
            return authForwarded(application, request, visit);
        case `${own}/start`:
            return goRedirect(authorizeUrl(application, visit, request.query.get("rd")), visit.cookie());
        case `${own}/callback`:
            return takeCode(application, visit, request);
        case `${own}/sign_out`:
            return signOut(application, request, visit);
        default:
            return application.provider.mode === "proxy" ? forward(application, request, visit) : notFound();
    }
}

function authNginx(application: ProxyApplication, { headers }: Request, visit: Visit): Reply {
    const original = headers["x-original-url"];
    const text = { "content-type": "text/plain; charset=utf-8" };
    if (typeof original !== "string" || !URL.canParse(original))
        return { status: 500, headers: text, body: "configuration error\n" };
    if (visit.claims !== undefined) return { status: 200, headers: identityHeaders(application, visit) };
    if (application.isOpen(new URL(original).pathname)) return { status: 200 };
    return { status: 401, headers: { ...text, ...visit.cookie() }, body: "unauthorized request\n" };
}

function authForwarded(application: ProxyApplication, { headers }: Request, visit: Visit): Reply {
    const { "x-forwarded-proto": scheme, "x-forwarded-host": host, "x-forwarded-uri": uri } = headers;
    const original = `${String(scheme)}://${String(host)}${String(uri)}`;
    if (scheme === undefined || host === undefined || !URL.canParse(original)) {
        return { status: 500, headers: { "content-type": "text/plain; charset=utf-8" }, body: "configuration error\n" };
    }
    if (visit.claims !== undefined)
        return { status: 200, headers: { "x-powered-by": "authentik_proxy2", ...identityHeaders(application, visit) } };
    if (application.isOpen(new URL(original).pathname)) return { status: 200 };
    return goRedirect(authorizeUrl(application, visit, original), visit.cookie());
}

function signOut(application: ProxyApplication, request: Request, visit: Visit): Reply {
    if (visit.claims === undefined) return signInAgain(application, request, visit);
    const { credentials, provider } = application;
    const { idToken } = visit;
    visit.end();
    return goRedirect(
        `${credentials.browserHost}/application/o/${provider.assigned_application_slug}/end-session/?id_token_hint=${idToken}`,
    );
}

// Headers with which a client could pretend to be someone else are removed before the outpost sets its own.
function forward(application: ProxyApplication, request: Request, visit: Visit): Promise<Reply> | Reply {
    if (visit.claims === undefined && !application.isOpen(request.path))
        return signInAgain(application, request, visit);
    const identity = visit.claims === undefined ? {} : identityHeaders(application, visit);
    const passed = Object.fromEntries(
        Object.entries(request.headers).filter(([name]) => !name.startsWith("x-authentik-")),
    );
    return ask(application.provider.internal_host, request, {
        ...passed,
        ...identity,
        "x-forwarded-host": request.headers["x-forwarded-host"] ?? request.headers.host ?? "",
    });
}

function ask(internalHost: string, { method, url, bytes }: Request, sent: IncomingHttpHeaders): Promise<Reply> {
    const sender = internalHost.startsWith("https:") ? sendSecurely : send;
    return new Promise((resolve) => {
        const upstream = sender(new URL(url, internalHost), { method, headers: sent, timeout: 30_000 }, (response) => {
            const chunks: Buffer[] = [];
            response.on("data", (chunk: Buffer) => chunks.push(chunk));
            response.on("end", () => {
                const headers = { ...response.headers } as Record<string, string | string[]>;
                // The body is passed on in one piece, over another connection.
                for (const name of ["connection", "transfer-encoding"]) delete headers[name];
                resolve({ status: response.statusCode ?? 502, headers, body: Buffer.concat(chunks) });
            });
        });
        upstream.on("error", (error) =>
            resolve({
                status: 502,
                headers: { "content-type": "text/html; charset=utf-8" },
                body: `<h1>Bad Gateway</h1><p>${error.message}</p>`,
            }),
        );
        upstream.end(bytes);
    });
}
