import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Config } from "../config/schema";
import type { PostgresConnection, RedisConnection } from "./connection";
import type { Environment } from "./environment";
import type { Networks } from "./networks";
import { authentikOutputs } from "./outputs";
import { Postgres } from "./postgres";
import { Redis } from "./redis";
import { runJob } from "./runtime/job";

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
    image: string;
    networks: Networks;
    environment: Environment;
}

/** The PostgreSQL that the configuration names: an external one, another stack's, or one that is created here. */
export function connectPostgres(
    name: string,
    args: DataArgs,
    opts: pulumi.ComponentResourceOptions,
): DataService<PostgresConnection> {
    const { config, image, networks, environment } = args;
    const { external, stack, ...limits } = config.postgres;
    if (external !== undefined) {
        const password = environment.credentials.secret("database/authentik", name, opts);
        const connection = { ...external, password, revision: revisionOf(external), dependsOn: [] };
        return {
            connection: { ...connection, dependsOn: [checkPostgres(name, connection, args, opts)] },
            consumers: {},
        };
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
        { image, networks, environment, limits, databases: ["authentik", ...consumers] },
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
    const { config, image, networks, environment } = args;
    const { external, stack, index, ...limits } = config.redis;
    if (external !== undefined) {
        const password = environment.credentials.secret("redis", name, opts);
        return { connection: { ...external, index, password, dependsOn: [] }, consumers: {} };
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
    const redis = new Redis(name, { image, networks, environment, limits, index, consumers }, opts);
    return { connection: redis.connection, consumers: redis.consumers, volumes: { redis: redis.volume } };
}

/** Tries an external PostgreSQL before anything uses it: authentik itself would try for ever, and call itself alive. */
function checkPostgres(
    name: string,
    connection: PostgresConnection,
    args: DataArgs,
    opts: pulumi.ComponentResourceOptions,
): pulumi.Resource {
    const { host, port, database, user, password, sslMode } = connection;
    const image = new docker.RemoteImage(`${name}-client`, { name: args.image, keepLocally: true }, opts);
    const entry = pulumi
        .all([host, port, database, user, password])
        .apply((fields) => fields.map(pgpassField).join(":"));
    return runJob(
        `${name}-check`,
        {
            title: "trying the external PostgreSQL",
            image: image.name,
            entrypoint: ["psql"],
            user: "postgres",
            command: ["--no-psqlrc", "--no-password", "--quiet", "--command=SELECT 1"],
            settings: {
                PGHOST: host,
                PGPORT: pulumi.output(port).apply(String),
                PGDATABASE: database,
                PGUSER: user,
                PGSSLMODE: sslMode,
                PGPASSFILE: passFile,
                PGCONNECT_TIMEOUT: "10",
            },
            files: [{ path: passFile, content: entry, secrets: [password], owner: "postgres" }],
            documents: {},
            networks: args.networks.attach(["db", "backend"], `${args.environment.prefix}authentik-check`),
            triggers: { host, port: pulumi.output(port).apply(String), database, user, sslMode },
            seconds: 30,
            cure: "Mend postgres.external, or set the password of the role: `pulumi config set --secret --path 'secrets[\"database/authentik\"]'`.",
        },
        args.environment.dockerHost,
        opts,
    );
}

/** Names a database server and database, so that a change of either is noticed. */
function revisionOf(connection: Pick<PostgresConnection, "host" | "port" | "database">): pulumi.Output<string> {
    return pulumi.interpolate`${connection.host}:${connection.port}/${connection.database}`;
}

const passFile = "/run/secrets/pgpass";

/** A field of a libpq password file, where colons and backslashes are escaped. */
function pgpassField(value: string | number): string {
    return String(value).replaceAll("\\", "\\\\").replaceAll(":", "\\:");
}

function absent(stack: string, consumer: string): never {
    throw new pulumi.RunError(
        `stack ${stack} has no consumer ${consumer}; add it to its \`consumers\` and update it first`,
    );
}
