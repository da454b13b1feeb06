import type Docker from "dockerode";
import type { DockerConnection } from "./connection";
import { jobLabels } from "./labels";
import { makeSecret, removeServiceJobs, toEnd, unique } from "./swarm-job";

/** A command that runs once with all that a service has: image, variables, files, volumes, networks and place. */
export interface Twin {
    name: string;
    /** Its name in messages. */
    title: string;
    /** The stack's identity in labels. */
    stack: string;
    command: string[];
    /** What it reads on standard input; it may be secret. Default: nothing. */
    line?: string;
    /** Paths of volumes that the service only reads, and the command writes to. Default: none. */
    writable?: string[];
    seconds: number;
}

/** Where a command finds its standard input. */
const inputFile = "/run/standard-input";

/**
 * Runs a command beside a service, since nobody reaches into its containers on another node.
 *
 * @returns its exit code, undefined where it did not end in time, and what it printed.
 */
export async function runTwin(
    connection: DockerConnection,
    service: string,
    { name, title, stack, command, line, writable = [], seconds }: Twin,
): Promise<{ code: number | undefined; log: string }> {
    const docker = await connection.client();
    const { Spec } = (await docker.getService(service).inspect()) as { Spec: Docker.CreateServiceOptions };
    const { ContainerSpec, Networks, ...rest } = Spec.TaskTemplate as Docker.ContainerTaskSpec;
    const { Mounts = [], Secrets = [], ...container } = ContainerSpec ?? {};
    const labels = jobLabels(stack, name);
    try {
        // Only this container has it, and its user may be any.
        const file = { Name: inputFile, UID: "0", GID: "0", Mode: 0o444 };
        const input = line === undefined ? [] : [await makeSecret(docker, `${name}-input`, labels, `${line}\n`, file)];
        const reads = line === undefined ? [] : ["sh", "-c", `exec "$@" < ${inputFile}`, "sh"];
        const spec = {
            Name: unique(name),
            Labels: labels,
            Mode: { ReplicatedJob: { MaxConcurrent: 1, TotalCompletions: 1 } },
            EndpointSpec: { Mode: "dnsrr" },
            TaskTemplate: {
                ...rest,
                ContainerSpec: {
                    ...container,
                    ...{ Labels: labels, Hostname: undefined, HealthCheck: { Test: ["NONE"] } },
                    ...{ Command: [...reads, ...command], Args: [], Secrets: [...Secrets, ...input] },
                    Mounts: Mounts.map((mount) => ({
                        ...mount,
                        ReadOnly: mount.ReadOnly === true && !writable.includes(mount.Target),
                    })),
                },
                // Its aliases lead to what serves.
                Networks: (Networks ?? []).map(({ Target }) => ({ Target })),
                RestartPolicy: { Condition: "none" },
            },
        };
        return await toEnd(connection, spec, container.Image ?? "", { title, seconds });
    } finally {
        await removeServiceJobs(docker, stack, name);
    }
}
