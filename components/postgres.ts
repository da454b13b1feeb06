import * as pulumi from "@pulumi/pulumi";
import { roles } from "../authentik/roles";
import type { Config } from "../config/schema";
import type { ContainerTransform, Limits, Process, Running, Workload, WorkloadFile } from "../engine/workload";
import { type ContainerAdditions, withAdditions } from "./additions";
import { type Context, dataServices, dataVolume, releaseData } from "./context";
import type { Networks } from "./networks";
import { authentikOutputs } from "./outputs";
import {
    type Access,
    certificateFile,
    type DataArgs,
    type DataService,
    externalCheck,
    otherStackLacks,
} from "./shared-data";

/**
 * A PostgreSQL database and the role that owns it.
 *
 * @example
 * const external: PostgresConnection = {
 *     ...{ host: "db.example.com", port: 5432, database: "authentik", user: "authentik" },
 *     password: new pulumi.Config().requireSecret("databasePassword"),
 *     sslMode: "verify-full",
 *     revision: "db.example.com",
 *     dependsOn: [],
 * };
 */
export interface PostgresConnection {
    /** Name or address of the server, as containers reach it. */
    host: pulumi.Input<string>;
    port: pulumi.Input<number>;
    database: pulumi.Input<string>;
    user: pulumi.Input<string>;
    /** Secret, whether or not it is marked so. */
    password: pulumi.Input<string>;
    /** TLS mode, as PostgreSQL's libpq names it: `disable`, `require`, `verify-ca` or `verify-full`. */
    sslMode: pulumi.Input<string>;
    /** CA that must have signed the server's certificate, as PEM. Default: that is not checked. */
    caCertificate?: pulumi.Input<string>;
    /** Certificate to log in with, as PEM. Default: none. */
    clientCertificate?: pulumi.Input<string>;
    /** Private key of the client certificate, as PEM. Secret, whether or not it is marked so. Default: none. */
    clientKey?: pulumi.Input<string>;
    /** Changes when the server behind it is another: what was written to the old one is then written again. */
    revision: pulumi.Input<string>;
    /** Resources to wait for. */
    dependsOn: pulumi.Resource[];
}

/** What the shared PostgreSQL is made with. */
export interface PostgresArgs {
    /** An image of PostgreSQL with `psql`, e.g. `postgres:16-alpine`. */
    image: pulumi.Input<string>;
    /** `db` is used. */
    networks: Networks;
    /** Databases, each with a role of the same name that owns it, is no superuser and has a password of its own; plain. */
    databases: string[];
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

    public constructor(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions) {
        super(dataServices.postgres.type, name, {}, opts);
        const { credentials, prefix, runtime } = args.context;
        const host = `${prefix}${roles.postgres.host}`;

        const superuser = credentials.secret("postgres", name, { parent: this });
        const passwords = args.databases.map((database) =>
            credentials.secret(`database/${database}`, name, { parent: this }),
        );
        this.volume = dataVolume(`${name}-data`, dataServices.postgres.volume, args.context, {
            parent: this,
            // Its place in the state while the stack does not run the service itself.
            aliases: [{ parent: opts?.parent }],
        });
        // A way in for the job below, on whatever machine the server runs.
        const socket = runtime.volume(`${name}-socket`, { name: `${prefix}pg_socket`, keep: false }, { parent: this });
        const server = runtime.run(`${name}-server`, this.workload(host, superuser, socket, args), { parent: this });
        const provisioned = runtime.job(
            `${name}-databases`,
            {
                title: "making databases and roles in PostgreSQL",
                image: args.image,
                entrypoint: ["psql"],
                command: [
                    `--host=${socketFolder}`,
                    "--username=postgres",
                    "--file=/run/secrets/databases.sql",
                    ...quiet,
                ],
                user,
                files: [provisionFile(superuser, args.databases, passwords)],
                mounts: [{ source: socket, target: socketFolder }],
                networks: [],
                triggers: { server: server.revision, databases: args.databases.join(" ") },
                witnesses: [server],
                seconds: 60,
                cure: "Run `pulumi up` again when the cause is fixed.",
            },
            { parent: this, dependsOn: [server.healthy] },
        );

        this.databases = Object.fromEntries(
            args.databases.map((database, index) => [
                database,
                connection(host, database, passwords[index] ?? superuser, server, provisioned),
            ]),
        );
        this.registerOutputs({ volume: this.volume });
    }

    private workload(
        host: string,
        superuser: pulumi.Output<string>,
        socket: pulumi.Output<string>,
        args: PostgresArgs,
    ): Workload {
        const owner = { user, image: args.image };
        const { health, stopSeconds, pids } = roles.postgres;
        return withAdditions(
            {
                title: host,
                image: args.image,
                variables: { POSTGRES_PASSWORD_FILE: passwordFile },
                user,
                // Read only when the volume is new; later the job sets the password, without a restart of the database.
                files: [{ path: passwordFile, content: superuser, initial: true }],
                mounts: [
                    { source: this.volume, target: "/var/lib/postgresql/data", owner, exclusive: true },
                    { source: socket, target: socketFolder, owner, exclusive: true },
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

/** By name, since its id depends on the image. As this user, the image's entrypoint changes neither owner nor user. */
const user = "postgres";
const passwordFile = "/run/secrets/postgres_password";
const socketFolder = "/var/run/postgresql";
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
): WorkloadFile {
    const secrets = [superuser, ...passwords];
    const content = pulumi.all(secrets).apply(([first = "", ...others]) => provisionSql(first, databases, others));
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
 */
export function provisionSql(superuser: string, databases: string[], passwords: string[]): string {
    return [
        // Otherwise the server would log a statement that fails, with its password.
        "SET log_min_error_statement = panic;",
        "SET log_statement = none;",
        // Every role may connect to these by default; no consumer needs them.
        "REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC;",
        `ALTER ROLE postgres PASSWORD ${literal(superuser)};`,
        ...databases.flatMap((database, index) => provisionDatabase(database, passwords[index] ?? "")),
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
    if (external !== undefined) return { connection: externalPostgres(name, external, args, opts), consumers: {} };
    if (stack !== undefined) return { connection: otherStacks(name, stack, opts), consumers: {} };
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
            databases: ["authentik", ...consumers],
        },
        opts,
    );
    const { authentik, ...others } = postgres.databases;
    if (authentik === undefined) throw new Error("the component Postgres made no database for authentik");
    return { connection: authentik, consumers: others, volumes: { postgres: postgres.volume } };
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

/**
 * A job that runs psql with a connection, without its networks.
 *
 * @param image an image of PostgreSQL.
 */
export function psql(
    postgres: PostgresConnection,
    image: pulumi.Input<string>,
    command: string[],
): Pick<Process, "image" | "entrypoint" | "user" | "command" | "variables" | "files"> {
    const { host, port, database, user: role, password } = postgres;
    const entry = pulumi
        .all([host, port, database, role, password])
        // libpq looks for a line of each host that it tries.
        .apply(([names, ...fields]) =>
            names
                .split(",")
                .map((one) => [one, ...fields].map(passwordFileField).join(":"))
                .join("\n"),
        );
    const passFile = "/run/secrets/pgpass";
    const certificates = certificateFiles(postgres, "PG", user);
    const variables = {
        PGHOST: host,
        PGPORT: pulumi.output(port).apply(String),
        PGDATABASE: database,
        PGUSER: role,
        PGSSLMODE: postgres.sslMode,
        PGPASSFILE: passFile,
        ...certificates.variables,
    };
    return {
        image,
        entrypoint: ["psql"],
        user,
        command: ["--no-psqlrc", "--no-password", ...command],
        variables: { ...variables, PGCONNECT_TIMEOUT: "10" },
        // libpq ignores a password file that others than its owner can read.
        files: [{ path: passFile, content: entry, secrets: [password], owner: user }, ...certificates.files],
    };
}

/** A field of a libpq password file, where colons and backslashes are escaped. */
function passwordFileField(value: string | number): string {
    return String(value).replaceAll("\\", "\\\\").replaceAll(":", "\\:");
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

/** The variables and files with which authentik reaches its database. */
export function postgresAccess(postgres: PostgresConnection): Access {
    const certificates = certificateFiles(postgres, "AUTHENTIK_POSTGRESQL__");
    return {
        variables: {
            AUTHENTIK_POSTGRESQL__HOST: postgres.host,
            AUTHENTIK_POSTGRESQL__PORT: pulumi.output(postgres.port).apply(String),
            AUTHENTIK_POSTGRESQL__NAME: postgres.database,
            AUTHENTIK_POSTGRESQL__USER: postgres.user,
            AUTHENTIK_POSTGRESQL__SSLMODE: postgres.sslMode,
            ...certificates.variables,
        },
        password: { path: "/run/secrets/postgresql_password", content: postgres.password },
        certificates: certificates.files,
    };
}

/**
 * The certificates of a connection to PostgreSQL, with the paths that libpq's parameters name.
 *
 * @param owner user that reads them. Default: the container's.
 */
function certificateFiles(
    { caCertificate, clientCertificate, clientKey }: PostgresConnection,
    prefix: string,
    owner?: string,
): { variables: Record<string, string>; files: WorkloadFile[] } {
    const certificate = { owner, secrets: [] };
    const parts = [
        certificateFile(`${prefix}SSLROOTCERT`, "postgresql_ca.crt", caCertificate, certificate),
        certificateFile(`${prefix}SSLCERT`, "postgresql_client.crt", clientCertificate, certificate),
        certificateFile(`${prefix}SSLKEY`, "postgresql_client.key", clientKey, { owner }),
    ];
    return {
        variables: Object.assign({}, ...parts.map(({ variables }) => variables)) as Record<string, string>,
        files: parts.flatMap(({ files }) => files),
    };
}
