import { scryptSync } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { backupScript, fingerprintFile, roles } from "../authentik/roles";
import { type BackupConfig, scheduleOf } from "../config/backup";
import type { ContainerTransform, Running } from "../engine/workload";
import { type ContainerAdditions, withAdditions } from "./additions";
import { type Context, dataServices, dataVolume } from "./context";
import type { AuthentikVolumes } from "./instance";
import type { Networks } from "./networks";
import { type PostgresConnection, psql } from "./postgres-connection";
import { script } from "./probe";

/** What the backups are made with. */
export interface BackupsArgs {
    /** When, how many are kept, and the limits of the container. */
    schedule: Omit<BackupConfig, "run" | "restic">;
    /** An image of PostgreSQL, of the server's major version or a later one. */
    image: pulumi.Input<string>;
    /** `db` and `backend` are used. */
    networks: Networks;
    /** Reads every database that is named. */
    postgres: PostgresConnection;
    /** Names of the databases: authentik's, which is the one of the connection, and those of consumers; plain. */
    databases: string[];
    /** What holds authentik's own files; it is made by a container of authentik, whose image fills it. */
    volumes: Record<keyof AuthentikVolumes, pulumi.Input<string>>;
    /** What holds the certificates and accounts of the gateway. Default: there is no gateway. */
    gateway?: pulumi.Input<string>;
    /** authentik's release, which the backups name, e.g. `2025.8.4`; plain. */
    version: string;
    /** Without it a backup is worth little: each names it by a fingerprint. */
    secretKey: pulumi.Input<string>;
    /** What else has to be done first: authentik's image fills its volumes. Default: nothing. */
    after?: pulumi.Resource[];
    /** What its container gets beside that. Default: nothing. */
    additions?: ContainerAdditions;
    /** Changes what its container is made with. Default: nothing is changed. */
    transform?: ContainerTransform;
    context: Context;
}

/** authentik's user, by id: it can read what authentik can, and needs no rights of root. Source: authentik's Dockerfile. */
export const authentikUser = "1000";

/**
 * Copies of the databases, of authentik's files and of the gateway's certificates: a container that makes, keeps and verifies them on a schedule.
 *
 * @throws (when the update runs) Error with its last log lines when its container does not start.
 * @example
 * const backups = new Backups("auth-backups", {
 *     ...{ networks, context },
 *     volumes: authentikVolumes("auth", context, networks),
 *     secretKey: context.credentials.secret("secret-key", "auth", {}),
 *     schedule: { schedule: "daily", time: "03:30", keep: 14, verify: "weekly", memory: "512m" },
 *     image: "postgres:16-alpine",
 *     postgres: database,
 *     databases: ["authentik"],
 *     version: "2025.8.4",
 * });
 * return backups.volume;
 */
export class Backups extends pulumi.ComponentResource {
    /** Name of the volume: a folder for each backup, with its manifest. */
    public readonly volume: pulumi.Output<string>;
    /** The container, at work. */
    public readonly running: Running;

    public constructor(name: string, args: BackupsArgs, opts?: pulumi.ComponentResourceOptions) {
        super(dataServices.backups.type, name, {}, opts);
        const { image, networks, postgres, volumes, gateway, context } = args;
        const { keep, memory, cpus, ...when } = args.schedule;
        const { period, offset, verifyPeriod } = scheduleOf(when);
        const title = `${context.prefix}${roles.backup.host}`;
        this.volume = dataVolume(`${name}-data`, "backups", context, { parent: this });
        const access = psql(postgres, image, [], { owner: authentikUser, everyDatabase: true });
        const { documents } = script("backup.sh");
        const { health, stopSeconds, pids } = roles.backup;
        const workload = {
            title,
            image,
            entrypoint: ["sh", backupScript],
            command: ["run"],
            user: authentikUser,
            variables: {
                ...access.variables,
                RELEASE: args.version,
                DATABASES: args.databases.join(" "),
                PERIOD: String(period),
                OFFSET: String(offset),
                VERIFY_PERIOD: String(verifyPeriod),
                KEEP: String(keep),
            },
            files: [
                ...(access.files ?? []),
                ...Object.entries(documents).map(([path, content]) => ({ path, content, secrets: [] })),
                // Not a variable: a preview does not know it yet.
                { path: fingerprintFile, content: fingerprintOf(args.secretKey), secrets: [] },
                // initdb asks for the name of its user.
                passwdFile,
            ],
            mounts: [
                { source: this.volume, target: "/backups", owner: { user: authentikUser, image } },
                // Not where the image has folders of its own, such as Alpine's /media: an empty volume would get their content.
                ...Object.entries({ ...volumes, ...(gateway === undefined ? {} : { gateway }) }).map(
                    ([folder, source]) => ({ source, target: `/source/${folder}`, readOnly: true }),
                ),
            ],
            networks: networks.attach(["db", "backend"], title),
            health,
            stopSeconds,
            limits: { memory, cpus },
            pids,
            transform: args.transform,
        };
        const waiting = { parent: this, dependsOn: [...postgres.dependsOn, ...(args.after ?? [])] };
        this.running = context.runtime.run(`${name}-container`, withAdditions(workload, args.additions), waiting);
        this.registerOutputs({ volume: this.volume });
    }
}

/** Gives authentik's user a name. A file below the read-only root needs a volume, which begins as a copy of the image's folder. */
export const passwdFile = {
    ...{ path: "/etc/passwd", after: "/etc/passwd", secrets: [] },
    content: `authentik:x:${authentikUser}:${authentikUser}::/tmp:/bin/sh\n`,
};

/**
 * By which a backup knows the secret key of its stack. Backups leave the house, so it must not help to guess a weak key: each
 * guess costs what one at a password does. A generated key cannot be guessed at all.
 */
export function fingerprintOf(secretKey: pulumi.Input<string>): pulumi.Output<string> {
    const known = pulumi.output(secretKey).apply((key) => scryptSync(key, "authentik-stack backup", 8).toString("hex"));
    return pulumi.unsecret(known);
}
