import * as pulumi from "@pulumi/pulumi";
import type { PostgresConnection } from "./connection";
import type { Environment } from "./environment";
import type { Networks } from "./networks";
import { provisionSql } from "./postgres-sql";
import { runContainer } from "../engine/docker-host";
import { runInside } from "../engine/exec";
import type { Limits, Running, Workload } from "../engine/workload";
import { dataVolume } from "./volume";

export interface PostgresArgs {
    image: string;
    networks: Networks;
    /** Databases, each with a role of the same name that owns it, is no superuser and has a password of its own. */
    databases: string[];
    /** Default: none. */
    limits?: Limits;
    environment: Environment;
}

/** The shared PostgreSQL: one container, its data volume, and a database with a role for each that asks. */
export class Postgres extends pulumi.ComponentResource {
    /** Name of the data volume. */
    public readonly volume: pulumi.Output<string>;
    /** A connection by name of the database. */
    public readonly databases: Record<string, PostgresConnection>;

    public constructor(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions) {
        super("authentik-stack:index:Postgres", name, {}, opts);
        const { credentials, prefix } = args.environment;
        const host = `${prefix}postgres`;

        const superuser = credentials.secret("postgres", name, { parent: this });
        const passwords = args.databases.map((database) =>
            credentials.secret(`database/${database}`, name, { parent: this }),
        );
        this.volume = dataVolume(`${name}-data`, "pg_data", args.environment, this);
        const server = runContainer(
            `${name}-server`,
            this.workload(host, superuser, args),
            args.environment.dockerHost,
            { parent: this },
        );
        const provision = this.provision(name, server, args, [superuser, ...passwords]);

        this.databases = Object.fromEntries(
            args.databases.map((database, index) => [
                database,
                this.connection(host, database, passwords[index] ?? superuser, server, provision),
            ]),
        );
        this.registerOutputs({ volume: this.volume });
    }

    private workload(host: string, superuser: pulumi.Output<string>, args: PostgresArgs): Workload {
        return {
            title: host,
            fixedName: host,
            image: args.image,
            settings: { POSTGRES_PASSWORD_FILE: passwordFile },
            user,
            // It serves a new volume; later the role gets its password inside, and nobody's database restarts.
            files: [{ path: passwordFile, content: superuser, owner: user, initial: true }],
            mounts: [{ source: this.volume, target: "/var/lib/postgresql/data", owner: { user, image: args.image } }],
            // Its images have the folder, open to every user; Docker gives the one in memory the same rights.
            tmpfs: ["/var/run/postgresql"],
            networks: args.networks.attach(["db"], host),
            health: { command: ["pg_isready", "--username=postgres", "--host=127.0.0.1"], startSeconds: 60 },
            stopSeconds: 60,
            limits: args.limits ?? {},
            pids: 512,
        };
    }

    /** Roles and databases, through the server's own socket: no password is needed, so none can be out of step. */
    private provision(
        name: string,
        container: Running,
        args: PostgresArgs,
        secrets: pulumi.Output<string>[],
    ): pulumi.Resource {
        return runInside(
            `${name}-databases`,
            {
                title: "making databases and roles in PostgreSQL",
                container,
                command: ["psql", "--username=postgres", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"],
                user,
                stdin: ([superuser = "", ...passwords]) => provisionSql(superuser, args.databases, passwords),
                secrets,
                facts: { databases: args.databases.join(" ") },
            },
            args.environment.dockerHost,
            { parent: this },
        );
    }

    private connection(
        host: string,
        database: string,
        password: pulumi.Output<string>,
        server: Running,
        provision: pulumi.Resource,
    ): PostgresConnection {
        const dependsOn = [server.resource, provision];
        return {
            host,
            port: 5432,
            database,
            user: database,
            password,
            sslMode: "disable",
            revision: server.id,
            dependsOn,
        };
    }
}

/** By name, since its id depends on the image. Run as this one, the image's entrypoint changes neither owner nor user. */
const user = "postgres";
const passwordFile = "/run/secrets/postgres_password";
