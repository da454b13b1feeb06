import { readFileSync } from "node:fs";
import { createClient, type RedisClientOptions } from "redis";
import { messageOf } from "./log";
import type { Settings } from "./settings";

type Client = ReturnType<typeof createClient>;

function clientOptions(settings: Settings): RedisClientOptions {
    const host = settings.text("redis.host");
    const port = settings.number("redis.port");
    const ca = settings.text("redis.tls_ca_cert");
    const tls = {
        tls: true as const,
        host,
        port,
        servername: host,
        rejectUnauthorized: settings.text("redis.tls_reqs") === "required",
        ...(ca === "" ? {} : { ca: readFileSync(ca, "utf8") }),
    };
    const username = settings.text("redis.username");
    const password = settings.text("redis.password");
    return {
        socket: settings.flag("redis.tls")
            ? { ...tls, connectTimeout: 5000, reconnectStrategy: false }
            : { host, port, connectTimeout: 5000, reconnectStrategy: false },
        ...(username === "" ? {} : { username }),
        ...(password === "" ? {} : { password }),
        database: settings.number("redis.db"),
        disableOfflineQueue: true,
        commandOptions: { timeout: 5000 },
    };
}

/** A cache that may be unavailable. */
export interface Cache {
    /** Throws where it does not answer. */
    check(): Promise<void>;
    /** Writes a value that is forgotten after `seconds`. */
    set(key: string, value: string, seconds: number): Promise<void>;
    /** Every value whose key starts with `prefix`; none if it is unavailable. */
    list(prefix: string): Promise<string[]>;
}

/** From 2025.10 on authentik needs no Redis; what this keeps is of one server, and forgotten with it. */
export class OwnCache implements Cache {
    private readonly values = new Map<string, { value: string; until: number }>();

    check(): Promise<void> {
        return Promise.resolve();
    }

    set(key: string, value: string, seconds: number): Promise<void> {
        this.values.set(key, { value, until: Date.now() + seconds * 1000 });
        return Promise.resolve();
    }

    list(prefix: string): Promise<string[]> {
        const now = Date.now();
        const found = [...this.values].filter(([key, { until }]) => key.startsWith(prefix) && until > now);
        return Promise.resolve(found.map(([, { value }]) => value));
    }
}

/** Redis as authentik used it up to 2025.8. */
export class RedisCache implements Cache {
    private client: Promise<Client> | undefined;

    private constructor(private readonly settings: Settings) {}

    /** The cache of these settings; throws where it does not answer. */
    static async open(this: void, settings: Settings): Promise<Cache> {
        const cache = new RedisCache(settings);
        await cache.check();
        return cache;
    }

    /** Throws where Redis does not answer. */
    async check(): Promise<void> {
        await this.use((client) => client.ping());
    }

    /** Writes a value that is forgotten after `seconds`. */
    async set(key: string, value: string, seconds: number): Promise<void> {
        await this.use((client) => client.set(key, value, { expiration: { type: "EX", value: seconds } }));
    }

    /** Every value whose key starts with `prefix`; none if Redis is unavailable. */
    async list(prefix: string): Promise<string[]> {
        return this.use(async (client) => {
            const keys = await client.keys(`${prefix}*`);
            const values = await Promise.all(keys.map((key) => client.get(key)));
            return values.filter((value) => value !== null).map(String);
        }).catch(() => []);
    }

    // Opens a new connection after any failure: there is no state to repair, and the caller gets the first error at once.
    private async use<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
        this.client ??= connected(this.settings);
        const current = this.client;
        try {
            return await work(await current);
        } catch (error) {
            if (this.client === current) this.client = undefined;
            current.then((client) => client.destroy()).catch(() => undefined);
            throw error;
        }
    }
}

async function connected(settings: Settings): Promise<Client> {
    const client = createClient(clientOptions(settings));
    client.on("error", () => undefined);
    await client.connect();
    return client;
}

/** Why Redis could not be used, in the words authentik's own log has. */
export function describeRedisError(error: unknown, settings: Settings): string {
    const text = messageOf(error);
    const address = `${settings.text("redis.host")}:${settings.text("redis.port")}`;
    if (/ENOTFOUND|EAI_AGAIN/.test(text)) return `Error -2 connecting to ${address}. Name or service not known.`;
    if (/ECONNREFUSED/.test(text)) return `Error 111 connecting to ${address}. Connection refused.`;
    if (/certificate|self-signed|does not match/i.test(text))
        return `Error 1 connecting to ${address}. [SSL: CERTIFICATE_VERIFY_FAILED] ${text}`;
    return text.replace(/^(WRONGPASS|NOAUTH) /, "");
}
