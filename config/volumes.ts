import { z } from "zod";
import { isCreatedHere, type Role, roles, type StackFacts } from "../authentik/roles";
import type { JobAtWork } from "../engine/job";
import { dockerName, section } from "../ground/fields";
import { duplicates } from "../ground/problems";
import type { Rule } from "./schema";

/**
 * The volumes with a stack's data, by role: the default name of each, which follows the prefix, what it holds, and whether containers
 * on several machines may use it at the same time.
 */
const dataVolumes = {
    media: { volume: "ak_media", holds: "uploaded files", shared: "data" },
    templates: { volume: "ak_templates", holds: "templates of e-mails", shared: "data" },
    certificates: { volume: "ak_certs", holds: "certificates that authentik imports", shared: "data" },
    postgres: { volume: "pg_data", holds: "the databases of the PostgreSQL that is created here" },
    redis: { volume: "redis_data", holds: "the data of the Redis that is created here" },
    backups: { volume: "ak_backups", holds: "the backups" },
    gateway: { volume: "ak_gateway", holds: "certificates and the last configuration of the gateway" },
} as const;

/**
 * What a volume of data holds.
 *
 * @example
 * const role: VolumeRole = "media";
 */
export type VolumeRole = keyof typeof dataVolumes;

const volumeFields = Object.fromEntries(
    Object.entries(dataVolumes).map(([role, { volume, holds }]) => [
        role,
        section({
            name: dockerName
                .optional()
                .describe(
                    `name of the Docker volume, a new one or one that exists, without the prefix; default: <prefix>${volume}`,
                ),
        })
            .prefault({})
            .describe(holds),
    ]),
) as Record<VolumeRole, z.ZodPrefault<z.ZodObject<{ name: z.ZodOptional<typeof dockerName> }, z.core.$strict>>>;

/** What a restore fills again from a backup. */
export const restored: VolumeRole[] = ["postgres", "media", "templates", "certificates", "gateway"];

/** The volumes with data. */
export const volumes = section(volumeFields)
    .prefault({})
    .describe(
        "the volumes with data; an existing volume is used as it is, and its files are given to the user of its container",
    );

/** What the configuration says of the volumes, and the prefix of their own names. */
export interface VolumeNames {
    prefix: string;
    /** Default: each has its own name. */
    volumes?: Partial<Record<VolumeRole, { name?: string }>>;
}

/** The name of a volume on the Docker host. */
export function volumeName(role: VolumeRole, { prefix, volumes: configured }: VolumeNames): string {
    return configured?.[role]?.name ?? `${prefix}${dataVolumes[role].volume}`;
}

/** The volumes of a stack, by role. */
export function volumesOf(config: VolumeNames & StackFacts): [role: VolumeRole, name: string][] {
    const services: Partial<Record<VolumeRole, Pick<Role, "needed">>> = {
        ...roles,
        // Only databases of the stack's own are backed up.
        backups: { needed: (facts) => roles.backup.needed(facts) && isCreatedHere(facts.postgres) },
    };
    return (Object.keys(dataVolumes) as VolumeRole[])
        .filter((role) => services[role]?.needed(config) ?? true)
        .map((role) => [role, volumeName(role, config)]);
}

/** Two kinds of data never share a volume. */
export const volumeRule: Rule = {
    reads: ["prefix", "volumes", "version", "outposts", "consumers", "postgres", "redis", "backup"],
    check: (config, report) => {
        const all = volumesOf(config);
        for (const index of duplicates(all.map(([, name]) => name))) {
            const [role = "media"] = all[index] ?? [];
            report(["volumes", role, "name"], "is also the volume of other data; use a separate volume for each");
        }
    },
};

/** What containers on several machines may use at the same time. */
export function sharedOf(role: VolumeRole): "data" | undefined {
    const volume = dataVolumes[role];
    return "shared" in volume ? volume.shared : undefined;
}

/** Name of a job with the backups, after the stack's prefix. */
export function backupJob(work: string): string {
    return `authentik-backup-${work}`;
}

/** Why nothing may start on data that a restore replaces. */
export function restoreAtWork({ title, shows }: JobAtWork): string {
    return (
        `A restore replaces the stack's data, in ${title}; it goes on also where its command was killed. ` +
        `Wait until it has ended, which \`${shows}\` shows, then run this again; or restore again, which ends it and begins from the start.`
    );
}

/**
 * What a stack remembers of a volume: that an update made or found it on one host, or that it is on a node of a Swarm, and so not in
 * the state. Else an empty text: it may never have been there, or it was let go.
 */
export const remembered = { made: "made", onSwarm: "on a Swarm" } as const;
