import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type Docker from "dockerode";
import { handOverProgram } from "../ground/hand-over";
import { foldersOf } from "./files";
import { checkSeconds } from "./health";
import type { MountOwner, Process, Workload, WorkloadMount } from "./workload";

/** The arguments of a container, with every value known. */
export type KnownArgs = pulumi.Unwrap<docker.ContainerArgs>;

/**
 * The provider's arguments for the container of a workload. Its files are copied in before it starts: see start.ts.
 *
 * @param labelsOf returns the labels of a container with the given arguments.
 * @param often how often its health is asked for, and how many failures in a row make it unhealthy.
 */
export function workloadArgs(
    workload: Workload,
    labelsOf: (args: docker.ContainerArgs) => Record<string, pulumi.Input<string>>,
    often = { interval: "10s", retries: 3 },
): docker.ContainerArgs {
    const { title, health, publish = [] } = workload;
    const args: docker.ContainerArgs = {
        ...processArgs(workload, {}),
        hostname: title,
        // The step that waits for the container also starts it, since only that step knows what has to stop first.
        start: false,
        mustRun: false,
        ports:
            workload.publish &&
            [publish].flat().flatMap(({ on, protocol, ...inside }) =>
                on.map(({ port, ip, tls = false }) => ({
                    internal: tls ? (inside.tls ?? inside.port) : inside.port,
                    protocol,
                    external: port,
                    ip,
                })),
            ),
        healthcheck: {
            tests: ["CMD", ...health.command],
            ...often,
            timeout: `${checkSeconds}s`,
            startPeriod: goDuration(health.startSeconds),
        },
        // The first is for everyone who stops it, e.g. Docker when the host shuts down; the second is for the provider.
        stopTimeout: workload.stopSeconds,
        destroyGraceSeconds: workload.stopSeconds,
        restart: "unless-stopped",
        tmpfs: inMemory(workload.tmpfs),
    };
    const made = workload.transform?.(args) ?? args;
    // After the transform, which must not change the labels by which the container is found again.
    const own = labelList(labelsOf(made));
    const others = made.labels ?? [];
    // A plain list stays plain, so that a preview can show the labels whose values are known.
    const all = Array.isArray(others)
        ? [...others, ...own]
        : pulumi.output(others).apply((known = []) => [...known, ...own]);
    return { ...made, labels: all };
}

/** The arguments that all containers share, whether the provider or the engine's API creates them. */
export function processArgs(process: Process, labels: Record<string, pulumi.Input<string>>): docker.ContainerArgs {
    const {
        image,
        entrypoint,
        command,
        user,
        variables = {},
        files = [],
        mounts = [],
        networks,
        limits = {},
        shm,
        capabilities,
        hosts,
        dns,
    } = process;
    const memory = limits.memory === undefined ? undefined : convert(limits.memory, megabytes);
    return {
        image,
        entrypoints: entrypoint,
        command,
        envs: Object.entries(variables).map(([key, value]) => convert(value, (text) => `${key}=${text}`)),
        user,
        mounts: mounts.map(({ source, target, readOnly }) => ({ source, target, readOnly, type: mountType(source) })),
        // Volumes for the files. They have no name, so that they are deleted together with the container.
        volumes: foldersOf(files).map((containerPath) => ({ containerPath })),
        networksAdvanced: networks.map(({ network, aliases }) => ({ name: network, aliases })),
        memory,
        memorySwap: memory,
        cpus: limits.cpus === undefined ? undefined : convert(limits.cpus, decimal),
        shmSize: shm === undefined ? undefined : megabytes(shm),
        hosts: hosts && Object.entries(hosts).map(([host, ip]) => ({ host, ip })),
        dns,
        readOnly: true,
        tmpfs: inMemory(),
        // The only form that a refresh does not change.
        capabilities: { drops: ["ALL"], adds: capabilities?.map((name) => `CAP_${name}`) },
        securityOpts: ["no-new-privileges:true"],
        logDriver: "json-file",
        logOpts: { "max-size": "10m", "max-file": "3" },
        labels: labelList(labels),
    };
}

/**
 * The arguments of a job that gives an owner its volumes among those of a container. A new volume belongs to root, unless the image has
 * a folder with another owner at that path. A volume filled by an image of another distribution belongs to that image's user.
 */
export function handOverArgs(
    owner: MountOwner,
    mounts: WorkloadMount[],
    labels: Record<string, pulumi.Input<string>>,
): pulumi.Output<KnownArgs> {
    const its = mounts.filter((mount) => mount.owner === owner);
    const [entrypoint = "", ...command] = handOverProgram(
        owner.user,
        its.map(({ target }) => target),
    );
    const process: Process = {
        image: owner.image,
        entrypoint: [entrypoint],
        command,
        user: "0",
        mounts: its.map(({ source, target }) => ({ source, target })),
        networks: [],
        limits: { memory: "256m" },
    };
    // DAC_READ_SEARCH is for folders that only another user can enter.
    const capabilities = { drops: ["ALL"], adds: ["CHOWN", "DAC_READ_SEARCH"] };
    return pulumi.output({ ...processArgs(process, labels), capabilities });
}

/**
 * The arguments of a job that has all that a container has: its volumes with their files, networks, variables and limits.
 *
 * @param process what it runs, and which of the container's mounts it may also write to.
 */
export function twinArgs(
    { Config, HostConfig, Mounts, NetworkSettings }: Docker.ContainerInspectInfo,
    { writable, ...process }: { entrypoint: string[]; command: string[]; writable: string[] },
    labels: Record<string, string>,
): KnownArgs {
    const hosts = (HostConfig.ExtraHosts as string[] | null) ?? [];
    return processArgs(
        {
            ...process,
            image: Config.Image,
            user: Config.User,
            variables: Object.fromEntries(Config.Env.map((line) => halves(line, "="))),
            mounts: Mounts.map(({ Name, Source, Destination, RW }) => ({
                source: Name ?? Source,
                target: Destination,
                readOnly: !RW && !writable.includes(Destination),
            })),
            networks: Object.values(NetworkSettings.Networks).map(({ NetworkID }) => ({
                network: NetworkID,
                aliases: [],
            })),
            // The engine has 0 where there is no limit.
            limits: {
                ...(HostConfig.Memory ? { memory: `${HostConfig.Memory / 1024 ** 2}m` } : {}),
                ...(HostConfig.NanoCpus ? { cpus: HostConfig.NanoCpus / 1e9 } : {}),
            },
            hosts: Object.fromEntries(hosts.map((line) => halves(line, ":"))),
            dns: (HostConfig.Dns as string[] | null) ?? [],
        },
        labels,
    ) as KnownArgs;
}

/** A text before and after the first separator. */
function halves(text: string, separator: string): [string, string] {
    const at = text.indexOf(separator);
    return [text.slice(0, at), text.slice(at + 1)];
}

/** The same container for the engine's API: for jobs, which run once and so cannot be a resource of the provider. */
export function createOptions(name: string, args: KnownArgs, pids: number): Docker.ContainerCreateOptions {
    const [first] = args.networksAdvanced ?? [];
    const bytes = (size: number | undefined) => size && size * 1024 ** 2;
    return {
        name,
        Image: args.image,
        Entrypoint: args.entrypoints,
        Cmd: args.command,
        User: args.user,
        Env: args.envs,
        Labels: Object.fromEntries((args.labels ?? []).map(({ label, value }) => [label, value])),
        Healthcheck: { Test: ["NONE"] },
        NetworkingConfig: first && { EndpointsConfig: { [first.name]: { Aliases: first.aliases } } },
        Volumes: Object.fromEntries((args.volumes ?? []).map(({ containerPath = "" }) => [containerPath, {}])),
        HostConfig: {
            NetworkMode: first?.name ?? "none",
            Mounts: args.mounts?.map(({ type, source = "", target, readOnly = false }) => ({
                Type: type as Docker.MountType,
                Source: source,
                Target: target,
                ReadOnly: readOnly,
            })),
            ReadonlyRootfs: args.readOnly,
            Tmpfs: args.tmpfs,
            ShmSize: bytes(args.shmSize),
            ExtraHosts: args.hosts?.map(({ host, ip }) => `${host}:${ip}`),
            Dns: args.dns,
            CapDrop: args.capabilities?.drops,
            CapAdd: args.capabilities?.adds,
            SecurityOpt: args.securityOpts,
            PidsLimit: pids,
            Memory: bytes(args.memory),
            MemorySwap: bytes(args.memorySwap),
            NanoCpus: args.cpus === undefined ? undefined : Number(args.cpus) * 1e9,
            LogConfig: { Type: args.logDriver ?? "json-file", Config: args.logOpts },
        },
    };
}

function labelList(labels: Record<string, pulumi.Input<string>>) {
    return Object.entries(labels).map(([label, value]) => ({ label, value }));
}

/** Converts a value, at once where it is known, as most are: each output takes its time in a preview. */
function convert<T extends string | number, To>(
    input: pulumi.Input<T>,
    conversion: (value: T) => To,
): pulumi.Input<To> {
    const isKnown = typeof input === "string" || typeof input === "number";
    return isKnown ? conversion(input) : pulumi.output(input).apply((value) => conversion(value as T));
}

/** A path on the host is a bind mount; a name is a volume. */
function mountType(source: pulumi.Input<string>): string {
    return typeof source === "string" && source.startsWith("/") ? "bind" : "volume";
}

/** Folders in memory, /tmp and others, which every user can write to. */
function inMemory(folders: string[] = []): Record<string, string> {
    return Object.fromEntries(["/tmp", ...folders].map((folder) => [folder, "mode=1777"]));
}

/** `512m` or `2g` in megabytes, the provider's unit. */
function megabytes(size: string): number {
    return Number(size.slice(0, -1)) * (size.endsWith("g") ? 1024 : 1);
}

/** A number as Go prints it, with at least one decimal: the only form that a refresh does not change. */
function decimal(value: number): string {
    return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** Seconds as Go prints a duration: the only form that a refresh does not change. */
export function goDuration(seconds: number): string {
    return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
