import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";

/**
 * A file that a container gets before it starts; how every secret reaches it.
 *
 * @example
 * const file: WorkloadFile = { path: "/run/secrets/token", content: new pulumi.Config().requireSecret("token") };
 */
export interface WorkloadFile {
    /** Absolute path inside the container. */
    path: string;
    content: pulumi.Input<string>;
    /** The secrets in it, which no message shows. Default: the content as a whole. */
    secrets?: pulumi.Input<string>[];
    /** Only a new container needs its content: a changed one replaces nothing. Default: false. */
    initial?: boolean;
    /** User of the image, by name or as a numeric id, whose file it is. Default: root's, for the container's user to read. */
    owner?: string;
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
    /** User of an image with `chown`, who gets the volume before the container starts. Default: left as it is. */
    owner?: { user: string; image: pulumi.Input<string> };
}

/** A network as containers are attached to it. */
export interface NetworkAttachment {
    /** The network's id where this stack made it (so that a re-created network is noticed), its name where it was adopted. */
    network: pulumi.Input<string>;
    /** Names under which others on the network reach the container. */
    aliases: string[];
}

/** How a container shows that it does its work. */
export interface HealthCheck {
    /** Command and arguments inside the container; exit code 0 is healthy. */
    command: string[];
    /** Seconds during which failures do not count. */
    startSeconds: number;
    /** Seconds from start to healthy at most. Default: 900. */
    readySeconds?: number;
    /** Matches log lines that say what the process lacks, e.g. its database; when it prints one for 30 seconds, the wait ends. */
    lacking?: RegExp;
}

/** What workloads, which run on, and jobs, which end, have in common. */
export interface Process {
    image: pulumi.Input<string>;
    /** Replaces the image's entrypoint. Default: the image's own. */
    entrypoint?: string[];
    command?: string[];
    /** User of the image, by name or as a numeric id. Default: the image's own. */
    user?: string;
    /** Environment variables: never a secret. */
    variables?: Record<string, pulumi.Input<string>>;
    files?: WorkloadFile[];
    mounts?: WorkloadMount[];
    networks: NetworkAttachment[];
    limits?: Limits;
    /** Most processes and threads. Default: 256. */
    pids?: number;
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
 * A port of the host that leads to a container. Plain: it decides what has to stop before the container starts.
 *
 * @example
 * const port: PublishedPort = { port: 9000, ip: "127.0.0.1" };
 */
export interface PublishedPort {
    port: number;
    /** Address of the host that it listens on, e.g. `127.0.0.1`; `0.0.0.0` is every one. */
    ip: string;
}

/**
 * Changes what a container is made with, for what has no argument of its own; it may change `args` in place.
 *
 * @example
 * const transform: ContainerTransform = (args) => {
 *     args.dns = ["192.0.2.53"];
 * };
 */
export type ContainerTransform = (args: docker.ContainerArgs) => docker.ContainerArgs | void;

/** A container that runs on. */
export interface Workload extends Process {
    /** What messages call it, and its host name. */
    title: string;
    /** Ports of the host that lead to `port`. Default: none. */
    publish?: { port: number; protocol?: "udp"; on: PublishedPort[] };
    health: HealthCheck;
    /** Seconds to stop in before it is killed. */
    stopSeconds: number;
    /** Secrets beside those in its files whose change replaces the container. Default: none. */
    remembered?: pulumi.Input<string>[];
    /** Folders in memory beside /tmp, for what it writes: its root file system is read-only. Default: none. */
    tmpfs?: string[];
    transform?: ContainerTransform;
}

/** A container that runs once, to exit code 0. */
export interface Job extends Process {
    /** What messages call the job. */
    title: string;
    /** Plain files by path, e.g. blueprints; a change of one runs the job again. */
    documents?: Record<string, string>;
    /** What else makes the job run again when it changes, e.g. the revision of the database it wrote to. */
    triggers?: Record<string, pulumi.Input<string>>;
    /** The job asks whether the workloads work, and so runs again when one of them had to be waited for. Default: false. */
    proves?: boolean;
    /**
     * Documents by a name of their own. One that is no longer here is put into the folder, as 0.yaml, 1.yaml and so on,
     * when the job runs next: how what a former run made is taken back. Default: none.
     */
    memory?: { folder: string; documents: Record<string, string> };
    /** Secrets beside those in its files that its messages, or those of its witnesses, could show. Default: none. */
    secrets?: pulumi.Input<string>[];
    /** Seconds the job may take. */
    seconds: number;
    /** Workloads whose last log lines help when the job fails. Default: none. */
    witnesses?: Running[];
    /** What a person can do when the job fails. */
    cure: string;
}

/**
 * A workload that runs: what others need of it.
 *
 * @example
 * const { healthy, revision }: Running = server.running;
 */
export interface Running {
    /** What messages call it. */
    title: string;
    /** Changes when what runs is another; known once it is healthy. */
    revision: pulumi.Output<string>;
    /** Done when it is healthy: what needs the workload depends on this. */
    healthy: pulumi.Resource;
}

/**
 * What runs workloads: the seam between the components and Docker.
 *
 * @example
 * const runtime: Runtime = await DockerHost.observed({ prefix: "staging-" });
 */
export interface Runtime {
    /**
     * Runs a workload, and holds back what depends on it until it is healthy.
     *
     * @throws (when the update runs) Error that names the workload and shows its last log lines; what ran before serves on.
     */
    run(name: string, workload: Workload, opts: pulumi.CustomResourceOptions): Running;
    /**
     * Runs a job when its image, a document, a secret file or a trigger changed since it last succeeded.
     *
     * @throws (when the update runs) Error with the job's own last lines, secrets blotted out, and the cure.
     */
    job(name: string, job: Job, opts: pulumi.CustomResourceOptions): pulumi.Resource;
    /** A network of the stack's own; returns what containers are attached by. */
    network(name: string, args: NetworkArgs, opts: pulumi.CustomResourceOptions): pulumi.Output<string>;
    /** Gives up a network that the stack may have made before; one that others use stays, and they are named. */
    releaseNetwork(name: string, opts: pulumi.CustomResourceOptions): void;
    /** A named volume; returns its name. One of that name that exists already is taken up as it is. */
    volume(name: string, args: VolumeArgs, opts: pulumi.CustomResourceOptions): pulumi.Output<string>;
    /** Gives up a volume that the stack may have made before; the volume stays, and is named. */
    releaseVolume(name: string, args: VolumeArgs, opts: pulumi.CustomResourceOptions): void;
}

/** A network of a stack's own. */
export interface NetworkArgs {
    name: string;
    /** Nothing on it reaches the outside. */
    internal: boolean;
}

/** A named volume. */
export interface VolumeArgs {
    name: string;
    /** It stays when the stack is destroyed. */
    keep: boolean;
}

/** The secrets that a process is given, for blotting them out. */
export function secretsOf(files: WorkloadFile[] | undefined): pulumi.Input<string>[] {
    return (files ?? []).flatMap(({ content, secrets }) => secrets ?? [content]);
}
