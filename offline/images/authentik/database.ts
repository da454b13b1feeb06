import { readFileSync } from "node:fs";
import { Client, Pool, type ClientConfig, type PoolClient } from "pg";
import { messageOf } from "./log";
import type { Settings } from "./settings";
import { Store } from "./store";

const anyCertificate = { rejectUnauthorized: false };

function connectionOptions(settings: Settings, ssl: ClientConfig["ssl"]): ClientConfig {
    return {
        host: settings.text("postgresql.host"),
        port: settings.number("postgresql.port"),
        database: settings.text("postgresql.name"),
        user: settings.text("postgresql.user"),
        password: settings.text("postgresql.password"),
        connectionTimeoutMillis: 10_000,
        application_name: "authentik-stack-rehearsal",
        ssl,
    };
}

// As libpq: `prefer` uses TLS if the server offers it, `require` encrypts but checks nothing unless a CA is given, and
// only `verify-full` checks the host's name.
function tlsOptions(settings: Settings): ClientConfig["ssl"] {
    const mode = settings.text("postgresql.sslmode");
    if (mode === "prefer") return anyCertificate;
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
    const tls = /certificate|self-signed|does not match/i.test(text) ? "SSL error: certificate verify failed: " : "";
    const server = `connection to server at "${settings.text("postgresql.host")}", port ${settings.text("postgresql.port")} failed`;
    const code = (error as { code?: unknown }).code;
    return `connection failed: ${server}: ${typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? "FATAL:  " : tls}${text}`;
}

/** The pooled database of one process. */
export class Database {
    private readonly pool: Pool;

    private constructor(private readonly options: ClientConfig) {
        this.pool = new Pool({ ...options, max: 8 });
        // An idle connection that dies with the server must not end the process.
        this.pool.on("error", () => undefined);
    }

    /** The database of these settings; throws where it does not answer. */
    static async open(this: void, settings: Settings): Promise<Database> {
        const database = new Database(connectionOptions(settings, tlsOptions(settings)));
        try {
            await database.check();
            return database;
        } catch (error) {
            await database.close();
            const plain =
                settings.text("postgresql.sslmode") === "prefer" && messageOf(error).includes("does not support SSL");
            if (!plain) throw error;
        }
        const unencrypted = new Database(connectionOptions(settings, false));
        await unencrypted.check();
        return unencrypted;
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

    /** Calls `heard` for each notification on `channel`, and reconnects when PostgreSQL restarts. */
    listen(channel: string, heard: (payload: string) => void): void {
        // While PostgreSQL is down, an attempt may get no answer at all, and would then wait for minutes.
        const client = new Client({ ...this.options, connectionTimeoutMillis: 2000, keepAlive: true });
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
