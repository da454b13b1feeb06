import { connectServices, rememberMode, type Services } from "../bootstrap";
import { log, messageOf, pause } from "../log";
import { migrate } from "../migrations";
import { readSettings } from "../settings";
import { since } from "../version";
import { api } from "./api";
import type { Context } from "./context";
import { servedFile } from "./files";
import { flowPage } from "./flows";
import { serve, serveMetrics, type Request } from "./http";
import { page, powered, redirect, startingMessage, type Reply } from "./replies";
import { applicationEndpoint, authorize, userinfo } from "./oidc";
import { token } from "./oidc-token";
import { attachOutpostSocket, followOutposts } from "./outpost-socket";

/** `ak server`: answers at once, is ready as soon as PostgreSQL and Redis are, and never gives up waiting for them. */
export async function runServer(): Promise<void> {
    rememberMode("server");
    const settings = readSettings();
    let services: Services | undefined;
    process.on("SIGTERM", () => process.exit(0));
    const server = await serve(settings.address("listen.http"), (request) => answer(request, services));
    await serveMetrics(
        settings.address("listen.metrics"),
        "version=0.0.4; charset=utf-8; escaping=underscores",
        "authentik_main_request_duration_seconds API request latencies in seconds",
    );
    const tell = attachOutpostSocket(server, () => services);

    while (services === undefined) {
        try {
            const connected = await connectServices({ tries: 30, refusals: 30 });
            if (connected !== undefined) {
                await migrate(connected.database);
                followOutposts(connected.database, tell);
                services = connected;
                continue;
            }
            log("error", "gunicorn process died, restarting", { error: "exit status 1" });
        } catch (error) {
            log("error", "gunicorn process died, restarting", { error: messageOf(error) });
        }
        await pause(500);
    }
    log("info", "authentik is a rehearsal here: a stand-in answers, and nobody can sign in");
}

async function answer(request: Request, services: Services | undefined): Promise<Reply> {
    if (request.path === "/-/health/live/") return { status: 200 };
    if (services === undefined) return starting(request);
    return powered(await route({ ...services, store: services.database.store, request }));
}

function starting({ headers }: Request): Reply {
    const error = startingMessage;
    return { status: 502, body: headers.accept?.includes("application/json") === true ? { error } : error };
}

async function route(context: Context): Promise<Reply> {
    const {
        request: { path, query },
        database,
        cache,
    } = context;
    const html = { "content-type": "text/html; charset=utf-8" };
    if (path === "/-/health/ready/") {
        await database.check();
        return cache.check().then(
            () => ({ status: 200, headers: html }),
            () => ({ status: 503, headers: html }),
        );
    }
    if (path === "/-/metrics/") return { status: 401, headers: html };
    // Without the flag, the page for the setup, which our file takes away.
    const isSetUp = async () =>
        !since("2026.5") ||
        (await database.store.query("SELECT 1 FROM authentik_tenants_tenant WHERE is_set_up")).length > 0;
    if (path === "/setup" && since("2026.5")) return (await isSetUp()) ? redirect("/") : { status: 503, headers: html };
    if (path === "/") return redirect((await isSetUp()) ? "/flows/-/default/authentication/?next=/" : "/setup");
    if (path === "/flows/-/default/authentication/")
        return redirect(`/if/flow/default-authentication-flow/?next=${encodeURIComponent(query.get("next") ?? "/")}`);
    if (path.startsWith("/api/v3/")) return api(context);
    const file = servedFile(context);
    if (file !== undefined) return file;
    if (path === "/application/o/authorize/") return authorize(context);
    if (path === "/application/o/token/") return token(context);
    if (path === "/application/o/userinfo/") return userinfo(context);
    const application = /^\/application\/o\/([^/]+)\/(\.well-known\/openid-configuration|jwks\/|end-session\/)$/.exec(
        path,
    );
    if (application !== null) return applicationEndpoint(context, application[1] ?? "", application[2] ?? "");
    const flow = /^\/if\/flow\/([^/]+)\/$/.exec(path);
    if (flow !== null) return flowPage(context, flow[1] ?? "");
    return page(404, "Not Found", "There is nothing here.");
}
