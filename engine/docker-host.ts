import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { confinement, inMemory } from "./confinement";
import { createFeeder, feederName, removeFeeder } from "./files";
import { untilHealthy } from "./health";
import { connect } from "./host";
import { stackLabels } from "./labels";
import { digest, valueOf } from "./step";
import { runToExit } from "./run-to-exit";
import { decimal, goDuration, megabytes } from "./notation";
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
    const content = pulumi.secret(pulumi.output(notInArguments(workload)).apply(digest));
    const container = new docker.Container(name, containerArgs(name, workload, content, opts), {
        ...opts,
        // Docker's DNS answers with both while the old one goes on; a fixed name or a published port allows only one.
        deleteBeforeReplace: workload.fixedName !== undefined || (workload.publish?.on.length ?? 0) > 0,
        // The provider updates a changed health check in its state, not in the container.
        replaceOnChanges: ["healthcheck"],
        hooks: {
            beforeCreate: [() => prepare(name, workload, content, host)],
            afterCreate: [(args) => onceHealthy(args, workload, host)],
        },
    });
    return { id: container.id, resource: container };
}

/** What a container is made with that is no argument of it: an upload of its files would fail on the read-only root. */
function notInArguments({ files = [], remembered = [] }: Workload): unknown[] {
    return [
        files.map(({ path, owner, content, initial }) => [path, owner, initial === true ? undefined : content]),
        remembered,
    ];
}

/** What has to be there before the container: volumes that belong to its user, and its files. */
async function prepare(
    name: string,
    workload: Workload,
    content: pulumi.Output<string>,
    host: string | undefined,
): Promise<void> {
    await handOver(name, workload, host);
    if (workload.files === undefined) return;
    const [image, version, files] = await valueOf(pulumi.all([workload.image, content, pulumi.all(workload.files)]));
    await createFeeder(await connect(host), name, { version, image, files });
}

/**
 * A new volume belongs to root, unless the image has a folder of another owner in its place; one that an image of another
 * distribution has filled belongs to that one's user.
 */
async function handOver(name: string, { title, mounts = [] }: Workload, host: string | undefined): Promise<void> {
    for (const { source, target, owner } of mounts) {
        if (owner === undefined) continue;
        const [image, volume] = await valueOf(pulumi.all([owner.image, source]));
        await runToExit(await connect(host), {
            name: `${name}-owner`,
            title: `handing ${target} over to the user of ${title}`,
            image,
            entrypoint: ["chown"],
            command: ["-R", owner.user, target],
            user: "0",
            // The second one is for folders that only another user can enter.
            capabilities: ["CHOWN", "DAC_READ_SEARCH"],
            mounts: [{ source: volume, target }],
            seconds: 300,
        });
    }
}

async function onceHealthy(args: pulumi.ResourceHookArgs, workload: Workload, host: string | undefined): Promise<void> {
    const engine = await connect(host);
    await removeFeeder(engine, args.name);
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

function containerArgs(
    name: string,
    workload: Workload,
    content: pulumi.Output<string>,
    opts: pulumi.CustomResourceOptions,
): docker.ContainerArgs {
    const memory = workload.limits.memory === undefined ? undefined : megabytes(workload.limits.memory);
    return {
        name: workload.fixedName,
        hostname: workload.title,
        image: workload.image,
        entrypoints: workload.entrypoint,
        command: workload.command,
        envs: Object.entries(workload.settings ?? {}).map(([key, value]) => pulumi.interpolate`${key}=${value}`),
        user: workload.user,
        // A changed file changes the name, and so replaces the container; the state keeps it encrypted. The option
        // `replacementTrigger` does not serve: the engine takes every secret one for the same.
        volumes: workload.files && [{ fromContainer: content.apply((version) => `${feederName(name, version)}:ro`) }],
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
        readOnly: true,
        tmpfs: inMemory(workload.tmpfs),
        capabilities: { drops: confinement.dropped },
        securityOpts: confinement.securityOpts,
        logDriver: confinement.log.driver,
        logOpts: confinement.log.options,
        labels: stackLabels(name, "docker:index/container:Container", opts.parent),
    };
}

/** A path of the host is bound; a name is a volume. */
function mountType(source: pulumi.Input<string>): string {
    return typeof source === "string" && source.startsWith("/") ? "bind" : "volume";
}
