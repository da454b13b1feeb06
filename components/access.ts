import * as pulumi from "@pulumi/pulumi";
import type { PostgresConnection, RedisConnection } from "./connection";
import type { WorkloadFile } from "../engine/workload";

/** What a process is told, to reach a PostgreSQL or a Redis. */
export interface Access extends Certificates {
    password: WorkloadFile;
}

/** Certificates as files, and the settings with their paths. */
interface Certificates {
    settings: Record<string, pulumi.Input<string>>;
    certificates: WorkloadFile[];
}

/** PostgreSQL as authentik is told of it. */
export function postgresAccess(postgres: PostgresConnection): Access {
    const tls = postgresCertificates(postgres, "AUTHENTIK_POSTGRESQL__");
    return {
        settings: {
            AUTHENTIK_POSTGRESQL__HOST: postgres.host,
            AUTHENTIK_POSTGRESQL__PORT: text(postgres.port),
            AUTHENTIK_POSTGRESQL__NAME: postgres.database,
            AUTHENTIK_POSTGRESQL__USER: postgres.user,
            AUTHENTIK_POSTGRESQL__SSLMODE: postgres.sslMode,
            ...tls.settings,
        },
        password: { path: "/run/secrets/postgresql_password", content: postgres.password },
        certificates: tls.certificates,
    };
}

/** Redis as authentik is told of it. */
export function redisAccess(redis: RedisConnection): Access {
    const ca = certificateFile("AUTHENTIK_REDIS__TLS_CA_CERT", "redis_ca.crt", redis.caCertificate, { secrets: [] });
    return {
        settings: {
            AUTHENTIK_REDIS__HOST: redis.host,
            AUTHENTIK_REDIS__PORT: text(redis.port),
            ...(redis.user === undefined ? {} : { AUTHENTIK_REDIS__USERNAME: redis.user }),
            AUTHENTIK_REDIS__DB: text(redis.index),
            AUTHENTIK_REDIS__TLS: String(redis.tls),
            ...ca.settings,
            // authentik's default is to check no certificate, even where it has a CA.
            ...(redis.caCertificate === undefined ? {} : { AUTHENTIK_REDIS__TLS_REQS: "required" }),
        },
        password: { path: "/run/secrets/redis_password", content: redis.password },
        certificates: ca.certificates,
    };
}

/** User of PostgreSQL's images who runs its client. */
export const psqlUser = "postgres";

/** PostgreSQL as its own client is told of it. */
export function psqlAccess(postgres: PostgresConnection): Access {
    const { host, port, database, user, password } = postgres;
    const entry = pulumi
        .all([host, port, database, user, password])
        .apply((fields) => fields.map(pgpassField).join(":"));
    const passFile = "/run/secrets/pgpass";
    const tls = postgresCertificates(postgres, "PG", psqlUser);
    return {
        settings: {
            PGHOST: host,
            PGPORT: text(port),
            PGDATABASE: database,
            PGUSER: user,
            PGSSLMODE: postgres.sslMode,
            PGPASSFILE: passFile,
            ...tls.settings,
        },
        password: { path: passFile, content: entry, secrets: [password], owner: psqlUser },
        certificates: tls.certificates,
    };
}

/**
 * The certificates of a connection to PostgreSQL, with the paths that libpq's parameters name.
 *
 * @param owner user that reads them. Default: that of authentik's images.
 */
function postgresCertificates(
    { caCertificate, clientCertificate, clientKey }: PostgresConnection,
    prefix: string,
    owner?: string,
): Certificates {
    const certificate = { owner, secrets: [] };
    const parts = [
        certificateFile(`${prefix}SSLROOTCERT`, "postgresql_ca.crt", caCertificate, certificate),
        certificateFile(`${prefix}SSLCERT`, "postgresql_client.crt", clientCertificate, certificate),
        certificateFile(`${prefix}SSLKEY`, "postgresql_client.key", clientKey, { owner }),
    ];
    return {
        settings: Object.assign({}, ...parts.map(({ settings }) => settings)) as Certificates["settings"],
        certificates: parts.flatMap(({ certificates }) => certificates),
    };
}

/** A PEM file and the setting that has its path; nothing where there is no such PEM. */
function certificateFile(
    setting: string,
    name: string,
    content: pulumi.Input<string> | undefined,
    rest: Pick<WorkloadFile, "owner" | "secrets">,
): Certificates {
    const path = `/run/secrets/${name}`;
    return content === undefined
        ? { settings: {}, certificates: [] }
        : { settings: { [setting]: path }, certificates: [{ path, content, ...rest }] };
}

/** A field of a libpq password file, where colons and backslashes are escaped. */
function pgpassField(value: string | number): string {
    return String(value).replaceAll("\\", "\\\\").replaceAll(":", "\\:");
}

function text(value: pulumi.Input<number>): pulumi.Output<string> {
    return pulumi.output(value).apply(String);
}
