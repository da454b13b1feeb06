import { clash, type Published } from "../ground/fields";
import { type DockerConnection, engineReason, failureOf } from "./connection";
import type { Gate } from "./health";
import { type HandOver, handOver, type JobPlace } from "./job";
import { generationLabel, resourceLabel, stackLabel } from "./labels";
import { portsOfService, replicasOf, scale, type SeenService, servicesOf, workloadsAmong } from "./swarm-services";
import { isOver, isRunning, tasksOf, untilRunning, untilStopped } from "./swarm-tasks";

/** Options for starting a workload's service. */
export interface ServiceStart extends Gate {
    /** The stack's identity in labels. */
    stack: string;
    /** Name of the resource, by which other services of the same workload are found. */
    resource: string;
    replicas: number;
    stopSeconds: number;
    /** What its data is of: services of another generation stop before it starts, and stay so. Default: it has none. */
    generation?: string;
    pids: number;
    /** Volumes that only one container at a time may use. */
    exclusive: string[];
    /** Ports that it publishes on its nodes. */
    ports: Published[];
    /** Jobs that give volumes to its user before it starts. */
    handOvers: HandOver[];
    /** Where these run. */
    place: JobPlace;
}

/**
 * Starts a workload's service, one container after another, and waits until each is healthy.
 *
 * The previous service keeps running meanwhile, and loses one container for each that the new one has. If both would use the same
 * data or the same port of a node, the previous one is stopped first, and started again if the new one does not become healthy.
 * Services of another generation stay stopped once the new one was started: it may have changed the data that they would read.
 *
 * @throws Error that names the service and the cause. The new service is then stopped, unless it is the only one.
 */
export async function startService(connection: DockerConnection, id: string, start: ServiceStart): Promise<void> {
    const attempt = () => attemptStart(connection, id, start);
    await (start.starts === undefined ? attempt() : start.starts.attempt(start.title, attempt));
}

async function attemptStart(connection: DockerConnection, id: string, start: ServiceStart): Promise<void> {
    const services = await servicesOf(connection);
    const own = services.find(({ ID }) => ID === id);
    if (own === undefined)
        throw new Error(`${start.title} was removed outside of Pulumi; \`pulumi up --refresh\` creates it again`);
    const known = predecessors(services, id, start);
    // An update that was killed may have left one that still stops.
    for (const { service, conflicts } of known)
        if (conflicts && replicasOf(service) === 0) await untilGone(connection, service, start);
    const others = known.filter(({ service }) => replicasOf(service) > 0);
    const inTheWay = others.filter(({ conflicts }) => conflicts);
    const beside = others.filter(({ conflicts }) => !conflicts);
    const was = new Map(others.map(({ service }) => [service.ID, replicasOf(service)]));
    let started = replicasOf(own) > 0;
    try {
        for (const { service } of inTheWay) await stop(connection, service, start);
        // Of a running one, too, whose volume was lost: the empty one in its place belongs to nobody yet.
        const isUp = started && (await tasksOf(connection, id)).some(isRunning);
        if (!isUp) await handOver(start.place, start.title, start.handOvers);
        started = true;
        const first = Math.min(replicasOf(own) + 1, start.replicas);
        for (let count = first; count <= start.replicas; count++) {
            // Not one that waits for a place: that is the one that is waited for. Anew for each, whose crashes are counted.
            const ended = (await tasksOf(connection, id)).filter(({ Status }) => isOver(Status.State));
            const before = new Set(ended.map(({ ID }) => ID));
            await scale(connection, id, count, start.pids);
            await untilRunning(connection, id, count, start, before);
            for (const { service } of beside)
                if (replicasOf(service) > start.replicas - count)
                    await scale(connection, service.ID, start.replicas - count);
        }
    } catch (error) {
        const failure = failureOf(`${start.title} cannot start`, error);
        const again = ({ service }: Predecessor) => giveBack(connection, service, was.get(service.ID) ?? 1);
        const [stopped, ...served] = await Promise.all([
            others.length === 0 ? undefined : undo(connection, id, start),
            ...beside.map(again),
        ]);
        const failed = [stopped, ...served].filter((one) => one !== undefined);
        if (inTheWay.length === 0 && failed.length === 0) throw failure;
        const reason = [failure.message, ...failed].join("\n");
        if (inTheWay.length === 0) throw new Error(reason, { cause: error });
        if (started && inTheWay.some(({ isFormer }) => isFormer))
            throw new Error(
                `${reason}\nThe previous containers stay stopped: this one may have changed their data. ` +
                    "Fix the cause and run `pulumi up` again, or restore the data from before.",
                { cause: error },
            );
        if (stopped !== undefined)
            throw new Error(
                `${reason}\nThe previous containers stay stopped, since they would use the same data or port. ` +
                    `Run \`pulumi up\` again once ${start.title} has ended.`,
                { cause: error },
            );
        const unserved = (await Promise.all(inTheWay.map(again))).filter((one) => one !== undefined);
        const outcome = unserved.length === 0 ? "The previous container was started again." : unserved.join("\n");
        throw new Error(`${reason}\n${outcome}`, { cause: error });
    }
    // The new one serves, whatever becomes of these, also of those that an earlier update has stopped. The provider fails to delete a
    // service whose container does not end by itself.
    for (const { service, conflicts } of known) if (!conflicts) await untilGone(connection, service, start);
}

/** Stops what was started, to its end: a failed update leaves nothing of it. Says why, where that fails. */
async function undo(
    connection: DockerConnection,
    id: string,
    { title, stopSeconds }: ServiceStart,
): Promise<string | undefined> {
    try {
        await scale(connection, id, 0);
        await untilStopped(connection, id, title, stopSeconds + 30);
        return undefined;
    } catch (error) {
        return `${title} could not be stopped: ${engineReason(error)}`;
    }
}

/** Gives a service its containers again, and says why, where that fails: it must not hide why it was needed. */
async function giveBack(
    connection: DockerConnection,
    service: SeenService,
    count: number,
): Promise<string | undefined> {
    const { ID, Spec } = service;
    let isStarted = false;
    try {
        const ended = (await tasksOf(connection, ID)).filter(({ Status }) => isOver(Status.State));
        // One that kept all of them is as it was.
        if (!(await scale(connection, ID, count))) return undefined;
        isStarted = true;
        const gate = { title: Spec.Name, health: { command: [], readySeconds: 120 }, secrets: [] };
        await untilRunning(connection, ID, count, gate, new Set(ended.map((task) => task.ID)));
        return undefined;
    } catch (error) {
        const what = isStarted ? "was started again, and does not serve yet" : "could not be started again";
        return `The previous service ${Spec.Name} ${what}: ${engineReason(error)}`;
    }
}

/**
 * Stops workloads of a stack, before they are deleted: the provider ends those on the manager at once, or fails where one takes as
 * long to stop as it may. The service is gone then, which fails the next attempt too.
 *
 * @param stack the stack's identity in labels.
 * @param which of them, by the name of the resource. Default: all.
 */
export async function stopServices(
    connection: DockerConnection,
    stack: string,
    which: (resource: string) => boolean = () => true,
): Promise<void> {
    // Not its jobs, which have no number of containers, and end by themselves.
    const ours = workloadsAmong(await servicesOf(connection), stack).filter(({ Spec }) =>
        which(Spec.Labels?.[resourceLabel] ?? ""),
    );
    await Promise.all(ours.map(({ ID }) => scale(connection, ID, 0)));
    await Promise.all(ours.map(({ ID, Spec }) => untilStopped(connection, ID, Spec.Name, 120)));
}

interface Predecessor {
    service: SeenService;
    /** It cannot run at the same time as the new one. */
    conflicts: boolean;
    /** It is of another generation. */
    isFormer: boolean;
}

/** Other services of the same workload, of another generation, or with a volume or port that only one can use. */
function predecessors(services: SeenService[], id: string, start: ServiceStart): Predecessor[] {
    const { stack, resource, exclusive, title, generation } = start;
    // Jobs have no number of containers.
    const others = services.filter(({ ID, Spec }) => ID !== id && Spec.Mode.Replicated !== undefined);
    return others.flatMap((service) => {
        const { Labels = {}, TaskTemplate, Name } = service.Spec;
        const ours = Labels[stackLabel] === stack;
        const mounts = TaskTemplate.ContainerSpec.Mounts ?? [];
        const volume = mounts.find(({ Source = "" }) => exclusive.includes(Source))?.Source;
        if (!ours && volume !== undefined && replicasOf(service) > 0)
            throw new Error(`${title} cannot start: the service ${Name} uses its volume ${volume}; stop that service`);
        const same = ours && Labels[resourceLabel] === resource;
        const { [generationLabel]: its = same ? "" : generation } = Labels;
        const isFormer = ours && generation !== undefined && its !== generation;
        const isAlone = same && exclusive.length > 0;
        const clashes = portsOfService(service).some((port) => start.ports.some((own) => clash(own, port)));
        const conflicts = isFormer || isAlone || (ours && (volume !== undefined || clashes));
        return conflicts || same ? [{ service, conflicts, isFormer }] : [];
    });
}

/** Stops a service. If it is still starting, waits for it first, as on one host. */
async function stop(connection: DockerConnection, service: SeenService, start: ServiceStart): Promise<void> {
    const health = { command: [], readySeconds: 30 };
    const gate = { title: service.Spec.Name, health, secrets: [] };
    const tasks = await tasksOf(connection, service.ID);
    if (tasks.some(({ Status }) => Status.State === "starting"))
        await untilRunning(connection, service.ID, 1, gate, new Set()).catch(() => undefined);
    await scale(connection, service.ID, 0);
    await untilGone(connection, service, start);
}

async function untilGone(
    connection: DockerConnection,
    { ID, Spec }: SeenService,
    { stopSeconds }: ServiceStart,
): Promise<void> {
    await untilStopped(connection, ID, Spec.Name, stopSeconds + 30);
}
