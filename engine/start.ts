import type Docker from "dockerode";
import { clash, type Published } from "../ground/fields";
import { type DockerConnection, engineReason, failureOf } from "./connection";
import { putFiles, type PlainFile } from "./files";
import { type Gate, untilHealthy } from "./health";
import { containersOn, type HandOver, handOver } from "./job";
import { formerLabel, generationLabel, resourceLabel, stackLabel } from "./labels";

/** Options for starting a workload's container. */
export interface Start extends Gate {
    /** The stack's identity in labels. */
    stack: string;
    /** Name of the resource, by which other containers of the same workload are found. */
    resource: string;
    stopSeconds: number;
    /** What its data is of: containers of another generation stop before it starts, and stay so. Default: it has none. */
    generation?: string;
    pids: number;
    files: PlainFile[];
    /** Volumes that only one container at a time may use. */
    exclusive: string[];
    /** Ports that it publishes on the host. */
    ports: Published[];
    /** Containers that give volumes to its user before it starts. */
    handOvers: HandOver[];
}

/** Time to stop for a container that nobody has used. */
const unusedStopSeconds = 5;

/**
 * Starts a workload's container and waits until it is healthy.
 *
 * The previous container keeps running meanwhile. If both would use the same data or the same port of the host, the previous
 * one is stopped first, and started again if the new one does not become healthy: so the service continues. Containers of
 * another generation stay stopped once the new one was started: it may have changed the data that they would read.
 *
 * @throws Error that names the container and the cause. The new container is then stopped, unless it is the only one.
 */
export async function startWorkload(connection: DockerConnection, id: string, start: Start): Promise<void> {
    const attempt = () => attemptStart(connection, id, start);
    await (start.starts === undefined ? attempt() : start.starts.attempt(start.title, attempt));
}

async function attemptStart(connection: DockerConnection, id: string, start: Start): Promise<void> {
    const docker = await connection.client();
    const container = docker.getContainer(id);
    const state = await inspect(container, start.title);
    const before = await predecessors(docker, id, start);
    const inTheWay = before.filter(({ conflicts }) => conflicts).map((other) => other.container);
    const former = before.filter(({ isFormer }) => isFormer);
    const isNew = state.State.Status === "created";
    // What serves meanwhile may use them as well, so nobody waits for it. What must not fail needs files that nobody changes.
    const early = start.exclusive.length === 0 && start.handOvers.every(({ optional }) => optional);
    if (isNew && early) await handOver(containersOn(connection), start.title, start.handOvers);
    let started = false;
    try {
        // One that is still being stopped could not be started again.
        const stopped = await Promise.allSettled(inTheWay.map((other) => stop(docker, other, start)));
        for (const outcome of stopped) if (outcome.status === "rejected") throw outcome.reason;
        if (isNew && !early) await handOver(containersOn(connection), start.title, start.handOvers);
        if (isNew) await putFiles(container, start.files);
        // The provider has no argument for this limit.
        await container.update({ PidsLimit: start.pids });
        if (!state.State.Running) await container.start();
        started = true;
        await untilHealthy(docker, id, start);
    } catch (error) {
        if (before.length > 0) await container.stop({ t: unusedStopSeconds }).catch(() => undefined);
        const failure = failureOf(`${start.title} cannot start`, error);
        if (inTheWay.length === 0) throw failure;
        const reason = failure.message;
        if (started && former.length > 0)
            throw new Error(
                `${reason}\nThe previous containers stay stopped: this one may have changed their data. ` +
                    "Fix the cause and run `pulumi up` again, or restore the data from before.",
                { cause: error },
            );
        throw new Error(`${reason}\n${await startAgain(docker, inTheWay)}`, { cause: error });
    }
}

/**
 * Starts what was stopped and waits until it serves again, and says what became of it: its failure must not hide why it was
 * needed.
 */
async function startAgain(docker: Docker, containers: Docker.Container[]): Promise<string> {
    const started = await Promise.allSettled(containers.map((container) => container.start()));
    // 304: it was not stopped yet.
    const refusals = failures(started).filter((error) => (error as { statusCode?: number }).statusCode !== 304);
    if (refusals.length > 0)
        return `The previous container could not be started again: ${refusals.map(engineReason).join("; ")}`;
    const late = failures(await Promise.allSettled(containers.map((container) => ownCheck(docker, container, 120))));
    if (late.length === 0) return "The previous container was started again.";
    return `The previous container was started again, and does not serve yet: ${late.map(engineReason).join("; ")}`;
}

function failures(outcomes: PromiseSettledResult<void>[]): unknown[] {
    return outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
}

/** Waits until the health check that a container was made with passes. */
async function ownCheck(docker: Docker, container: Docker.Container, readySeconds: number): Promise<void> {
    const { Config, Name } = await container.inspect();
    const [, ...command] = Config.Healthcheck?.Test ?? [];
    if (command.length === 0) return;
    await untilHealthy(docker, container.id, { title: Name.slice(1), health: { command, readySeconds }, secrets: [] });
}

async function inspect(container: Docker.Container, title: string): Promise<Docker.ContainerInspectInfo> {
    try {
        return await container.inspect();
    } catch (error) {
        if ((error as { statusCode?: number }).statusCode !== 404) throw error;
        throw new Error(`${title} was removed outside of Pulumi; \`pulumi up --refresh\` creates it again`, {
            cause: error,
        });
    }
}

interface Predecessor {
    container: Docker.Container;
    /** It cannot run at the same time as the new one. */
    conflicts: boolean;
    /** It is of another generation. */
    isFormer: boolean;
}

/** A port of a container in Docker's list. Without an address, Docker publishes it on all of them. */
export function listed({ IP, PublicPort = 0, Type }: Partial<Docker.Port>): Published {
    return { port: PublicPort, ip: IP === undefined || IP === "" ? "0.0.0.0" : IP, protocol: Type };
}

/** Other running containers of the same workload, of another generation, or with a volume or port that only one can use. */
async function predecessors(docker: Docker, id: string, start: Start): Promise<Predecessor[]> {
    const { stack, resource, exclusive, title, generation } = start;
    const others = (await docker.listContainers()).filter(({ Id }) => Id !== id);
    return others.flatMap(({ Id, Labels, Names, Mounts, Ports }) => {
        const former = Labels[formerLabel]?.split("::").at(-1) === resource;
        const ours = Labels[stackLabel] === stack || former;
        const volume = Mounts.find(({ Name = "" }) => exclusive.includes(Name))?.Name;
        if (!ours && volume !== undefined)
            throw new Error(
                `${title} cannot start: the container ${Names[0]?.slice(1) ?? Id} uses its volume ${volume}; stop that container`,
            );
        const same = former || (ours && Labels[resourceLabel] === resource);
        // One without a generation was made before there were any: it may be of another.
        const { [generationLabel]: its = same ? "" : generation } = Labels;
        const isFormer = ours && generation !== undefined && its !== generation;
        const takes = (port: Docker.Port) => start.ports.some((own) => clash(own, listed(port)));
        // Its data may be in a volume of another name now: what it would still write there would be lost.
        const isAlone = same && exclusive.length > 0;
        const conflicts = isFormer || isAlone || (ours && (volume !== undefined || Ports.some(takes)));
        return conflicts || same ? [{ container: docker.getContainer(Id), conflicts, isFormer }] : [];
    });
}

/**
 * Stops a container. If it is still starting, waits for it first: PostgreSQL that is stopped while it initializes its volume
 * leaves half a cluster, which no later start completes.
 */
async function stop(docker: Docker, container: Docker.Container, { stopSeconds }: Start): Promise<void> {
    const { State } = await container.inspect();
    if (State.Health?.Status === "starting") await ownCheck(docker, container, 30).catch(() => undefined);
    try {
        await container.stop({ t: stopSeconds });
    } catch (error) {
        // 304: another workload of the new generation stopped it.
        if ((error as { statusCode?: number }).statusCode !== 304) throw error;
    }
}
