import { log, messageOf } from "../log";
import { serve, serveMetrics } from "../server/http";
import { readSettings } from "../settings";
import { Connection, readCredentials, type Credentials, type OutpostInstance } from "./connection";
import { ProxyApplications, type ProxyProvider } from "./applications";
import { serveLdap } from "./ldap";
import { answerProxy } from "./proxy";
import { serveRadius } from "./radius";

/** The kinds of outpost there are. */
export type OutpostKind = "proxy" | "ldap" | "radius" | "rac";

const usage = `authentik outpost

Required environment variables:
- AUTHENTIK_HOST: URL to connect to (format "http://authentik.company")
- AUTHENTIK_TOKEN: Token to authenticate with
- AUTHENTIK_INSECURE: Skip SSL Certificate verification

Optionally, you can set these:
- AUTHENTIK_HOST_BROWSER: URL to use in the browser, when it differs from AUTHENTIK_HOST
`;

/** An outpost: signs in to its server, follows changes of its configuration, and serves its applications. */
export async function runOutpost(kind: OutpostKind): Promise<void> {
    const credentials = readCredentials();
    if ("missing" in credentials) {
        process.stderr.write(`Error: environment variable \`${credentials.missing}\` not set\n${usage}`);
        process.exit(1);
    }
    const connection = new Connection(credentials);
    let stop: () => void = () => undefined;
    // Until it has its configuration an outpost does not react to SIGTERM: the real one is killed after the grace time.
    process.on("SIGTERM", () => stop());
    const outpost = await connection.outpost();
    await connection.get("root/config/");
    const load = await start(kind, connection, outpost, credentials);
    await serveMetrics(
        readSettings().address("listen.metrics"),
        "version=0.0.4; charset=utf-8; escaping=underscores",
        "authentik_outpost_connection Connection status",
        ({ path }) => (path === "/outpost.goauthentik.io/ping" ? { status: 204 } : undefined),
    );
    const refresh = () => {
        load().catch((error: unknown) => {
            log("error", "Failed to fetch providers", { error: messageOf(error) });
        });
    };
    connection.follow(outpost, refresh);
    // The real one does it every five minutes; here it is more often, since announcements are lost while PostgreSQL is down.
    setInterval(refresh, Math.min(outpost.refresh_interval_s, 5) * 1000);
    stop = () => {
        connection.close();
        setTimeout(() => process.exit(0), 200);
    };
}

// Opens the port of a kind and returns what reads its configuration.
async function start(
    kind: OutpostKind,
    connection: Connection,
    outpost: OutpostInstance,
    credentials: Credentials,
): Promise<() => Promise<void>> {
    const settings = readSettings();
    if (kind === "proxy") {
        const applications = new ProxyApplications(outpost, credentials);
        const load = async () =>
            applications.replace(await connection.list<ProxyProvider>("outposts/proxy/?page=1&page_size=100"));
        await load();
        await serve(settings.address("listen.http"), (request) => answerProxy(request, applications));
        return load;
    }
    const read =
        kind === "rac"
            ? async () => (await connection.list("outposts/instances/")).length
            : kind === "ldap"
              ? serveLdap(settings.address("listen.ldap"), connection, credentials)
              : serveRadius(settings.address("listen.radius"), connection, credentials);
    return async () => log("info", "Update providers", { count: await read() });
}
