import * as pulumi from "@pulumi/pulumi";
import { roles, usesRedis } from "../authentik/roles";
import type { Config } from "../config/schema";
import type { ContainerTransform, Limits, Running, Workload } from "../engine/workload";
import { type ContainerAdditions, withAdditions } from "./additions";
import { type Context, dataServices, dataVolume, releaseData } from "./context";
import type { Networks } from "./networks";
import { authentikOutputs } from "./outputs";
import { script } from "./probe";
import {
    type Access,
    certificateFile,
    type DataArgs,
    type DataService,
    externalCheck,
    otherStackLacks,
} from "./shared-data";

/**
 * A Redis server.
 *
 * @example
 * const external: RedisConnection = {
 *     ...{ host: "redis.example.com", port: 6379, index: 0, tls: true },
 *     password: new pulumi.Config().requireSecret("redisPassword"),
 *     dependsOn: [],
 * };
 */
export interface RedisConnection {
    /** Name or address of the server, as containers reach it. */
    host: pulumi.Input<string>;
    port: pulumi.Input<number>;
    /** Redis user. Default: Redis's own default user. */
    user?: pulumi.Input<string>;
    /** Number of the Redis database, 0 to 15. */
    index: pulumi.Input<number>;
    /** Secret, whether or not it is marked so. Default: the server asks for none. */
    password?: pulumi.Input<string>;
    /** Whether it is reached with TLS. */
    tls: pulumi.Input<boolean>;
    /** CA that must have signed the server's certificate, as PEM. Default: that is not checked. */
    caCertificate?: pulumi.Input<string>;
    /** Resources to wait for. */
    dependsOn: pulumi.Resource[];
}

/** A connection of a consumer, which has a Redis user of its own. */
export type ConsumerRedisConnection = RedisConnection & { user: pulumi.Input<string>; password: pulumi.Input<string> };

/** What the shared Redis is made with. */
export interface RedisArgs {
    /** An image of Redis or Valkey, e.g. `redis:7-alpine`. */
    image: pulumi.Input<string>;
    /** `db` is used. */
    networks: Networks;
    /** Number of the database that authentik uses, 0 to 15. */
    index: pulumi.Input<number>;
    /** Others, by the name of the Redis user that each gets, with the number of the database set aside for it, 0 to 15. */
    consumers: Record<string, pulumi.Input<number>>;
    /** Default: none. */
    limits?: Limits;
    /** What its container gets beside that. Default: nothing. */
    additions?: ContainerAdditions;
    /** Changes what its container is made with. Default: nothing is changed. */
    transform?: ContainerTransform;
    context: Context;
}

/**
 * The shared Redis: one container that keeps an append-only file, and a user for each that asks.
 *
 * @throws (when the update runs) Error with its last log lines when it does not get healthy.
 * @example
 * const redis = new Redis("redis", {
 *     image: "redis:7-alpine",
 *     index: 0,
 *     consumers: { paperless: 1 },
 *     limits: { memory: "256m" },
 *     ...{ networks, context },
 * });
 * return redis.consumers["paperless"]?.password;
 */
export class Redis extends pulumi.ComponentResource {
    /** Name of the data volume. */
    public readonly volume: pulumi.Output<string>;
    /** authentik's connection, as the default user. */
    public readonly connection: RedisConnection;
    /** Connections of the consumers; the Redis user is named as the consumer. */
    public readonly consumers: Record<string, ConsumerRedisConnection>;

    public constructor(name: string, args: RedisArgs, opts?: pulumi.ComponentResourceOptions) {
        super(dataServices.redis.type, name, {}, opts);
        const { credentials, prefix, runtime } = args.context;
        const host = `${prefix}${roles.redis.host}`;

        const password = credentials.secret("redis", name, { parent: this });
        const users = Object.fromEntries(
            Object.keys(args.consumers).map((user) => [
                user,
                credentials.secret(`redis/${user}`, name, { parent: this }),
            ]),
        );
        this.volume = dataVolume(`${name}-data`, "redis", args.context, {
            parent: this,
            // Its place in the state while the stack does not run the service itself.
            aliases: [{ parent: opts?.parent }],
        });
        const server = runtime.run(`${name}-server`, this.workload(host, password, users, args), { parent: this });

        this.connection = connection(host, args.index, password, server);
        this.consumers = Object.fromEntries(
            Object.entries(users).map(([user, secret]) => [
                user,
                { ...connection(host, args.consumers[user] ?? 0, secret, server), user, password: secret },
            ]),
        );
        this.registerOutputs({ volume: this.volume });
    }

    private workload(
        host: string,
        password: pulumi.Output<string>,
        users: Record<string, pulumi.Output<string>>,
        args: RedisArgs,
    ): Workload {
        const secrets = [password, ...Object.values(users)];
        const { health, stopSeconds, pids } = roles.redis;
        return withAdditions(
            {
                title: host,
                image: args.image,
                command: ["redis-server", configurationFile],
                user,
                files: [{ path: configurationFile, content: configuration(password, users), secrets }],
                mounts: [{ source: this.volume, target: "/data", owner: { user, image: args.image }, exclusive: true }],
                networks: args.networks.attach(["db"], host),
                health,
                stopSeconds,
                limits: args.limits ?? {},
                pids,
                transform: args.transform,
            },
            args.additions,
        );
    }
}

const configurationFile = "/run/secrets/redis.conf";

/**
 * The user of the official images, Alpine's and Debian's, by its id: Valkey's images have it under another name. Source:
 * their Dockerfiles, `adduser -S -G redis -u 999 redis` and `useradd -r -g redis -u 999 redis`.
 */
const user = "999";

/** Redis's configuration, the only place with its passwords: in an argument, every list of processes would show them. */
function configuration(
    password: pulumi.Output<string>,
    users: Record<string, pulumi.Output<string>>,
): pulumi.Output<string> {
    return pulumi
        .all([password, pulumi.all(users)])
        .apply(([secret, others]) =>
            [
                "appendonly yes",
                "dir /data",
                `requirepass ${quoted(secret)}`,
                ...Object.entries(others).map(
                    ([name, other]) =>
                        `user ${name} on ${quoted(`>${other}`)} ~* &* +@all -@admin -@dangerous +info +keys +flushdb`,
                ),
                "",
            ].join("\n"),
        );
}

/** A word of Redis's configuration, whatever is in it. */
function quoted(word: string): string {
    return JSON.stringify(word);
}

function connection(
    host: string,
    index: pulumi.Input<number>,
    password: pulumi.Output<string>,
    server: Running,
): RedisConnection {
    return { host, port: roles.redis.port.number, index, password, tls: false, dependsOn: [server.healthy] };
}

/**
 * The Redis that the configuration names: an external one, another stack's, or one that is created here; undefined where
 * neither this release of authentik nor a consumer needs one.
 */
export function connectRedis(
    name: string,
    args: DataArgs,
    opts: pulumi.ComponentResourceOptions,
): DataService<RedisConnection, ConsumerRedisConnection> | undefined {
    const { config, images, networks, context, transform, additions } = args;
    const { external, stack, index, ...limits } = config.redis;
    const isNeeded = usesRedis(config);
    if (!isNeeded || external !== undefined || stack !== undefined) releaseData(name, "redis", context, opts);
    if (!isNeeded) return undefined;
    if (external !== undefined) {
        const password = external.password ? context.credentials.secret("redis", name, opts) : undefined;
        const tried = { ...external, index, password, dependsOn: [] };
        return { connection: { ...tried, dependsOn: [checkRedis(name, tried, args, opts)] }, consumers: {} };
    }
    if (stack !== undefined) return { connection: otherStacks(name, stack, opts), consumers: {} };
    const consumers = Object.fromEntries(
        config.consumers.flatMap((consumer) =>
            consumer.redisIndex === undefined ? [] : [[consumer.name, consumer.redisIndex]],
        ),
    );
    const redis = new Redis(
        name,
        { image: images.redis, networks, context, limits, transform, additions, index, consumers },
        opts,
    );
    return { connection: redis.connection, consumers: redis.consumers, volumes: { redis: redis.volume } };
}

/** Tries an external Redis before anything uses it: authentik itself retries forever, and reports healthy. */
function checkRedis(
    name: string,
    redis: RedisConnection,
    args: DataArgs,
    opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
    const { documents, path } = script("try-redis.py");
    const { variables, password, certificates } = redisAccess(redis);
    const job = {
        title: "trying the external Redis",
        image: args.images.server,
        entrypoint: ["python"],
        command: [path, ...(password === undefined ? [] : [password.path])],
        variables,
        files: [...(password === undefined ? [] : [password]), ...certificates],
        documents,
    };
    return externalCheck(name, job, { section: "redis", secret: "redis" }, args, opts);
}

function otherStacks(
    name: string,
    stack: NonNullable<Config["redis"]["stack"]>,
    opts: pulumi.ComponentResourceOptions,
): RedisConnection {
    const { redis } = authentikOutputs(new pulumi.StackReference(`${name}-stack`, { name: stack.name }, opts));
    const found = redis.apply((all) => all[stack.consumer] ?? otherStackLacks(stack));
    const plain = pulumi.unsecret(found);
    const password = pulumi.secret(found.password);
    return {
        host: plain.host,
        port: plain.port,
        user: plain.user,
        tls: false,
        index: plain.index,
        password,
        dependsOn: [],
    };
}

/** The variables and files with which authentik reaches its Redis. */
export function redisAccess(redis: RedisConnection): Omit<Access, "password"> & Partial<Access> {
    const ca = certificateFile("AUTHENTIK_REDIS__TLS_CA_CERT", "redis_ca.crt", redis.caCertificate, { secrets: [] });
    const text = (value: pulumi.Input<number | boolean>) => pulumi.output(value).apply(String);
    return {
        variables: {
            AUTHENTIK_REDIS__HOST: redis.host,
            AUTHENTIK_REDIS__PORT: text(redis.port),
            ...(redis.user === undefined ? {} : { AUTHENTIK_REDIS__USERNAME: redis.user }),
            AUTHENTIK_REDIS__DB: text(redis.index),
            AUTHENTIK_REDIS__TLS: text(redis.tls),
            ...ca.variables,
            // authentik's default is to check no certificate, even where it has a CA.
            ...(redis.caCertificate === undefined ? {} : { AUTHENTIK_REDIS__TLS_REQS: "required" }),
        },
        password:
            redis.password === undefined ? undefined : { path: "/run/secrets/redis_password", content: redis.password },
        certificates: ca.files,
    };
}
