import { z } from "zod";
import type { SettingsTree } from "../authentik/settings";
import { application } from "./applications";
import {
    dockerName,
    host,
    identifier,
    image,
    limits,
    name,
    origin,
    port,
    publishedPort,
    redisIndex,
    text,
    version,
    whole,
} from "./fields";

const network = (defaultName: string) =>
    z
        .strictObject({
            name: dockerName.default(defaultName).describe("name of the Docker network, before the prefix"),
            adopt: z.boolean().default(false).describe("use a network of exactly this name that exists already"),
        })
        .prefault({});

const externalDatabase = z.strictObject({
    host: host("db.example.com"),
    port: port.default(5432),
    database: identifier.default("authentik"),
    user: identifier.default("authentik"),
    sslMode: z
        .enum(["disable", "prefer", "require", "verify-ca", "verify-full"], {
            error: "must be one of disable, prefer, require, verify-ca, verify-full",
        })
        .default("require")
        .describe("TLS mode of the connection, as PostgreSQL's libpq names it"),
});

const externalRedis = z.strictObject({
    host: host("redis.example.com"),
    port: port.default(6379),
    tls: z.boolean().default(false),
});

const otherStack = z.strictObject({
    name: text(
        "must be organization/project/stack, such as organization/authentik-stack/prod",
        /^[\w.-]+\/[\w.-]+\/[\w.-]+$/,
    ).describe("the other stack"),
    consumer: identifier.describe("the name this stack has among the other's `consumers`"),
});

const settings: z.ZodType<SettingsTree> = z.lazy(() =>
    z.record(
        z.string().regex(/^[a-z][a-z0-9_]*$/i, { error: "must be a name of an authentik setting, such as log_level" }),
        z.union([z.string(), z.number(), z.boolean(), settings]),
    ),
);

/** Every key of the configuration: the one source of types, defaults, messages and docs/configuration.md. */
export const schema = z.strictObject({
    version: version.default("2025.8.4").describe("authentik release; server, worker and outposts share it"),
    url: origin.describe("URL at which a browser reaches authentik"),
    prefix: text("must be lower-case letters and digits ending in a hyphen, such as staging-", /^([a-z0-9]+-)*$/)
        .default("")
        .describe("put before every name, so that environments run side by side on one host"),
    admin: z
        .strictObject({
            email: z
                .email({ error: "must be an e-mail address, such as admin@example.com" })
                .describe("e-mail address of akadmin"),
        })
        .describe("the user akadmin"),
    images: z
        .strictObject({
            server: image.optional(),
            proxy: image.optional(),
            postgres: image.optional(),
            redis: image.optional(),
        })
        .prefault({})
        .describe("images to run instead of the official ones of the release"),
    networks: z
        .strictObject({
            frontend: network("frontend_net"),
            backend: network("backend_net"),
            db: network("db_net"),
        })
        .prefault({})
        .describe("the three networks: browsers, callbacks between stacks, databases (internal)"),
    postgres: z
        .strictObject({
            external: externalDatabase
                .optional()
                .describe("an existing PostgreSQL; its password is the secret `database/authentik`"),
            stack: otherStack.optional().describe("another stack of this program, whose outputs are read"),
            ...limits.shape,
        })
        .prefault({})
        .describe("the PostgreSQL that authentik uses: created here, external, or another stack's"),
    redis: z
        .strictObject({
            external: externalRedis.optional().describe("an existing Redis; its password is the secret `redis`"),
            stack: otherStack.optional().describe("another stack of this program, whose outputs are read"),
            index: redisIndex.default(1).describe("Redis database that authentik uses"),
            ...limits.shape,
        })
        .prefault({})
        .describe("the Redis that authentik uses: created here, external, or another stack's"),
    consumers: z
        .array(
            z.strictObject({
                name: identifier.describe("database, role and Redis user get this name"),
                redisIndex: redisIndex.optional().describe("Redis database set aside for the consumer; default: none"),
            }),
        )
        .default([])
        .describe("other stacks that get a database and a role of their own, and a Redis database if they name one"),
    server: z
        .strictObject({ ports: z.array(publishedPort).default([]), ...limits.shape })
        .prefault({})
        .describe("the authentik server"),
    worker: z.strictObject(limits.shape).prefault({}).describe("the authentik worker"),
    blueprints: z
        .strictObject({
            folder: text("must be an absolute path on the Docker host, such as /srv/blueprints", /^\//).optional(),
        })
        .prefault({})
        .describe("a folder on the Docker host with blueprints of your own, which authentik applies by itself"),
    outposts: z
        .array(
            z.strictObject({
                name: name.describe("the outpost's name in authentik and on its networks"),
                type: z.enum(["proxy"], { error: "must be one of proxy" }).default("proxy"),
                networks: z.array(z.string()).min(1, { error: "must name at least one network, such as frontend" }),
                ports: z.array(publishedPort).default([]),
                ...limits.shape,
            }),
        )
        .default([])
        .describe("the outposts; each sits on the networks of what it protects"),
    applications: z.array(application).default([]).describe("what people sign in to"),
    settings: settings
        .default({})
        .describe(
            "authentik settings as its documentation names them, as a tree; when the key is secret, each value becomes a file",
        ),
    secrets: z
        .record(
            z.string(),
            text("must be at least 8 printable characters without quotes or backslashes", /^[!#-&(-[\]-~]{8,}$/),
        )
        .default({})
        .describe("secrets of your own instead of generated ones, by name"),
    rotation: z
        .record(z.string(), whole("must be a whole number, such as 1", 0, 1_000_000))
        .default({})
        .describe("a number per secret; a changed number makes a new secret"),
    protectData: z.boolean().default(true).describe("data volumes are protected, and stay when the stack is destroyed"),
});

/** The whole configuration, with defaults filled in. */
export type Config = z.infer<typeof schema>;
export type OutpostConfig = Config["outposts"][number];
export type Limits = z.infer<typeof limits>;
export type PublishedPort = z.infer<typeof publishedPort>;
