import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { fingerprintFile, offsiteScript, roles } from "../authentik/roles";
import { type BackupConfig, scheduleOf, secondsOf } from "../config/backup";
import { resticAccess, type ResticConfig } from "../config/restic";
import type { ContainerTransform, Running, WorkloadFile, WorkloadMount } from "../engine/workload";
import { type ContainerAdditions, withAdditions } from "./additions";
import { authentikUser, fingerprintOf, passwdFile } from "./backups";
import type { Context } from "./context";
import type { Networks } from "./networks";
import { script } from "./probe";

/** What copies of backups elsewhere are made with. */
export interface OffsiteArgs {
    /** Where to, which copies stay, and the limits of the container. */
    restic: ResticConfig;
    /** When backups are made, each of which is copied. */
    schedule: Omit<BackupConfig, "run" | "restic">;
    /** An image of restic, from release 0.17 on. */
    image: pulumi.Input<string>;
    /** `backend` is used. */
    networks: Networks;
    /** Name of the volume with the backups. */
    volume: pulumi.Input<string>;
    /** The stack's: by its fingerprint, copies of stacks of the same name are told apart. */
    secretKey: pulumi.Input<string>;
    /** Opens the repository. */
    password: pulumi.Input<string>;
    /** What belongs to `restic.user`, or the private key for sftp. Default: the repository asks for none. */
    key?: pulumi.Input<string>;
    /** What has to be done first: what makes the backups. Default: nothing. */
    after?: pulumi.Resource[];
    /** What its container gets beside that. Default: nothing. */
    additions?: ContainerAdditions;
    /** Changes what its container is made with. Default: nothing is changed. */
    transform?: ContainerTransform;
    context: Context;
}

/** Where a folder of the host is in the container. */
const repositoryFolder = "/repository";

/**
 * Copies of the backups in a repository of restic: a container that copies each, removes old copies and checks the repository.
 *
 * @throws (when the update runs) Error with its last log lines when its container does not start.
 * @example
 * const offsite = new Offsite("auth-offsite", {
 *     ...{ networks, context },
 *     volume: "ak_backups",
 *     secretKey: context.credentials.secret("secret-key", "auth", {}),
 *     restic: {
 *         repository: "sftp:backup@nas.example.com:/authentik",
 *         knownHosts: "nas.example.com ssh-ed25519 AAAAC3Nz",
 *         keep: { last: 14, daily: 14, weekly: 8, monthly: 12 },
 *         check: "weekly",
 *         memory: "512m",
 *     },
 *     schedule: { schedule: "daily", time: "03:30", keep: 14, verify: "weekly", memory: "512m" },
 *     image: "restic/restic:0.18.1",
 *     password: new pulumi.Config().requireSecret("resticPassword"),
 *     key: new pulumi.Config().requireSecret("sshKey"),
 * });
 * return offsite.running.healthy;
 */
export class Offsite extends pulumi.ComponentResource {
    /** The container, at work. */
    public readonly running: Running;

    public constructor(name: string, args: OffsiteArgs, opts?: pulumi.ComponentResourceOptions) {
        super("authentik-stack:index:Offsite", name, {}, opts);
        const { restic, image, networks, volume, context } = args;
        const { repository, keep, check, memory, cpus } = restic;
        const { kind, location, variables } = resticAccess(restic, repositoryFolder);
        const title = `${context.prefix}${roles.offsite.host}`;
        const repositoryMount: WorkloadMount[] =
            kind === "folder" ? [{ source: repository, target: repositoryFolder }] : [];
        const { health, stopSeconds, pids } = roles.offsite;
        const workload = {
            title,
            image,
            entrypoint: ["sh", offsiteScript],
            command: ["run"],
            user: authentikUser,
            variables: {
                ...variables,
                RESTIC_REPOSITORY: location,
                RESTIC_PASSWORD_FILE: passwordFile,
                RESTIC_CACHE_DIR: "/tmp/cache",
                OWNER: title,
                PERIOD: String(scheduleOf(args.schedule).period),
                CHECK_PERIOD: String(secondsOf(check)),
                KEEP: Object.entries(keep)
                    .flatMap(([which, count]) => (count === 0 ? [] : [`--keep-${which} ${count}`]))
                    .join(" "),
            },
            files: [
                ...Object.entries(script("offsite.sh").documents).map(([path, content]) => ({
                    ...{ path, content, secrets: [] },
                })),
                { path: passwordFile, content: args.password },
                { path: fingerprintFile, content: fingerprintOf(args.secretKey), secrets: [] },
                ...credentials(args),
                // ssh asks for the name of its user.
                passwdFile,
            ],
            mounts: [{ source: volume, target: "/backups", readOnly: true }, ...repositoryMount],
            networks: networks.attach(["backend"], title),
            health,
            stopSeconds,
            limits: { memory, cpus },
            pids,
            transform: (made: docker.ContainerArgs) => {
                // restic takes a lock for left over when its process is not in a container of this host name. So each container
                // has the one that Docker gives it: the next one runs beside it for a moment, and others share the repository.
                delete made.hostname;
                return args.transform?.(made);
            },
        };
        this.running = context.runtime.run(`${name}-container`, withAdditions(workload, args.additions), {
            parent: this,
            dependsOn: args.after,
        });
        this.registerOutputs({});
    }
}

const passwordFile = "/run/secrets/restic_password";

function credentials({ restic, key }: OffsiteArgs): WorkloadFile[] {
    const { keyVariable } = resticAccess(restic, repositoryFolder);
    if (key === undefined) return [];
    if (keyVariable !== undefined) return [{ path: `/run/secrets/${keyVariable}`, content: key }];
    return [
        // ssh wants a line break at the end, and to be its owner.
        {
            path: "/run/secrets/restic_key",
            content: pulumi.output(key).apply((text) => `${text.trimEnd()}\n`),
            secrets: [key],
            owner: authentikUser,
        },
        { path: "/run/secrets/known_hosts", content: `${restic.knownHosts ?? ""}\n`, secrets: [] },
    ];
}
