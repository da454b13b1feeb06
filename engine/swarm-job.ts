import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { type DockerConnection, ignoring } from "./connection";
import type { JobPlace, JobRun } from "./job";
import { jobLabel, stackLabel } from "./labels";
import type { Images } from "./swarm-images";
import { jobSpec, secretData, swarmName, type VolumeDriver } from "./swarm-service";
import { taskLog, tasksOf } from "./swarm-tasks";

/** Where on a Swarm a job may run, by the volumes that it has. */
export interface Nodes {
    /** Constraints of the nodes with these volumes. */
    constraintsOf(sources: unknown[]): string[];
    /** The driver of a volume; undefined where it is a folder of the node. */
    driverOf(source: unknown): VolumeDriver | undefined;
}

/** Jobs as services of one task, on any node that has their volumes. */
export function servicesOn(connection: DockerConnection, images: Images, nodes: Nodes): JobPlace {
    return {
        once: (job) => runOnce(connection, images, nodes, job),
        // The newest task that printed something: one that waits for a place has not.
        lastLines: async (service, secrets, lines, telling) => {
            const tasks = await tasksOf(connection, service);
            const task = tasks.find(({ Status }) => Status.ContainerStatus?.ContainerID !== undefined);
            return task === undefined ? "" : await taskLog(connection, task.ID, secrets, lines, telling);
        },
    };
}

async function runOnce(
    connection: DockerConnection,
    images: Images,
    nodes: Nodes,
    job: JobRun,
): Promise<{ code: number | undefined; log: string }> {
    const { args } = job;
    const docker = await connection.client();
    const stack = args.labels?.find(({ label }) => label === stackLabel)?.value ?? "";
    // A killed run may have left its service.
    await removeServiceJobs(docker, stack, job.name);
    try {
        const secrets = await makeFiles(docker, images, stack, job);
        const constraints = nodes.constraintsOf((args.mounts ?? []).map(({ source }) => source));
        const spec = jobSpec(unique(job.name), args, {
            ...{ pids: job.pids, constraints, secrets },
            driverOf: (source) => nodes.driverOf(source),
        });
        const authconfig = await connection.credentials(args.image);
        const { id } = (await docker.createService({ ...spec, ...(authconfig && { authconfig }) })) as { id: string };
        return await ended(connection, id, job);
    } finally {
        await removeServiceJobs(docker, stack, job.name);
    }
}

/** Every file of a job is a secret: those that are none live as short. */
async function makeFiles(
    docker: Docker,
    images: Images,
    stack: string,
    { name, args, files }: JobRun,
): Promise<Docker.SecretReference[]> {
    return await Promise.all(
        files.map(async ({ path, content, owner, after }) => {
            const before = after === undefined ? "" : `${await images.read(args.image, after)}\n`;
            const UID = await images.idOf(args.image, owner ?? args.user);
            const SecretName = unique(`${name}-file`);
            const made = (await docker.createSecret({
                Name: SecretName,
                Labels: { [stackLabel]: stack, [jobLabel]: name },
                Data: secretData(`${before}${content}`),
            })) as unknown as { id: string };
            return { SecretID: made.id, SecretName, File: { Name: path, UID, GID: "0", Mode: 0o400 } };
        }),
    );
}

export function unique(name: string): string {
    return `${swarmName(name)}-${randomBytes(4).toString("hex").slice(0, 7)}`;
}

export async function ended(
    connection: DockerConnection,
    service: string,
    { title, seconds }: Pick<JobRun, "title" | "seconds">,
): Promise<{ code: number | undefined; log: string }> {
    for (const end = Date.now() + seconds * 1000; ; await sleep(250)) {
        const [task] = await tasksOf(connection, service);
        const { State = "new", Err = "", ContainerStatus } = task?.Status ?? {};
        const log = (lines: number) =>
            task === undefined ? Promise.resolve("") : taskLog(connection, task.ID, [], lines);
        if (State === "complete") return { code: 0, log: await log(1000) };
        if (State === "failed") {
            const printed = await log(25);
            return { code: ContainerStatus?.ExitCode ?? -1, log: printed === "" ? Err : printed };
        }
        if (State === "rejected") throw new Error(`${title} cannot run: ${Err}`);
        if (Date.now() < end) continue;
        if (State === "pending") throw new Error(`${title} found no place within ${seconds} seconds: ${Err}`);
        return { code: undefined, log: await log(25) };
    }
}

/**
 * Removes the services of jobs, with their files.
 *
 * @param stack the stack's identity in labels.
 * @param job Default: every job.
 */
export async function removeServiceJobs(docker: Docker, stack: string, job?: string): Promise<void> {
    const label = [`${stackLabel}=${stack}`, job === undefined ? jobLabel : `${jobLabel}=${job}`];
    for (const { ID } of await docker.listServices({ filters: { label } }))
        await docker.getService(ID).remove().catch(ignoring(404));
    for (const { ID } of await docker.listSecrets({ filters: { label } }))
        await docker
            .getSecret(ID ?? "")
            .remove()
            .catch(ignoring(404));
}
