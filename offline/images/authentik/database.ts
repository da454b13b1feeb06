import { readFileSync } from "node:fs";
import { Client, Pool, type ClientConfig, type PoolClient } from "pg";
import { messageOf } from "./log";
import type { Settings } from "./settings";
import { Store } from "./store";

/** Connection options for `pg` from authentik's settings, read afresh on each call. */
export function postgresOptions(settings: Settings): ClientConfig {
    return {
        host: settings.text("postgresql.host"),
        port: settings.number("postgresql.port"),
        database: settings.text("postgresql.name"),
        user: settings.text("postgresql.user"),
        password: settings.text("postgresql.password"),
        connectionTimeoutMillis: 10_000,
        application_name: "authentik-stack-rehearsal",
        ssl: tlsOptions(settings),
    };
}

// libpq: `require` encrypts and checks nothing, unless a CA is given; only `verify-full` looks at the host's name.
function tlsOptions(settings: Settings): ClientConfig["ssl"] {
    const mode = settings.text("postgresql.sslmode");
    if (!["require", "verify-ca", "verify-full"].includes(mode)) return false;
    const file = (key: string) => {
        const path = settings.text(`postgresql.${key}`);
        return path === "" ? undefined : readFileSync(path, "utf8");
    };
    const ca = file("sslrootcert");
    const verifies = mode !== "require" || ca !== undefined;
    const anyName = mode === "verify-full" ? {} : { checkServerIdentity: () => undefined };
    return { ca, cert: file("sslcert"), key: file("sslkey"), rejectUnauthorized: verifies, ...anyName };
}

/** Why PostgreSQL could not be used, in the words authentik's own log has. */
export function describePostgresError(error: unknown, settings: Settings): string {
    const text = messageOf(error);
    if (/ENOTFOUND|EAI_AGAIN/.test(text)) return "[Errno -2] Name or service not known";
    const server = `connection to server at "${settings.text("postgresql.host")}", port ${settings.text("postgresql.port")} failed`;
    const code = (error as { code?: unknown }).code;
    return `connection failed: ${server}: ${typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? "FATAL:  " : ""}${text}`;
}

/** Opens and closes one connection; throws where PostgreSQL is not usable. */
export async function probePostgres(settings: Settings): Promise<void> {
    const client = new Client(postgresOptions(settings));
    client.on("error", () => undefined);
    try {
        await client.connect();
        await client.query("SELECT 1");
    } finally {
        await client.end().catch(() => undefined);
    }
}

/** The pooled database of one process. */
export class Database {
    private readonly pool: Pool;

    constructor(private readonly settings: Settings) {
        this.pool = new Pool({ ...postgresOptions(settings), max: 8 });
        // An idle connection that dies with the server must not end the process.
        this.pool.on("error", () => undefined);
    }

    /** Objects outside of any transaction. */
    get store(): Store {
        return new Store(this.pool);
    }

    /** Throws where the database does not answer. */
    async check(): Promise<void> {
        await this.pool.query("SELECT 1");
    }

    /** Runs `work` in one transaction; anything thrown rolls it back. */
    async transaction<Result>(
        work: (store: Store) => Promise<Result>,
        end: "COMMIT" | "ROLLBACK" = "COMMIT",
    ): Promise<Result> {
        const client: PoolClient = await this.pool.connect();
        try {
            await client.query("BEGIN");
            const result = await work(new Store(client));
            await client.query(end);
            client.release();
            return result;
        } catch (error) {
            await client.query("ROLLBACK").catch(() => undefined);
            client.release(true);
            throw error;
        }
    }

    /** Calls `heard` for each notification on `channel`, through whatever restarts of PostgreSQL. */
    listen(channel: string, heard: (payload: string) => void): void {
        const client = new Client(postgresOptions(this.settings));
        const again = () => setTimeout(() => this.listen(channel, heard), 1000);
        client.on("notification", (message) => heard(message.payload ?? ""));
        client
            .connect()
            .then(() => {
                client.on("end", again);
                return client.query(`LISTEN ${channel}`);
            }, again)
            .catch(() => undefined);
        client.on("error", () => undefined);
    }

    /** Closes every connection. */
    async close(): Promise<void> {
        await this.pool.end();
    }
}
