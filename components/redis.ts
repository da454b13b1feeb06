import * as pulumi from "@pulumi/pulumi";
import type { RedisConnection } from "./connection";
import type { Environment } from "./environment";
import type { Networks } from "./networks";
import { runContainer } from "../engine/docker-host";
import type { Limits, Running, Workload } from "../engine/workload";
import { dataVolume } from "./volume";

export interface RedisArgs {
    image: string;
    networks: Networks;
    /** Redis database that authentik uses. */
    index: number;
    /** Others that get a Redis user and password of their own, and the number of the database set aside for them. */
    consumers: Record<string, number>;
    /** Default: none. */
    limits?: Limits;
    environment: Environment;
}

/** The shared Redis: one container that keeps an append-only file, and a user for each that asks. */
export class Redis extends pulumi.ComponentResource {
    /** Name of the data volume. */
    public readonly volume: pulumi.Output<string>;
    /** authentik's connection, as the default user. */
    public readonly connection: RedisConnection;
    /** Connections of the consumers; the Redis user is named as the consumer. */
    public readonly consumers: Record<string, RedisConnection & { user: pulumi.Input<string> }>;

    public constructor(name: string, args: RedisArgs, opts?: pulumi.ComponentResourceOptions) {
        super("authentik-stack:index:Redis", name, {}, opts);
        const { credentials, prefix } = args.environment;
        const host = `${prefix}redis`;

        const password = credentials.secret("redis", name, { parent: this });
        const users = Object.fromEntries(
            Object.keys(args.consumers).map((user) => [
                user,
                credentials.secret(`redis/${user}`, name, { parent: this }),
            ]),
        );
        this.volume = dataVolume(`${name}-data`, "redis_data", args.environment, this);
        const server = runContainer(
            `${name}-server`,
            this.workload(host, configuration(password, users), [password, ...Object.values(users)], args),
            args.environment.dockerHost,
            { parent: this },
        );

        this.connection = connection(host, args.index, password, server);
        this.consumers = Object.fromEntries(
            Object.entries(users).map(([user, secret]) => [
                user,
                { ...connection(host, args.consumers[user] ?? 0, secret, server), user },
            ]),
        );
        this.registerOutputs({ volume: this.volume });
    }

    private workload(
        host: string,
        content: pulumi.Output<string>,
        secrets: pulumi.Output<string>[],
        args: RedisArgs,
    ): Workload {
        return {
            title: host,
            fixedName: host,
            image: args.image,
            command: ["redis-server", configurationFile],
            user,
            files: [{ path: configurationFile, content, secrets, owner: user }],
            mounts: [{ source: this.volume, target: "/data", owner: { user, image: args.image } }],
            networks: args.networks.attach(["db"], host),
            // Without a password Redis answers NOAUTH as soon as it serves, and LOADING until then.
            health: { command: ["sh", "-c", "redis-cli ping 2>&1 | grep -Eq 'PONG|NOAUTH'"], startSeconds: 20 },
            stopSeconds: 30,
            limits: args.limits ?? {},
            pids: 64,
        };
    }
}

const configurationFile = "/run/secrets/redis.conf";

/**
 * The user of the official images, Alpine's and Debian's, by its id: Valkey's images have it under another name. Source:
 * their Dockerfiles, `adduser -S -G redis -u 999 redis` and `useradd -r -g redis -u 999 redis`.
 */
const user = "999";

/** Redis's configuration: the only place its passwords are in, since an argument would show them to every process list. */
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
                    ([user, other]) =>
                        `user ${user} on ${quoted(`>${other}`)} ~* &* +@all -@admin -@dangerous +info +keys +flushdb`,
                ),
                "",
            ].join("\n"),
        );
}

/** A word of Redis's configuration, whatever is in it. */
function quoted(word: string): string {
    return JSON.stringify(word);
}

function connection(host: string, index: number, password: pulumi.Output<string>, server: Running): RedisConnection {
    return { host, port: 6379, index, password, tls: false, dependsOn: [server.resource] };
}
