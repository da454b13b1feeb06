import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Cache, describeRedisError, OwnCache, RedisCache } from "./cache";
import { Database, describePostgresError } from "./database";
import { log, messageOf, pause } from "./log";
import { readSettings, type Settings } from "./settings";
import { since } from "./version";

// The file in which `ak healthcheck` reads whether it checks a server or a worker.
const modeFile = join(process.env["TMPDIR"] ?? "/tmp", "authentik-mode");

/** PostgreSQL and Redis, both answering. */
export interface Services {
    settings: Settings;
    database: Database;
    cache: Cache;
}

/** Remembers for `ak healthcheck` what runs in this container. */
export function rememberMode(mode: "server" | "worker"): void {
    writeFileSync(modeFile, `${mode}\n`);
}

/** How often a connection is tried: in total, and when the other side refuses it, which waiting does not change. */
export interface Patience {
    tries: number;
    refusals: number;
}

const refusal = /password|WRONGPASS|NOAUTH|certificate|no pg_hba.conf entry|SSL/i;

/** Waits for PostgreSQL and Redis; gives up when the patience is exhausted, or at once if the secret key is missing. */
export async function connectServices(patience: Patience): Promise<Services | undefined> {
    log("info", "Starting authentik bootstrap");
    if (readSettings().text("secret_key") === "") {
        log("info", "Secret key missing, check https://docs.goauthentik.io/docs/install-config/");
        return undefined;
    }
    const database = await attempt(patience, Database.open, (error, settings) => {
        return `PostgreSQL connection failed, retrying... (${describePostgresError(error, settings)})`;
    });
    if (database === undefined) return undefined;
    log("info", "PostgreSQL connection successful");
    if (since("2025.10")) return { settings: readSettings(), database, cache: new OwnCache() };
    const cache = await attempt(patience, RedisCache.open, (error, settings) => {
        return `Redis Connection failed, retrying... (${describeRedisError(error, settings)})`;
    });
    if (cache === undefined) return undefined;
    log("info", "Redis Connection successful");
    return { settings: readSettings(), database, cache };
}

async function attempt<Opened>(
    patience: Patience,
    open: (settings: Settings) => Promise<Opened>,
    describe: (error: unknown, settings: Settings) => string,
): Promise<Opened | undefined> {
    for (let tries = 0, refusals = 0; tries < patience.tries && refusals < patience.refusals; tries += 1) {
        // Files may have changed since the last try.
        const settings = readSettings();
        try {
            return await open(settings);
        } catch (error) {
            if (refusal.test(messageOf(error))) refusals += 1;
            await pause(1000);
            log("info", describe(error, settings));
        }
    }
    return undefined;
}
