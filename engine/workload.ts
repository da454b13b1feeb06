import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { Published } from "../ground/fields";

/**
 * A file that a container gets before it starts. Every secret reaches a container in this way.
 *
 * @example
 * const file: WorkloadFile = { path: "/run/secrets/token", content: new pulumi.Config().requireSecret("token") };
 */
export interface WorkloadFile {
    /** Absolute path inside the container. */
    path: string;
    content: pulumi.Input<string>;
    /** The secrets in it, which are redacted in messages. Default: the whole content. */
    secrets?: pulumi.Input<string>[];
    /** Only a new container needs it, so a change of its content does not replace the container. Default: false. */
    initial?: boolean;
    /** Owner: a user of the image, by name or numeric id. Default: root; the container's user can read the file. */
    owner?: string;
    /** A file of the image, by its path, whose content comes before this one's. Default: none. */
    after?: string;
}

/** A user of an image that has `find` and `chown`. */
export interface MountOwner {
    user: string;
    image: pulumi.Input<string>;
    /**
     * What refuses another owner, such as a file server that knows no root, is used as it is, with a warning. Default: the container
     * does not start.
     */
    optional?: boolean;
}

/** A volume or a folder of the host inside a container. */
export interface WorkloadMount {
    /** Name of a volume, or an absolute path on the Docker host. */
    source: pulumi.Input<string>;
    target: string;
    /** Default: false. */
    readOnly?: boolean;
    /** Only one container at a time may use it, e.g. the data of a database. Default: false. */
    exclusive?: boolean;
    /** Who gets the volume before the container starts; one and the same object for mounts that are given together. Default: no change. */
    owner?: MountOwner;
}

/** How a container is attached to a network. */
export interface NetworkAttachment {
    /** The id of the stack's own network, so that a re-created one is noticed; the name of an adopted network. */
    network: pulumi.Input<string>;
    /** Names by which other containers on the network reach it. */
    aliases: string[];
}

/** How to find out whether a container works. */
export interface HealthCheck {
    /** Command and arguments, run inside the container; exit code 0 means healthy. */
    command: string[];
    /** Command and arguments that tell that it has started, which is what is waited for. Default: `command`. */
    ready?: string[];
    /** Seconds during which failures do not count. */
    startSeconds: number;
    /** Most seconds from start to healthy. Default: 900. */
    readySeconds?: number;
    /** Matches log lines that say what the process lacks, e.g. its database. If they go on for 30 seconds, the wait ends. */
    lacking?: RegExp;
    /** Matches in the log of a process that ended why it always will, in its first group. Default: two restarts tell. */
    fatal?: RegExp;
}

/** What workloads, which keep running, and jobs, which end, have in common. */
export interface Process {
    image: pulumi.Input<string>;
    /** Replaces the image's entrypoint. Default: the image's own. */
    entrypoint?: string[];
    command?: string[];
    /** User of the image, by name or numeric id. Default: the image's own. */
    user?: string;
    /** Environment variables; never secret. */
    variables?: Record<string, pulumi.Input<string>>;
    files?: WorkloadFile[];
    mounts?: WorkloadMount[];
    networks: NetworkAttachment[];
    limits?: Limits;
    /** Most processes and threads. Default: 256. */
    pids?: number;
    /** Size of /dev/shm, in mebibytes or gibibytes. Default: Docker's own, 64m. */
    shm?: string;
    /** Capabilities that it keeps, by their names without `CAP_`. Default: none. */
    capabilities?: string[];
    /** Addresses by host name, beside what DNS says; `host-gateway` is the Docker host's own. Default: none. */
    hosts?: Record<string, string>;
    /** Addresses of DNS servers. Default: those of the Docker host. */
    dns?: string[];
}

/**
 * Limits of a container.
 *
 * @example
 * const limits: Limits = { memory: "512m", cpus: 0.5 };
 */
export interface Limits {
    /** Most memory, in mebibytes or gibibytes: `512m` or `2g`. Default: no limit. */
    memory?: pulumi.Input<string>;
    /** Most processors, e.g. 0.5. Default: no limit. */
    cpus?: pulumi.Input<number>;
}

/**
 * A port of the host that is forwarded to a container. Plain: it decides what has to stop before the container starts.
 *
 * @example
 * const port: PublishedPort = { port: 9000, ip: "127.0.0.1" };
 */
export interface PublishedPort {
    port: number;
    /** Address of the host on which it listens, e.g. `127.0.0.1`; `0.0.0.0` is every one. */
    ip: string;
    /** It leads to the port at which the container speaks TLS. Default: false. */
    tls?: boolean;
}

/**
 * Changes a container's arguments, for settings that no other argument covers. It may change `args` in place.
 *
 * @example
 * const transform: ContainerTransform = (args) => {
 *     args.dns = ["192.0.2.53"];
 * };
 */
export type ContainerTransform = (args: docker.ContainerArgs) => docker.ContainerArgs | void;

/** Ports of the host that are forwarded to `port` of a container, or to `tls`. */
export interface Publication {
    port: number;
    tls?: number;
    /** Default: TCP. */
    protocol?: "udp";
    on: PublishedPort[];
    /** How the container could be replaced without being away at these ports, as a sentence for people. Default: not at all. */
    cure?: string;
}

/** A container that keeps running. */
export interface Workload extends Process {
    /** Its name in messages, and its host name. */
    title: string;
    /** Ports of the host that are forwarded to it. Default: none. */
    publish?: Publication | Publication[];
    health: HealthCheck;
    /** How many containers of it run, on an engine that can run several. Default: 1. */
    replicas?: number;
    /** Seconds that it has to stop before it is killed. */
    stopSeconds: number;
    /** Secrets, besides those in its files, whose change replaces the container. Default: none. */
    remembered?: pulumi.Input<string>[];
    /**
     * What its data is of, e.g. the series of a program that migrates its database. Containers of the stack with another one are
     * stopped before it starts, and stay stopped. Default: containers of different declarations may overlap.
     */
    generation?: string;
    /** Folders in memory, besides /tmp, that it writes to: its root file system is read-only. Default: none. */
    tmpfs?: string[];
    transform?: ContainerTransform;
    /** The lines of its log that tell of a problem, where most do not. Default: all. */
    telling?: RegExp;
}

/** A container that runs once, to exit code 0. Without limits, it gets 1g of memory. */
export interface Job extends Process {
    /** The job's name in messages. */
    title: string;
    /** Plain files by path, e.g. blueprints. A change to one runs the job again. */
    documents?: Record<string, string>;
    /** Other values whose change runs the job again, e.g. the revision of the database that it wrote to. */
    triggers?: Record<string, pulumi.Input<string>>;
    /** The job proves that the workloads work, so it runs again if one of them had to be waited for. Default: false. */
    proves?: boolean;
    /**
     * Documents by name. When one is removed from here, the next run of the job finds it in the folder, as 0.yaml, 1.yaml and
     * so on, and can undo what an earlier run created. Default: none.
     */
    memory?: {
        folder: string;
        documents: Record<string, string>;
        /** File with a JSON list of the names that the job had when it last ran, in the folder of another document. Default: none. */
        names?: string;
    };
    /** How to find out whether what the job made is still there as it made it. Default: nobody asks. */
    comparison?: Comparison;
    /** Secrets, besides those in its files, that its log or that of its witnesses could show. Default: none. */
    secrets?: pulumi.Input<string>[];
    /** What is wrong with the last lines that it printed, although it succeeded. Default: nothing. */
    judge?: (output: string) => string | undefined;
    /** Seconds the job may take. */
    seconds: number;
    /** Workloads whose last log lines help to understand a failure. Default: none. */
    witnesses?: Running[];
    /** What a person can do if the job fails and says why. */
    cure: string;
}

/** A container that is made as a job's is, and says what no longer is as the job left it. */
export interface Comparison {
    /** Its name in messages. */
    title: string;
    /** Prints `differs WHAT`, or `same MARK`, with what the job found in its file when it last ran. */
    command: string[];
    /** Path of the file in which the job finds the mark that it has to leave. */
    mark: string;
    /** What has to be healthy for it, beside everything that was made before the job. */
    needs: Running;
}

/**
 * A running workload: what other resources need to know about it.
 *
 * @example
 * const { healthy, revision }: Running = server.running;
 */
export interface Running {
    /** Its name in messages. */
    title: string;
    /** Changes when the workload is replaced; known once it is healthy. */
    revision: pulumi.Output<string>;
    /**
     * A name that leads to it on its networks: on one host to this container alone, while its aliases lead to a former one too; on a
     * Swarm to every healthy container of both, since the former ones stop before anyone hears of a new name.
     */
    address: pulumi.Output<string>;
    /** Done when the workload is healthy: whatever needs the workload depends on this. */
    healthy: pulumi.Resource;
    /** The lines of its log that tell of a problem. Default: all. */
    telling?: RegExp;
}

/**
 * Runs workloads: the interface between the components and Docker.
 *
 * @example
 * const runtime: Runtime = await DockerHost.observed({ prefix: "staging-" });
 */
export interface Runtime {
    /**
     * Runs a workload. Whatever depends on it waits until it is healthy.
     *
     * @throws (during the update) Error that names the workload and shows its last log lines. The previous one keeps running.
     */
    run(name: string, workload: Workload, opts: pulumi.CustomResourceOptions): Running;
    /**
     * Runs a job if its image, a document, a secret file or a trigger changed since it last succeeded. Each line that it
     * prints after `warning: ` is shown as a warning.
     *
     * @throws (during the update) Error with the job's last log lines, secrets redacted, and the cure.
     */
    job(name: string, job: Job, opts: pulumi.CustomResourceOptions): pulumi.Resource;
    /**
     * Stops the workloads of a component that the stack had before and no longer has, in the time that they have for it; they are
     * deleted after that.
     *
     * @param name the component's; those of its workloads begin with it and a hyphen.
     * @throws (during the update) Error that names the workload that did not stop.
     */
    releaseWorkloads(name: string, opts: pulumi.CustomResourceOptions): void;
    /** The content of a text file in a workload that is healthy. Unknown in a preview that cannot reach it. */
    read(workload: Running, path: string): pulumi.Output<string>;
    /** Creates a network; returns its identifier for attaching containers. */
    network(name: string, args: NetworkArgs, opts: pulumi.CustomResourceOptions): pulumi.Output<string>;
    /** Names of the resources whose networks the stack created before, as far as that is known. */
    formerNetworks(): string[];
    /** Releases a network that the stack may have created before. It is kept if other containers use it; they are named. */
    releaseNetwork(name: string, opts: pulumi.CustomResourceOptions): void;
    /** Creates a named volume and returns its name. An existing volume with that name is used as it is. */
    volume(name: string, args: VolumeArgs, opts: pulumi.CustomResourceOptions): pulumi.Output<string>;
    /** Releases a volume that the stack may have created before. It is kept, and a message names it. */
    releaseVolume(name: string, args: VolumeArgs, opts: pulumi.CustomResourceOptions): void;
}

/** Arguments of a network. */
export interface NetworkArgs {
    name: string;
    /** Whether it has no connection to the outside. */
    internal: boolean;
}

/** Arguments of a named volume. */
export interface VolumeArgs {
    name: string;
    /** Whether it is kept when the stack is destroyed. */
    keep: boolean;
    /**
     * What several containers on several machines may use at the same time: `data`, or something `passing` that each of them can
     * have for itself, and whose loss is no loss of data. Default: containers on one machine alone.
     */
    shared?: "data" | "passing";
}

/** The secrets in a process's files, for redacting them. */
export function secretsOf(files: WorkloadFile[] | undefined): pulumi.Input<string>[] {
    return (files ?? []).flatMap(({ content, secrets }) => secrets ?? [content]);
}

/** Ports of the host that a workload publishes. */
export function portsOf(publish: Publication | Publication[] = []): Published[] {
    return [publish].flat().flatMap(({ on, protocol = "tcp" }) => on.map((one) => ({ ...one, protocol })));
}
