import * as pulumi from "@pulumi/pulumi";
import type { Process, WorkloadFile } from "../engine/workload";
import { type Access, certificateFile } from "./shared-data";

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

/** The user of PostgreSQL's image, by name, since its id depends on the image. */
export const postgresUser = "postgres";

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

/**
 * A job that runs psql with a connection, without its networks.
 *
 * @param image an image of PostgreSQL.
 * @param owner the user that it runs as, of the image or by id.
 */
export function psql(
    postgres: PostgresConnection,
    image: pulumi.Input<string>,
    command: string[],
    owner = postgresUser,
): Pick<Process, "image" | "entrypoint" | "user" | "command" | "variables" | "files"> {
    const { host, port, database, user: role, password } = postgres;
    const entry = pulumi.all([host, port, role, password]).apply(([names, number, ...fields]) =>
        names
            .split(",")
            // libpq looks for a line of each host that it tries; the password is that of the role, whatever the database.
            .map((one) => [passwordFileField(one), number, "*", ...fields.map(passwordFileField)].join(":"))
            .join("\n"),
    );
    const passFile = "/run/secrets/pgpass";
    const certificates = certificateFiles(postgres, "PG", owner);
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
        user: owner,
        command: ["--no-psqlrc", "--no-password", ...command],
        variables: { ...variables, PGCONNECT_TIMEOUT: "10" },
        // libpq ignores a password file that others than its owner can read.
        files: [{ path: passFile, content: entry, secrets: [password], owner }, ...certificates.files],
    };
}

/** A field of a libpq password file, where colons and backslashes are escaped. */
function passwordFileField(value: string): string {
    return value.replaceAll("\\", "\\\\").replaceAll(":", "\\:");
}
