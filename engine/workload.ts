import type * as pulumi from "@pulumi/pulumi";

/** A file that a container gets before it starts; how every secret reaches it. */
export interface WorkloadFile {
    /** Absolute path inside the container. */
    path: string;
    content: pulumi.Input<string>;
    /** The secrets in it, which no message shows. Default: the content as a whole. */
    secrets?: pulumi.Input<string>[];
    /** Only a new container needs its content: another one replaces nothing. Default: false. */
    initial?: boolean;
    /** User of the image, by name or as a numeric id, who alone can read it. Default: 1000, that of authentik's images. */
    owner?: string;
}

/** A volume or a folder of the host inside a container. */
export interface WorkloadMount {
    /** Name of a volume, or an absolute path on the Docker host. */
    source: pulumi.Input<string>;
    target: string;
    /** Default: false. */
    readOnly?: boolean;
    /** User of an image with chown, whom the volume is handed to before the container is created. Default: as it is. */
    owner?: { user: string; image: pulumi.Input<string> };
}

/** A network as containers are attached to it. */
export interface NetworkAttachment {
    /** The network's id where this stack made it (a recreated network is then noticed), its name where it was adopted. */
    network: pulumi.Input<string>;
    /** Names under which others on the network reach the container. */
    aliases: string[];
}

/** How Docker finds out that a container does its work. */
export interface HealthCheck {
    /** Command and arguments; exit code 0 is healthy. */
    command: string[];
    /** Seconds during which failures do not count. */
    startSeconds: number;
}

/** What is the same for a container that runs on and for a job that runs once. */
export interface Process {
    image: pulumi.Input<string>;
    /** Replaces the image's entrypoint. Default: the image's own. */
    entrypoint?: string[];
    command?: string[];
    /** User of the image, by name or as a numeric id. Default: the image's own. */
    user?: string;
    /** Environment variables: never a secret. */
    settings?: Record<string, pulumi.Input<string>>;
    files?: WorkloadFile[];
    mounts?: WorkloadMount[];
    networks: NetworkAttachment[];
}

/** Limits of a container. */
export interface Limits {
    /** Most memory, in Docker's notation, e.g. `512m`. Default: no limit. */
    memory?: string;
    /** Most processors. Default: no limit. */
    cpus?: number;
}

/** A port of the host that leads to a container. */
export interface PublishedPort {
    port: number;
    /** Address of the host that it listens on. */
    ip: string;
}

/** A container that runs on. */
export interface Workload extends Process {
    /** The container's name and host name. Fixed names are replaced delete-first. Default: named by Pulumi. */
    fixedName?: string;
    /** What messages call it, and its host name. */
    title: string;
    /** Ports of the host that lead to `port`. Default: none. */
    publish?: { port: number; protocol?: "udp"; on: PublishedPort[] };
    health: HealthCheck;
    /** Seconds from start to healthy at the most. Default: 900. */
    readySeconds?: number;
    /** Seconds to stop in before it is killed. */
    stopSeconds: number;
    limits: Limits;
    /** Most processes and threads. */
    pids: number;
    /** Secrets beside those in its files whose change replaces the container. Default: none. */
    remembered?: pulumi.Input<string>[];
    /** Folders in memory beside /tmp, for what it writes: its root file system is read-only. Default: none. */
    tmpfs?: string[];
}

/** A workload that runs: what others need of it. */
export interface Running {
    /** The container's id; known once it is healthy. */
    id: pulumi.Output<string>;
    resource: pulumi.Resource;
}

/** The secrets that a process is given, for blotting them out. */
export function secretsOf(files: WorkloadFile[] | undefined): pulumi.Input<string>[] {
    return (files ?? []).flatMap(({ content, secrets }) => secrets ?? [content]);
}
