import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { type DockerConnection, engineReason, ignoring } from "./connection";
import { joined } from "./files";
import type { JobAtWork, JobPlace, JobRun } from "./job";
import { jobLabel, jobLabels, labelIn, stackLabel } from "./labels";
import type { Images } from "./swarm-images";
import { jobSpec, secretData, swarmName, type VolumeDriver } from "./swarm-service";
import type { SeenService } from "./swarm-services";
import { hasContainer, isOver, printed, rejection, taskLog, tasksOf } from "./swarm-tasks";

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
            const task = tasks.find(hasContainer);
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
    const stack = labelIn(args.labels, stackLabel);
    // A killed run may have left its service.
    await removeServiceJobs(docker, stack, job.name);
    try {
        const secrets = await makeFiles(docker, images, stack, job);
        const constraints = nodes.constraintsOf((args.mounts ?? []).map(({ source }) => source));
        const spec = jobSpec(unique(job.name), args, {
            ...{ pids: job.pids, constraints, secrets },
            driverOf: (source) => nodes.driverOf(source),
        });
        return await toEnd(connection, spec, args.image, job);
    } finally {
        await removeServiceJobs(docker, stack, job.name);
    }
}

/** Makes the service of a job, and waits for its end; the rest is as with {@link ended}. */
export async function toEnd(
    connection: DockerConnection,
    spec: Docker.CreateServiceOptions,
    image: string,
    job: Pick<JobRun, "title" | "seconds">,
): Promise<{ code: number | undefined; log: string }> {
    const docker = await connection.client();
    // With one argument, the client would send the specification in the place of the credentials.
    const auth = (await connection.credentials(image)) as Docker.AuthConfig;
    const { id } = (await docker.createService(auth, spec)) as unknown as { id: string };
    return await ended(connection, id, job);
}

/** Makes a secret, and says how a service has it as a file. */
export async function makeSecret(
    docker: Docker,
    name: string,
    labels: Record<string, string>,
    content: string,
    file: Docker.SecretReference["File"],
): Promise<Docker.SecretReference> {
    const SecretName = unique(name);
    const made = { Name: SecretName, Labels: labels, Data: secretData(content) };
    const { id } = (await docker.createSecret(made)) as unknown as { id: string };
    return { SecretID: id, SecretName, File: file };
}

/** Every file of a job is a secret: those that are none live as short. */
async function makeFiles(
    docker: Docker,
    images: Images,
    stack: string,
    { name, args, files }: JobRun,
): Promise<Docker.SecretReference[]> {
    const all = await Promise.allSettled(
        files.map(async ({ path, content, owner, after }) => {
            const whole =
                after === undefined
                    ? content
                    : joined(args.image, after, await images.read(args.image, after), content);
            const UID = await images.idOf(args.image, owner ?? args.user);
            const file = { Name: path, UID, GID: "0", Mode: 0o400 };
            return await makeSecret(docker, `${name}-file`, jobLabels(stack, name), whole, file);
        }),
    );
    // Only once each is made or not: whoever removes them finds no later one.
    return all.map((one) => {
        if (one.status === "rejected") throw one.reason;
        return one.value;
    });
}

export function unique(name: string): string {
    return `${swarmName(name)}-${randomBytes(4).toString("hex").slice(0, 7)}`;
}

/** Seconds after which a job that no node takes has failed: a node may be away for a moment. */
const placeSeconds = 60;

/** States of a task that no node has taken. */
const placeless = ["new", "allocated", "pending"];

/** States that end a task without a result. */
const lost = ["shutdown", "orphaned", "remove"];

/**
 * Waits for the end of a job.
 *
 * @returns its exit code, undefined where it did not end in time, and what it printed.
 * @throws Error when no node takes it for a minute or can run it, when it ends without a result, and when it succeeded but nobody
 *   can read what it printed, which may be its answer.
 */
export async function ended(
    connection: DockerConnection,
    service: string,
    { title, seconds }: Pick<JobRun, "title" | "seconds">,
): Promise<{ code: number | undefined; log: string }> {
    const end = Date.now() + seconds * 1000;
    for (let pending: number | undefined; ; await sleep(250)) {
        const [task] = await tasksOf(connection, service);
        const { State = "new", Err = "", ContainerStatus } = task?.Status ?? {};
        const log = async () => (task === undefined ? "" : await taskLog(connection, task.ID, [], 25));
        if (State === "complete") return { code: 0, log: await answer(connection, task?.ID ?? "", title) };
        if (State === "failed") {
            const said = await log();
            return { code: ContainerStatus?.ExitCode ?? -1, log: said === "" ? Err : said };
        }
        if (lost.includes(State)) throw new Error(`${title} ended without a result (${State}): ${Err}`);
        if (State === "rejected") throw new Error(`${title} cannot run: ${await rejection(connection, Err)}`);
        pending = State === "pending" && Err !== "" ? (pending ?? Date.now()) : undefined;
        const isOver = Date.now() >= end;
        if (pending !== undefined && (isOver || Date.now() >= pending + placeSeconds * 1000))
            throw new Error(`${title} finds no place: ${Err}`);
        if (isOver) return { code: undefined, log: await log() };
    }
}

async function answer(connection: DockerConnection, task: string, title: string): Promise<string> {
    try {
        return (await printed(connection, task, { tail: 1000 })).trimEnd();
    } catch (error) {
        throw new Error(`${title} succeeded, but its log cannot be read: ${engineReason(error)}`, { cause: error });
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

/**
 * A job that runs on a Swarm, or waits for a node.
 *
 * @param stack the stack's identity in labels.
 */
export async function serviceAtWork(
    connection: DockerConnection,
    stack: string,
    job: string,
): Promise<JobAtWork | undefined> {
    const filters = encodeURIComponent(JSON.stringify({ label: [`${stackLabel}=${stack}`, `${jobLabel}=${job}`] }));
    for (const { ID, Spec } of (await connection.get<SeenService[] | null>(`/services?filters=${filters}`)) ?? []) {
        const [task] = await tasksOf(connection, ID);
        if (task === undefined || !isOver(task.Status.State))
            return { title: `the service ${Spec.Name}`, shows: `docker service ps ${Spec.Name}` };
    }
    return undefined;
}

/**
 * Removes the services of jobs that are over, with their files: whoever waits for a job removes both at once, unless that command is
 * killed.
 *
 * @param stack the stack's identity in labels.
 * @returns names of the services.
 */
export async function removeEndedServiceJobs(connection: DockerConnection, stack: string): Promise<string[]> {
    const filters = encodeURIComponent(JSON.stringify({ label: [`${stackLabel}=${stack}`, jobLabel] }));
    const list = <T>(kind: string) => connection.get<T[] | null>(`/${kind}?filters=${filters}`);
    const isOld = (since: string | undefined, seconds: number) =>
        since !== undefined && Date.parse(since) < Date.now() - seconds * 1000;
    const services = (await list<SeenService>("services")) ?? [];
    const left = await Promise.all(
        services.map(async ({ ID, CreatedAt }) => {
            const [task] = await tasksOf(connection, ID);
            const { State = "new", Timestamp } = task?.Status ?? {};
            // Another command may be about to read what it printed, or waits for a node to take it.
            return isOver(State) ? isOld(Timestamp, 10) : placeless.includes(State) && isOld(CreatedAt, 600);
        }),
    );
    const over = services.filter((_, at) => left[at]);
    const read = over.flatMap(({ Spec }) => Spec.TaskTemplate.ContainerSpec.Secrets ?? []);
    const secrets = ((await list<Docker.Secret>("secrets")) ?? []).filter(
        // A job is made after its files.
        ({ ID, CreatedAt }) => read.some(({ SecretID }) => SecretID === ID) || isOld(CreatedAt, 600),
    );
    if (over.length + secrets.length === 0) return [];
    const docker = await connection.client();
    // What cannot be removed now is tried again by the next command; Swarm refuses it for a secret that is in use.
    for (const { ID } of over)
        await docker
            .getService(ID)
            .remove()
            .catch(() => undefined);
    for (const { ID = "" } of secrets)
        await docker
            .getSecret(ID)
            .remove()
            .catch(() => undefined);
    return over.map(({ Spec }) => Spec.Name);
}
