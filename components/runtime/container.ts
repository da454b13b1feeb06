import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { untilHealthy } from "./health";
import { connect } from "./host";
import { stackLabels } from "./labels";
import { valueOf } from "./record";
import { runToExit } from "./run-to-exit";
import { type Running, secretsOf, type Workload } from "./workload";

/**
 * Runs a workload as a container on the Docker host, and holds back what depends on it until it is healthy.
 *
 * @param host the provider's `docker:host`.
 * @throws (when the update runs) Error that names the container and shows its last log lines.
 */
export function runContainer(
    name: string,
    workload: Workload,
    host: string | undefined,
    opts: pulumi.CustomResourceOptions,
): Running {
    const container = new docker.Container(name, containerArgs(name, workload, opts), {
        ...opts,
        // Docker's DNS answers with both while the old one goes on; a fixed name or a published port allows only one.
        deleteBeforeReplace: workload.fixedName !== undefined || (workload.publish?.on.length ?? 0) > 0,
        // The provider updates a changed health check in its state, not in the container.
        replaceOnChanges: ["healthcheck"],
        hooks: {
            beforeCreate: [() => handOver(name, workload, host)],
            afterCreate: [(args) => onceHealthy(args, workload, host)],
        },
    });
    return { id: container.id, resource: container };
}

/** A new volume belongs to root, unless the image has a folder of another owner in its place. */
async function handOver(name: string, { title, mounts = [] }: Workload, host: string | undefined): Promise<void> {
    for (const { source, target, owner } of mounts) {
        if (owner === undefined) continue;
        const [image, volume] = await valueOf(pulumi.all([owner.image, source]));
        await runToExit(await connect(host), {
            name: `${name}-owner`,
            title: `handing ${target} over to the user of ${title}`,
            image,
            entrypoint: ["chown"],
            command: [`${owner.id}:${owner.id}`, target],
            user: "0",
            capabilities: ["CHOWN"],
            mounts: [{ source: volume, target }],
            seconds: 60,
        });
    }
}

async function onceHealthy(args: pulumi.ResourceHookArgs, workload: Workload, host: string | undefined): Promise<void> {
    const engine = await connect(host);
    const secrets = await valueOf(pulumi.output(secretsOf(workload.files)));
    const gate = {
        title: workload.title,
        command: workload.health.command,
        // authentik's first boot runs hundreds of migrations: 90 seconds on two idle cores, over 5 minutes on busy ones.
        seconds: workload.readySeconds ?? 900,
        secrets,
    };
    await untilHealthy(engine, args.id, gate);
    // The provider has no argument for it; the engine takes it of a container that runs.
    await engine.getContainer(args.id).update({ PidsLimit: workload.pids });
}

function containerArgs(name: string, workload: Workload, opts: pulumi.CustomResourceOptions): docker.ContainerArgs {
    const memory = workload.limits.memory === undefined ? undefined : megabytes(workload.limits.memory);
    return {
        name: workload.fixedName,
        hostname: workload.title,
        image: workload.image,
        entrypoints: workload.entrypoint,
        command: workload.command,
        envs: Object.entries(workload.settings ?? {}).map(([key, value]) => pulumi.interpolate`${key}=${value}`),
        uploads: workload.files?.map(({ path, content, owner = 1000 }) => ({
            file: path,
            content,
            owner: String(owner),
            group: String(owner),
            permissions: "0400",
        })),
        mounts: workload.mounts?.map(({ source, target, readOnly }) => ({
            source,
            target,
            readOnly,
            type: mountType(source),
        })),
        networksAdvanced: workload.networks.map(({ network, aliases }) => ({ name: network, aliases })),
        ports: workload.publish?.on.map(({ port, ip }) => ({
            internal: workload.publish?.port ?? port,
            protocol: workload.publish?.protocol,
            external: port,
            ip,
        })),
        healthcheck: {
            tests: ["CMD", ...workload.health.command],
            interval: "10s",
            timeout: "30s",
            startPeriod: goDuration(workload.health.startSeconds),
            retries: 3,
        },
        destroyGraceSeconds: workload.stopSeconds,
        restart: "unless-stopped",
        memory,
        memorySwap: memory,
        cpus: workload.limits.cpus === undefined ? undefined : decimal(workload.limits.cpus),
        readOnly: workload.readOnly,
        tmpfs: workload.tmpfs && Object.fromEntries(workload.tmpfs.map((path) => [path, ""])),
        capabilities: { drops: ["ALL"], adds: workload.capabilities },
        securityOpts: ["no-new-privileges:true"],
        logDriver: "json-file",
        logOpts: { "max-size": "10m", "max-file": "3" },
        labels: stackLabels(name, "docker:index/container:Container", opts.parent),
    };
}

/** A path of the host is bound; a name is a volume. */
function mountType(source: pulumi.Input<string>): string {
    return typeof source === "string" && source.startsWith("/") ? "bind" : "volume";
}

/** `512m` or `2g` in the provider's unit. */
function megabytes(size: string): number {
    return Number(size.slice(0, -1)) * (size.endsWith("g") ? 1024 : 1);
}

/** A number as Go prints it with one decimal at least: the only form that is stable across refreshes. */
function decimal(value: number): string {
    return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** Seconds as Go prints a duration: the only form that is stable across refreshes. */
function goDuration(seconds: number): string {
    return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
