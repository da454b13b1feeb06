import * as pulumi from "@pulumi/pulumi";
import { postgresSocket, roles } from "../authentik/roles";
import { mostConnections } from "../authentik/upgrades";
import type { Config } from "../config/schema";
import type { ContainerTransform, Limits, Running, Workload, WorkloadFile } from "../engine/workload";
import { type ContainerAdditions, withAdditions } from "./additions";
import { type Context, dataServices, dataVolume, releaseData } from "./context";
import type { Networks } from "./networks";
import { authentikOutputs } from "./outputs";
import { type PostgresConnection, postgresUser, psql } from "./postgres-connection";
import { type DataArgs, type DataService, externalCheck, otherStackLacks } from "./shared-data";

/** What the shared PostgreSQL is made with. */
export interface PostgresArgs {
    /** An image of PostgreSQL with `psql`, e.g. `postgres:16-alpine`. */
    image: pulumi.Input<string>;
    /** `db` is used. */
    networks: Networks;
    /** Databases, each with a role of the same name that owns it, is no superuser and has a password of its own; plain. */
    databases: string[];
    /** Also makes a role that reads all of them, and changes nothing. Default: false. */
    reader?: boolean;
    /** How many connections it allows at once. Default: PostgreSQL's own, 100. */
    connections?: number;
    /** Default: none. */
    limits?: Limits;
    /** What its container gets beside that. Default: nothing. */
    additions?: ContainerAdditions;
    /** Changes what its container is made with. Default: nothing is changed. */
    transform?: ContainerTransform;
    context: Context;
}

/**
 * The shared PostgreSQL: one container, its data volume, and a database with a role for each that asks.
 *
 * @throws (when the update runs) Error with its last log lines when it does not get healthy, or with those of `psql` when
 *   a database cannot be made.
 * @example
 * const { databases } = new Postgres("postgres", {
 *     image: "postgres:16-alpine",
 *     databases: ["authentik", "paperless"],
 *     limits: { memory: "1g" },
 *     ...{ networks, context },
 * });
 * return databases["paperless"]?.password;
 */
export class Postgres extends pulumi.ComponentResource {
    /** Name of the data volume. */
    public readonly volume: pulumi.Output<string>;
    /** A connection by name of the database. */
    public readonly databases: Record<string, PostgresConnection>;
    /** The connection of the role that reads all databases, where there is one. */
    public readonly reader: PostgresConnection | undefined;

    public constructor(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions) {
        super(dataServices.postgres.type, name, {}, opts);
        const { credentials, prefix, runtime } = args.context;
        const host = `${prefix}${roles.postgres.host}`;

        const superuser = credentials.secret("postgres", name, { parent: this });
        const passwords = args.databases.map((database) =>
            credentials.secret(`database/${database}`, name, { parent: this }),
        );
        const reader = args.reader === true ? credentials.secret("backup", name, { parent: this }) : undefined;
        this.volume = dataVolume(`${name}-data`, "postgres", args.context, {
            parent: this,
            // Its place in the state while the stack does not run the service itself.
            aliases: [{ parent: opts?.parent }],
        });
        // A way in for the job below, on whatever machine the server runs.
        const socket = runtime.volume(
            `${name}-socket`,
            { name: `${prefix}${postgresSocket.volume}`, keep: false },
            { parent: this },
        );
        const server = runtime.run(`${name}-server`, this.workload(host, superuser, socket, args), { parent: this });
        const provisioned = runtime.job(
            `${name}-databases`,
            {
                title: "making databases and roles in PostgreSQL",
                image: args.image,
                entrypoint: ["psql"],
                command: [
                    `--host=${postgresSocket.folder}`,
                    "--username=postgres",
                    "--file=/run/secrets/databases.sql",
                    ...quiet,
                ],
                user,
                files: [provisionFile(superuser, args.databases, passwords, reader)],
                mounts: [{ source: socket, target: postgresSocket.folder }],
                networks: [],
                triggers: { server: server.revision, databases: args.databases.join(" ") },
                witnesses: [server],
                seconds: 60,
                cure: "Fix the cause, then run `pulumi up` again.",
            },
            { parent: this, dependsOn: [server.healthy] },
        );

        this.databases = Object.fromEntries(
            args.databases.map((database, index) => [
                database,
                connection(host, database, passwords[index] ?? superuser, server, provisioned),
            ]),
        );
        this.reader = reader && {
            ...connection(host, "authentik", reader, server, provisioned),
            user: readerRole,
        };
        this.registerOutputs({ volume: this.volume });
    }

    private workload(
        host: string,
        superuser: pulumi.Output<string>,
        socket: pulumi.Output<string>,
        args: PostgresArgs,
    ): Workload {
        const owner = { user, image: args.image };
        const { data, health, stopSeconds, pids } = roles.postgres;
        return withAdditions(
            {
                title: host,
                image: args.image,
                command:
                    args.connections === undefined
                        ? undefined
                        : ["postgres", "-c", `max_connections=${args.connections}`],
                // Images of 18 and later look in another folder, by their major version, and refuse a mount at this one.
                variables: { PGDATA: data.folder, POSTGRES_PASSWORD_FILE: passwordFile },
                user,
                // Read only when the volume is new; later the job sets the password, without a restart of the database.
                files: [{ path: passwordFile, content: superuser, initial: true }],
                mounts: [
                    { source: this.volume, target: data.folder, owner, exclusive: true },
                    { source: socket, target: postgresSocket.folder, owner, exclusive: true },
                ],
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

/** How many connections the PostgreSQL allows that is created here. */
export function allowedConnections({
    postgres,
    version,
    consumers,
    server,
    worker,
}: Pick<Config, "postgres" | "version" | "consumers" | "server" | "worker">): number {
    const replicas = Math.max(server.replicas, worker.replicas);
    return postgres.connections ?? mostConnections(version, consumers.length, replicas);
}

/** As this user, the image's entrypoint changes neither owner nor user. */
const user = postgresUser;
const passwordFile = "/run/secrets/postgres_password";
const quiet = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"];

function connection(
    host: string,
    database: string,
    password: pulumi.Output<string>,
    server: Running,
    provisioned: pulumi.Resource,
): PostgresConnection {
    return {
        host,
        port: roles.postgres.port.number,
        database,
        user: database,
        password,
        sslMode: "disable",
        revision: server.revision,
        dependsOn: [server.healthy, provisioned],
    };
}

function provisionFile(
    superuser: pulumi.Output<string>,
    databases: string[],
    passwords: pulumi.Output<string>[],
    reader: pulumi.Output<string> | undefined,
): WorkloadFile {
    const secrets = [superuser, ...passwords, ...(reader === undefined ? [] : [reader])];
    const content = pulumi
        .all([reader, superuser, ...passwords])
        .apply(([reads, first = "", ...others]) => provisionSql(first, databases, others as string[], reads));
    return { path: "/run/secrets/databases.sql", content, secrets };
}

/**
 * SQL that makes roles and databases, or brings their passwords up to date; running it again changes nothing.
 *
 * It runs through the server's own socket, where no password is asked for, so that no password can be out of date.
 *
 * @param superuser password of the role postgres.
 * @param databases names of databases; each gets a role of the same name.
 * @param passwords the roles' passwords, in the order of the databases.
 * @param reader password of the role that reads all databases. Default: there is none.
 */
export function provisionSql(superuser: string, databases: string[], passwords: string[], reader?: string): string {
    return [
        // Otherwise the server would log a statement that fails, with its password.
        "SET log_min_error_statement = panic;",
        "SET log_statement = none;",
        // Every role may connect to these by default; no consumer needs them.
        "REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC;",
        `ALTER ROLE postgres PASSWORD ${literal(superuser)};`,
        ...databases.flatMap((database, index) => provisionDatabase(database, passwords[index] ?? "")),
        ...(reader === undefined ? [] : provisionReader(databases, reader)),
        "",
    ].join("\n");
}

function provisionDatabase(database: string, password: string): string[] {
    const name = `"${database}"`;
    return [
        `SELECT 'CREATE ROLE ${name}' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ${literal(database)}) \\gexec`,
        `ALTER ROLE ${name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD ${literal(password)};`,
        `SELECT 'CREATE DATABASE ${name} OWNER ${name}' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = ${literal(database)}) \\gexec`,
        // Every role may connect to a new database by default; each is for its owner alone.
        `REVOKE ALL ON DATABASE ${name} FROM PUBLIC;`,
    ];
}

/** The role of the backups. The rights to read all tables are one of PostgreSQL's own roles since its version 14. */
const readerRole = "ak_backup";

function provisionReader(databases: string[], password: string): string[] {
    return [
        `SELECT 'CREATE ROLE ${readerRole}' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${readerRole}') \\gexec`,
        `ALTER ROLE ${readerRole} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD ${literal(password)};`,
        `GRANT pg_read_all_data TO ${readerRole};`,
        ...databases.map((database) => `GRANT CONNECT ON DATABASE "${database}" TO ${readerRole};`),
    ];
}

function literal(value: string): string {
    return `'${value.replaceAll("'", "''")}'`;
}

/** The PostgreSQL that the configuration names: an external one, another stack's, or one that is created here. */
export function connectPostgres(
    name: string,
    args: DataArgs,
    opts: pulumi.ComponentResourceOptions,
): DataService<PostgresConnection> {
    const { config, images, networks, context, transform, additions } = args;
    const { external, stack, ...limits } = config.postgres;
    if (external !== undefined || stack !== undefined) releaseData(name, "postgres", context, opts);
    if (external !== undefined) return shared(externalPostgres(name, external, args, opts));
    if (stack !== undefined) return shared(otherStacks(name, stack, opts));
    const consumers = config.consumers.map((consumer) => consumer.name);
    const postgres = new Postgres(
        name,
        {
            image: images.postgres,
            networks,
            context,
            limits,
            transform,
            additions,
            connections: allowedConnections(config),
            databases: ["authentik", ...consumers],
            reader: config.backup.run,
        },
        opts,
    );
    const { authentik, ...others } = postgres.databases;
    if (authentik === undefined) throw new Error("the component Postgres made no database for authentik");
    return {
        connection: authentik,
        consumers: others,
        volumes: { postgres: postgres.volume },
        reader: postgres.reader,
    };
}

/** One that others made: authentik's own role is the only one that is known to read there. */
function shared(connection: PostgresConnection): DataService<PostgresConnection> {
    return { connection, consumers: {}, reader: connection };
}

function externalPostgres(
    name: string,
    external: NonNullable<Config["postgres"]["external"]>,
    args: DataArgs,
    opts: pulumi.ComponentResourceOptions,
): PostgresConnection {
    const { credentials } = args.context;
    const password = credentials.secret("database/authentik", name, opts);
    const clientKey =
        external.clientCertificate === undefined ? undefined : credentials.secret("postgres-client-key", name, opts);
    const connection = { ...external, password, clientKey, revision: revisionOf(external), dependsOn: [] };
    return { ...connection, dependsOn: [checkPostgres(name, connection, args, opts)] };
}

/** Tries an external PostgreSQL before anything uses it: authentik itself retries forever, and reports healthy. */
function checkPostgres(
    name: string,
    postgres: PostgresConnection,
    args: DataArgs,
    opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
    const title = "trying the external PostgreSQL";
    const job = { title, ...psql(postgres, args.images.postgres, ["--quiet", "--command=SELECT 1"]) };
    return externalCheck(name, job, { section: "postgres", secret: "database/authentik" }, args, opts);
}

function otherStacks(
    name: string,
    stack: NonNullable<Config["postgres"]["stack"]>,
    opts: pulumi.ComponentResourceOptions,
): PostgresConnection {
    const { databases } = authentikOutputs(new pulumi.StackReference(`${name}-stack`, { name: stack.name }, opts));
    const found = databases.apply((all) => all[stack.consumer] ?? otherStackLacks(stack));
    const { host, port, database, user: role } = pulumi.unsecret(found);
    const revision = revisionOf({ host, port, database });
    const password = pulumi.secret(found.password);
    return { host, port, database, user: role, password, sslMode: "disable", revision, dependsOn: [] };
}

/** Names a database server and database, so that a change of either is noticed. */
function revisionOf(connection: Pick<PostgresConnection, "host" | "port" | "database">): pulumi.Output<string> {
    return pulumi.interpolate`${connection.host}:${connection.port}/${connection.database}`;
}
