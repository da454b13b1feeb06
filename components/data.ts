import * as pulumi from "@pulumi/pulumi";
import type { Config } from "../config/schema";
import { clientKeySecret } from "../config/secrets";
import type { PostgresConnection, RedisConnection } from "./connection";
import type { Environment } from "./environment";
import { checkPostgres, checkRedis } from "./external";
import type { Images } from "../authentik/images";
import type { Networks } from "./networks";
import { authentikOutputs } from "./outputs";
import { Postgres } from "./postgres";
import { Redis } from "./redis";

/** What this stack uses of a data service, and what it offers to others. */
export interface DataService<Connection, Offered = Connection> {
    /** authentik's own connection. */
    connection: Connection;
    /** Connections of the consumers, by name. */
    consumers: Record<string, Offered>;
    /** Names of the data volumes, when the service was created here. */
    volumes?: Record<string, pulumi.Output<string>>;
}

interface DataArgs {
    config: Config;
    images: Images;
    networks: Networks;
    environment: Environment;
}

/** The PostgreSQL that the configuration names: an external one, another stack's, or one that is created here. */
export function connectPostgres(
    name: string,
    args: DataArgs,
    opts: pulumi.ComponentResourceOptions,
): DataService<PostgresConnection> {
    const { config, images, networks, environment } = args;
    const { external, stack, ...limits } = config.postgres;
    if (external !== undefined) {
        const password = environment.credentials.secret("database/authentik", name, opts);
        const clientKey =
            external.clientCertificate === undefined
                ? undefined
                : environment.credentials.secret(clientKeySecret, name, opts);
        const connection = { ...external, password, clientKey, revision: revisionOf(external), dependsOn: [] };
        const tried = checkPostgres(name, connection, { ...args, image: images.postgres }, opts);
        return { connection: { ...connection, dependsOn: [tried] }, consumers: {} };
    }
    if (stack !== undefined) {
        const { databases } = authentikOutputs(new pulumi.StackReference(`${name}-stack`, { name: stack.name }, opts));
        const found = databases.apply((all) => all[stack.consumer] ?? absent(stack.name, stack.consumer));
        const plain = pulumi.unsecret(found);
        const password = pulumi.secret(found.password);
        const connection = {
            host: plain.host,
            port: plain.port,
            database: plain.database,
            user: plain.user,
            sslMode: "disable",
        };
        return { connection: { ...connection, password, revision: revisionOf(plain), dependsOn: [] }, consumers: {} };
    }
    const consumers = config.consumers.map((consumer) => consumer.name);
    const postgres = new Postgres(
        name,
        { image: images.postgres, networks, environment, limits, databases: ["authentik", ...consumers] },
        opts,
    );
    const { authentik, ...others } = postgres.databases;
    if (authentik === undefined) throw new Error("the component Postgres made no database for authentik");
    return { connection: authentik, consumers: others, volumes: { postgres: postgres.volume } };
}

/** The Redis that the configuration names: an external one, another stack's, or one that is created here. */
export function connectRedis(
    name: string,
    args: DataArgs,
    opts: pulumi.ComponentResourceOptions,
): DataService<RedisConnection, RedisConnection & { user: pulumi.Input<string> }> {
    const { config, images, networks, environment } = args;
    const { external, stack, index, ...limits } = config.redis;
    if (external !== undefined) {
        const password = environment.credentials.secret("redis", name, opts);
        const connection = { ...external, index, password, dependsOn: [] };
        const tried = checkRedis(name, connection, { ...args, image: images.server }, opts);
        return { connection: { ...connection, dependsOn: [tried] }, consumers: {} };
    }
    if (stack !== undefined) {
        const { redis } = authentikOutputs(new pulumi.StackReference(`${name}-stack`, { name: stack.name }, opts));
        const found = redis.apply((all) => all[stack.consumer] ?? absent(stack.name, stack.consumer));
        const plain = pulumi.unsecret(found);
        const password = pulumi.secret(found.password);
        const connection = { host: plain.host, port: plain.port, user: plain.user, tls: false, index: plain.index };
        return { connection: { ...connection, password, dependsOn: [] }, consumers: {} };
    }
    const consumers = Object.fromEntries(
        config.consumers.flatMap((consumer) =>
            consumer.redisIndex === undefined ? [] : [[consumer.name, consumer.redisIndex]],
        ),
    );
    const redis = new Redis(name, { image: images.redis, networks, environment, limits, index, consumers }, opts);
    return { connection: redis.connection, consumers: redis.consumers, volumes: { redis: redis.volume } };
}

/** Names a database server and database, so that a change of either is noticed. */
function revisionOf(connection: Pick<PostgresConnection, "host" | "port" | "database">): pulumi.Output<string> {
    return pulumi.interpolate`${connection.host}:${connection.port}/${connection.database}`;
}

function absent(stack: string, consumer: string): never {
    throw new pulumi.RunError(
        `stack ${stack} has no consumer ${consumer}; add it to its \`consumers\` and update it first`,
    );
}
