import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type Docker from "dockerode";
import { goDuration, type KnownArgs } from "./container";
import { digest } from "./step";

/** A file of a service: a secret or a config of Swarm, and where it is in its containers. */
export interface ServiceFile {
    kind: "secret" | "config";
    id: pulumi.Input<string>;
    name: pulumi.Input<string>;
    path: string;
    uid: pulumi.Input<string>;
    gid: pulumi.Input<string>;
    mode: number;
}

/** What a service has beside what a container has. */
export interface ServiceParts {
    files: ServiceFile[];
    /** Constraints of the nodes that may run it. */
    constraints: string[];
    /** The driver of a mounted volume, where it is not a folder of the node. */
    driverOf: (source: pulumi.Input<string>) => VolumeDriver | undefined;
    /** Where mounted volumes are that a job gives to their user before it starts. */
    handedOver: string[];
}

/**
 * A driver that leads to the same volume from every node; `{volume}` in an option is the volume's name.
 *
 * @example
 * const storage: VolumeDriver = { name: "local", options: { type: "nfs", o: "addr=192.0.2.5", device: ":/srv/authentik/{volume}" } };
 */
export interface VolumeDriver {
    name: string;
    options: Record<string, string>;
}

/** The arguments that become something else here, or that the start of a service takes care of; a transform cannot change them. */
const taken = ["start", "mustRun", "destroyGraceSeconds", "volumes", "securityOpts"] as const;
const replaced = [...taken, "restart", "memorySwap"];
const mapped = [
    ...["image", "entrypoints", "command", "envs", "user", "mounts", "networksAdvanced", "memory", "cpus", "shmSize"],
    ...[
        "hosts",
        "dns",
        "dnsSearches",
        "dnsOpts",
        "readOnly",
        "tmpfs",
        "capabilities",
        "logDriver",
        "logOpts",
        "labels",
    ],
    ...["hostname", "ports", "healthcheck", "stopTimeout", "stopSignal", "init", "workingDir", "groupAdds"],
];
const known = [...replaced, ...mapped];

/**
 * Why Swarm cannot run such a container; empty when it can.
 *
 * @param args of the container, after its transform.
 * @param before the same before its transform.
 */
export function swarmProblems(args: docker.ContainerArgs, before: docker.ContainerArgs): string[] {
    const { memory, memorySwap, restart = "always" } = args;
    const isOther = (key: (typeof taken)[number]) =>
        args[key] !== undefined && JSON.stringify(args[key]) !== JSON.stringify(before[key]);
    const unknown = [
        ...Object.keys(args).filter((key) => args[key as keyof typeof args] !== undefined && !known.includes(key)),
        ...taken.filter(isOther),
        ...(typeof memorySwap === "number" && ![before.memorySwap, memory].includes(memorySwap) ? ["memorySwap"] : []),
        ...(restart === "always" || restart === before.restart ? [] : ["restart"]),
    ];
    const later = (["mounts", "ports", "hosts", "tmpfs"] as const).filter((key) => isLater(args[key]));
    const list = (input: unknown) => (Array.isArray(input) ? (input as Record<string, unknown>[]) : []);
    const named = (value: unknown) => (typeof value === "string" ? value : "what is known later");
    const folders = list(args.mounts).filter(({ type }) => type === "bind");
    const addresses = list(args.ports).filter(({ ip }) => ip !== undefined && ip !== "0.0.0.0");
    const gateways = list(args.hosts).filter(({ ip }) => ip === "host-gateway");
    return [
        ...unknown.map((key) => `${key}, which a service does not have`),
        ...later.map(
            (key) => `${key} that are known later; give them as a plain value, in which only texts may be outputs`,
        ),
        ...folders.map(({ source }) => `${named(source)}, a folder of a host that the others may lack; use a volume`),
        ...addresses.map(({ ip }) => `a port at ${named(ip)}; Swarm publishes at every address of a node: 0.0.0.0`),
        ...gateways.map(({ host }) => `${named(host)} at the Docker host, of which there are several; use an address`),
    ];
}

/**
 * The provider's arguments for the service that runs such containers. It is made without a task: its start makes them, and also
 * sets what the provider has no argument for.
 *
 * Whatever the provider compares with a refresh has the form that it reads back.
 */
export function serviceArgs(args: docker.ContainerArgs, parts: ServiceParts): docker.ServiceArgs {
    const { files, constraints } = parts;
    const each = <T, To>(input: unknown, to: (value: T) => To) =>
        input === undefined ? undefined : map(input, (list: T[]) => list.map(to));
    const labels = each(
        args.labels,
        ({ label, value }: { label: pulumi.Input<string>; value: pulumi.Input<string> }) => ({
            label,
            value,
        }),
    );
    const ports = each(args.ports, ({ internal, external, protocol = "tcp" }: docker.types.input.ContainerPort) => ({
        targetPort: internal,
        publishedPort: external,
        protocol,
        publishMode: "host",
    }));
    return {
        labels,
        mode: { replicated: { replicas: 0 } },
        // Every task has an address of its own, which needs no balancer in the kernel, and goes as soon as the task does.
        endpointSpec: { mode: "dnsrr", ports },
        taskSpec: {
            containerSpec: {
                image: args.image,
                commands: args.entrypoints,
                args: args.command,
                env: args.envs === undefined ? undefined : map(args.envs, asMap),
                user: args.user,
                dir: args.workingDir,
                groups: args.groupAdds,
                // A name of its own for each of several.
                hostname:
                    args.hostname === undefined
                        ? undefined
                        : map(args.hostname, (host: string) => `${host}-{{.Task.Slot}}`),
                readOnly: args.readOnly,
                init: args.init,
                stopSignal: args.stopSignal,
                stopGracePeriod: args.stopTimeout === undefined ? undefined : map(args.stopTimeout, duration),
                capDrops: args.capabilities && map(args.capabilities, ({ drops }: Capabilities) => drops),
                capAdds: args.capabilities && map(args.capabilities, ({ adds }: Capabilities) => adds),
                hosts: args.hosts as docker.types.input.ServiceTaskSpecContainerSpecHost[] | undefined,
                dnsConfig:
                    (args.dns ?? args.dnsSearches ?? args.dnsOpts) === undefined
                        ? undefined
                        : {
                              nameservers: (args.dns ?? []) as string[],
                              searches: args.dnsSearches as string[] | undefined,
                              options: args.dnsOpts as string[] | undefined,
                          },
                healthcheck:
                    args.healthcheck &&
                    map(args.healthcheck, ({ tests, interval, timeout, startPeriod, retries }: HealthArgs) => ({
                        tests,
                        retries,
                        interval: short(interval),
                        timeout: short(timeout),
                        startPeriod: short(startPeriod),
                    })),
                mounts: mountsOf(args, parts),
                secrets: files
                    .filter(({ kind }) => kind === "secret")
                    .map(({ id, name: secretName, ...file }) => ({ secretId: id, secretName, ...ownership(file) })),
                configs: files
                    .filter(({ kind }) => kind === "config")
                    .map(({ id, name: configName, ...file }) => ({ configId: id, configName, ...ownership(file) })),
                labels,
            },
            networksAdvanceds: each(args.networksAdvanced, ({ name: id, aliases }: NetworkArgs) => ({ id, aliases })),
            resources: resourcesOf(args),
            restartPolicy: { condition: "any", delay: `${restartSeconds}s`, window: "0s" },
            placement: { constraints },
            logDriver: {
                name: pulumi.output(args.logDriver ?? "json-file").apply(String),
                options: args.logOpts as never,
            },
        },
    };
}

type HealthArgs = pulumi.Unwrap<docker.types.input.ContainerHealthcheck>;
type Capabilities = pulumi.Unwrap<docker.types.input.ContainerCapabilities>;
type NetworkArgs = docker.types.input.ContainerNetworksAdvanced;

/** Seconds after which Swarm starts a container that ended. */
export const restartSeconds = 2;

/** A service's or secret's name with the eight characters that Pulumi adds: Swarm takes 63 and 64. */
export function swarmName(name: string): string {
    return name.length <= 55 ? name : `${name.slice(0, 46).replace(/[-_.]+$/, "")}-${digest(name).slice(0, 8)}`;
}

/** The content of a secret as Swarm takes it, which has no empty one. */
export function secretData(content: string): string {
    return Buffer.from(content === "" ? "\n" : content).toString("base64");
}

/** The service of a job for the engine's API, which the provider does not know: one task, which is not started again. */
export function jobSpec(
    name: string,
    args: KnownArgs,
    job: {
        pids: number;
        constraints: string[];
        secrets: Docker.SecretReference[];
        driverOf: ServiceParts["driverOf"];
    },
): Docker.CreateServiceOptions {
    const labels = Object.fromEntries((args.labels ?? []).map(({ label, value }) => [label, value]));
    const inMemory = [...memoryMounts(args.tmpfs, args.shmSize)];
    return {
        Name: name,
        Labels: labels,
        Mode: { ReplicatedJob: { MaxConcurrent: 1, TotalCompletions: 1 } },
        EndpointSpec: { Mode: "dnsrr" },
        TaskTemplate: {
            ContainerSpec: {
                Image: args.image,
                Command: args.entrypoints,
                Args: args.command,
                Env: args.envs?.map(literal),
                User: args.user,
                ReadOnly: args.readOnly,
                Labels: labels,
                CapabilityDrop: args.capabilities?.drops,
                CapabilityAdd: args.capabilities?.adds,
                Privileges: { NoNewPrivileges: true } as never,
                Hosts: args.hosts?.map(({ host, ip }) => `${ip} ${host}`),
                DNSConfig: args.dns && { Nameservers: args.dns },
                HealthCheck: { Test: ["NONE"] },
                Mounts: [
                    ...(args.mounts ?? []).map(({ source = "", target, readOnly = false }) => {
                        const driver = job.driverOf(source);
                        return {
                            ...{ Type: "volume" as const, Source: source, Target: target, ReadOnly: readOnly },
                            ...(driver && {
                                VolumeOptions: {
                                    DriverConfig: { Name: driver.name, Options: driver.options },
                                } as never,
                            }),
                        };
                    }),
                    ...inMemory.map(({ target, tmpfsOptions }) => ({
                        ...{ Type: "tmpfs" as const, Source: "", Target: target },
                        TmpfsOptions: { SizeBytes: tmpfsOptions.sizeBytes, Mode: tmpfsOptions.mode } as never,
                    })),
                ],
                Secrets: job.secrets,
            },
            Networks: args.networksAdvanced?.map(({ name: Target, aliases }) => ({ Target, Aliases: aliases })),
            Resources: {
                Limits: {
                    MemoryBytes: args.memory && bytes(args.memory),
                    NanoCPUs: args.cpus === undefined ? undefined : Number(args.cpus) * 1e9,
                    Pids: job.pids,
                },
            },
            RestartPolicy: { Condition: "none" },
            Placement: { Constraints: job.constraints },
            LogDriver: { Name: args.logDriver ?? "json-file", Options: args.logOpts },
        },
    };
}

/** Limits; an object without one makes the provider crash. */
function resourcesOf({ memory, cpus }: docker.ContainerArgs) {
    if (memory === undefined && cpus === undefined) return undefined;
    const memoryBytes = memory === undefined ? undefined : map<number, number>(memory, bytes);
    const nanoCpus = cpus === undefined ? undefined : map(cpus, (count: string) => Number(count) * 1e9);
    return { limits: { memoryBytes, nanoCpus } };
}

function mountsOf({ mounts, tmpfs, shmSize }: docker.ContainerArgs, { driverOf, handedOver }: ServiceParts) {
    const volumes = mountList(mounts).map(
        ({ source = "", target, readOnly, type, tmpfsOptions, volumeOptions: own }) => {
            const driver = driverOf(source as pulumi.Input<string>);
            const volumeOptions = {
                ...(own as pulumi.Unwrap<typeof own>),
                ...(driver && { driverName: driver.name, driverOptions: driver.options }),
                // Else the folder of the image would give an empty volume its own owner again, each time that a container is made.
                ...(handedOver.includes(target as string) ? { noCopy: true } : {}),
            };
            const isPlainVolume = Object.keys(volumeOptions).length === 0;
            return {
                ...{ source, target, readOnly, type },
                ...(tmpfsOptions === undefined ? {} : { tmpfsOptions }),
                ...(isPlainVolume ? {} : { volumeOptions }),
            };
        },
    );
    const known = tmpfs as Record<string, string> | undefined;
    return [...volumes, ...memoryMounts(known, shmSize as number | undefined)];
}

/** Mounts, which are plain where a Swarm takes them. */
export function mountList(mounts: docker.ContainerArgs["mounts"]): docker.types.input.ContainerMount[] {
    return (mounts ?? []) as docker.types.input.ContainerMount[];
}

/** Folders in memory: Swarm has neither `tmpfs` nor a size of /dev/shm. Every user of a container can write to them. */
function memoryMounts(tmpfs: Record<string, string> | undefined, shmSize: number | undefined) {
    const of = (target: string, sizeBytes?: number) => ({
        ...{ type: "tmpfs", target },
        tmpfsOptions: { mode: 0o777, ...(sizeBytes === undefined ? {} : { sizeBytes }) },
    });
    const shm = shmSize === undefined ? [] : [of("/dev/shm", bytes(shmSize))];
    return [...Object.keys(tmpfs ?? {}).map((target) => of(target)), ...shm];
}

function ownership({ path, uid, gid, mode }: Pick<ServiceFile, "path" | "uid" | "gid" | "mode">) {
    return { fileName: path, fileUid: uid, fileGid: gid, fileMode: mode };
}

function asMap(lines: pulumi.Unwrap<docker.ContainerArgs["envs"]> = []): Record<string, string> {
    return Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf("=")), literal(line.slice(line.indexOf("=") + 1))]),
    );
}

/** A value as it is: Swarm takes braces for a template. */
function literal(value: string): string {
    return value.replaceAll("{{", '{{"{{"}}');
}

function bytes(megabytes: number | undefined): number {
    return (megabytes ?? 0) * 1024 ** 2;
}

/** Seconds in the provider's form for services, e.g. `1m30s`, in which nothing that is 0 stands. */
function duration(seconds: number | undefined = 0): string {
    return short(goDuration(seconds)) ?? "";
}

function short(text: string | undefined): string | undefined {
    return text?.replace(/(?<=m)0s$/, "");
}

/** Converts a value, at once where it is known, so that a preview shows what is known of it. */
function map<T, To>(input: unknown, conversion: (value: T) => To): To {
    const converted = isPlain(input)
        ? conversion(input as T)
        : (pulumi.output(input) as pulumi.Output<unknown>).apply((value) => conversion(value as T));
    return converted as To;
}

/** A list or an object of which not even the items are there yet. */
function isLater(value: unknown): boolean {
    const isPending = (one: unknown) => pulumi.Output.isInstance(one) || one instanceof Promise;
    return isPending(value) || (Array.isArray(value) && value.some(isPending));
}

function isPlain(value: unknown): boolean {
    if (isLater(value)) return false;
    return typeof value !== "object" || value === null || Object.values(value).every(isPlain);
}
