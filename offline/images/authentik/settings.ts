import { readFileSync } from "node:fs";
import { log, messageOf } from "./log";
import { since } from "./version";

/** Every address: on hosts without IPv6, none from 2026.5 on. */
const everywhere = since("2026.5") ? "[::]" : "0.0.0.0";

const defaults: Record<string, string> = {
    "postgresql.host": "localhost",
    "postgresql.port": "5432",
    "postgresql.name": "authentik",
    "postgresql.user": "authentik",
    "postgresql.password": "env://POSTGRES_PASSWORD",
    "postgresql.sslmode": "prefer",
    "redis.host": "localhost",
    "redis.port": "6379",
    "redis.db": "0",
    "redis.username": "",
    "redis.password": "",
    "redis.tls": "false",
    "redis.tls_reqs": "none",
    "listen.http": `${everywhere}:9000`,
    "listen.metrics": `${everywhere}:9300`,
    "listen.ldap": `${everywhere}:3389`,
    "listen.radius": `${everywhere}:1812`,
    "storage.file.path": since("2025.12") ? "/data" : "/media",
    blueprints_dir: "/blueprints",
};

/** The settings of one process, by dotted lower-case path (`postgresql.host`). */
export class Settings {
    constructor(private readonly values: ReadonlyMap<string, string>) {}

    /** The value at `path`; empty where nothing is set. */
    text(path: string): string {
        return this.values.get(path) ?? "";
    }

    /** The value at `path` as a number. */
    number(path: string): number {
        return Number(this.text(path));
    }

    /** True where the value at `path` is "true" in any case. */
    flag(path: string): boolean {
        return this.text(path).toLowerCase() === "true";
    }

    /** Host and port of a `listen.*` setting. */
    address(path: string): { host: string; port: number } {
        const value = this.text(path);
        const colon = value.lastIndexOf(":");
        return { host: value.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(value.slice(colon + 1)) };
    }
}

/** Reads AUTHENTIK_A__B variables as authentik does: `a.b`, with file:// and env:// values resolved. */
export function readSettings(environment: NodeJS.ProcessEnv = process.env): Settings {
    const values = new Map(Object.entries(defaults));
    for (const [name, value] of Object.entries(environment)) {
        if (!name.startsWith("AUTHENTIK_") || value === undefined) continue;
        values.set(name.slice("AUTHENTIK_".length).replaceAll("__", ".").toLowerCase(), value);
    }
    return new Settings(new Map([...values].map(([path, value]) => [path, resolveValue(value, environment)])));
}

/** Resolves one value: `file:///path?default` and `env://NAME?default`, anything else as it is. */
export function resolveValue(value: string, environment: NodeJS.ProcessEnv = process.env): string {
    const [, scheme, target = "", fallback = ""] = /^(file|env):\/\/([^?]*)\??(.*)$/s.exec(value) ?? [];
    if (scheme === "env") return environment[target] ?? fallback;
    if (scheme !== "file") return value;
    try {
        return readFileSync(target, "utf8").trim();
    } catch (error) {
        log("error", `Failed to read config value from ${target}: ${messageOf(error)}`, {
            logger: "authentik.lib.config",
        });
        return fallback;
    }
}
