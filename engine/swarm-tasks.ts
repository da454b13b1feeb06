import { setTimeout as sleep } from "node:timers/promises";
import { type DockerConnection, engineReason } from "./connection";
import { type Gate, Lacking, tellWait } from "./health";
import { demultiplex, lastLines, redact } from "./streams";
import { remind } from "./swarm-services";

/** A task of a service: one container, as the manager knows it. */
export interface Task {
    ID: string;
    CreatedAt: string;
    NodeID?: string;
    DesiredState: string;
    Status: {
        State: string;
        /** Since when it is in this state, as a date. */
        Timestamp?: string;
        /** Why it is in this state, e.g. `task: non-zero exit (3)`. */
        Err?: string;
        ContainerStatus?: { ContainerID?: string; ExitCode?: number };
    };
}

/** The states of a task whose container has ended, or never was. */
const over = ["complete", "shutdown", "failed", "rejected", "remove", "orphaned"];

/** The tasks of a service, the newest first. */
export async function tasksOf(connection: DockerConnection, service: string): Promise<Task[]> {
    const filters = encodeURIComponent(JSON.stringify({ service: [service] }));
    const tasks = await connection.get<Task[] | null>(`/tasks?filters=${filters}`);
    return (tasks ?? []).sort((one, other) => (one.CreatedAt < other.CreatedAt ? 1 : -1));
}

/** Whether a task does its work: one with a health check runs only once that passed. */
export function isRunning({ DesiredState, Status }: Task): boolean {
    return DesiredState === "running" && Status.State === "running";
}

/** The tasks that do their work, on nodes that are there. */
export function running(tasks: Task[], nodes: Machines): Task[] {
    return tasks.filter((task) => isRunning(task) && isUp(task, nodes));
}

function isUp({ NodeID = "" }: Task, nodes: Machines): boolean {
    return nodes.get(NodeID)?.isUp === true;
}

/** The last lines that a task printed, wherever it runs or ran, secrets redacted; why they cannot be read, where they cannot. */
export async function taskLog(
    connection: DockerConnection,
    task: string,
    secrets: string[],
    lines = 15,
    telling?: RegExp,
): Promise<string> {
    const read = (tail: number) =>
        printed(connection, task, { tail }).catch(
            (error: unknown) => `(its log cannot be read: ${engineReason(error)})`,
        );
    return await lastLines(read, secrets, lines, telling);
}

/**
 * What a task printed.
 *
 * @param part its last lines, of those since this time in seconds since 1970. Default: since it began.
 * @throws Error when its node does not send it within 10 seconds.
 */
export async function printed(
    connection: DockerConnection,
    task: string,
    { tail, since }: { tail: number; since?: number },
): Promise<string> {
    const asked = `stdout=1&stderr=1&tail=${tail}${since === undefined ? "" : `&since=${Math.floor(since)}`}`;
    return demultiplex(await connection.bytes(`/tasks/${task}/logs?${asked}`, 10));
}

/** Seconds after which the manager is made to look again at a service that should have no container and gets new ones. */
const reminder = 10;

/**
 * Waits until no container of a service runs any more, nor is meant to. One on a node that is down cannot be waited for.
 *
 * Where a task fails in the moment in which its service loses its last one, Swarm may start another for it, and goes on with that for as
 * long as nothing changes the service. Source: Docker 20.10 with a service that crashes at once.
 *
 * @param name of the service in messages.
 */
export async function untilStopped(
    connection: DockerConnection,
    service: string,
    name: string,
    seconds: number,
): Promise<void> {
    let reminded = Date.now();
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(500)) {
        const nodes = await nodesOf(connection);
        const tasks = await tasksOf(connection, service);
        // Just after a change of the number, the manager still means to run what it has planned before.
        const left = tasks.filter((task) => isWanted(task) || (!isOver(task.Status.State) && isUp(task, nodes)));
        if (left.length === 0) return;
        if (!tasks.some(isWanted) || Date.now() < reminded + reminder * 1000) continue;
        reminded = Date.now();
        await remind(connection, service);
    }
    throw new Error(`the service ${name} did not stop within ${seconds} seconds`);
}

function isWanted({ DesiredState }: Task): boolean {
    return ["ready", "running"].includes(DesiredState);
}

/** The machines of a Swarm, by id. */
export type Machines = Map<string, { name: string; isUp: boolean }>;

/** The machines of a Swarm. */
export async function nodesOf(connection: DockerConnection): Promise<Machines> {
    const nodes = await connection.get<Node[]>("/nodes");
    return new Map(
        nodes.map(({ ID, Description, Status }) => [
            ID,
            { name: Description.Hostname, isUp: Status.State === "ready" },
        ]),
    );
}

interface Node {
    ID: string;
    Description: { Hostname: string };
    Status: { State: string };
}

/**
 * Waits until so many tasks of a service are healthy.
 *
 * @param before ids of tasks that ended before this wait began.
 * @throws Error that names the service and its node and ends with the last log lines of the task: at once where its log says that it
 *   always will end, or else when it ended twice; when no node takes it; when its log has reported for 30 seconds what it lacks;
 *   when another start failed; else when the time is up.
 */
export async function untilRunning(
    connection: DockerConnection,
    service: string,
    count: number,
    gate: Gate,
    before: Set<string>,
): Promise<void> {
    const wait = (signal?: AbortSignal) => look(connection, service, count, gate, before, signal);
    await (gate.starts === undefined ? wait() : gate.starts.race(gate.title, wait));
}

/** Seconds after which a task that no node takes is a failure: a port or a node may be free in a moment. */
const placeSeconds = 20;

async function look(
    connection: DockerConnection,
    service: string,
    count: number,
    { title, health, secrets }: Gate,
    before: Set<string>,
    signal?: AbortSignal,
): Promise<void> {
    const seconds = health.readySeconds ?? 900;
    const started = Date.now();
    const since: Since = {};
    const lacking = new Lacking(health.lacking);
    const elapsed = () => Math.round((Date.now() - started) / 1000);
    for (let told = 0; signal?.aborted !== true; await sleep(1000)) {
        const tasks = (await tasksOf(connection, service)).filter(({ ID }) => !before.has(ID));
        const healthy = tasks.filter(isRunning).length;
        if (healthy >= count) return;
        const current = tasks.find(({ DesiredState, Status }) => DesiredState === "running" && !isOver(Status.State));
        const problem =
            (await ended(connection, tasks, health.fatal)) ??
            waiting(current, since) ??
            (await lacks(connection, current, lacking));
        const late = `was not healthy within ${seconds} seconds`;
        const [newest] = tasks;
        if (problem !== undefined || elapsed() > seconds)
            throw await failure(connection, title, problem ?? { task: current ?? newest, says: late }, secrets);
        if (elapsed() < told + 10) continue;
        told = elapsed();
        const state = current?.Status.State ?? newest?.Status.State ?? "not made yet";
        await tellWait(title, told, `${healthy} of ${count} run, the next is ${state}`);
    }
}

interface Problem {
    task?: Task;
    says: string;
}

/** Since when a task has been in a state that must not last, in milliseconds since 1970. */
interface Since {
    pending?: number;
}

/** Whether the container of a task in this state has ended, or never was. */
export function isOver(state: string): boolean {
    return over.includes(state);
}

/** Whether a task has or had a container, which a rejected one need not. */
export function hasContainer({ Status }: Task): boolean {
    return (Status.ContainerStatus?.ContainerID ?? "") !== "";
}

/** What Swarm says where a node could not pull an image. Why it could not, only the log of that node tells. */
const noImage = /^No such image: (\S+)/;

/** Why a node rejected a task; of an image that it could not pull, what its registry answers the manager with these credentials. */
export async function rejection(connection: DockerConnection, said: string): Promise<string> {
    const [, image] = noImage.exec(said) ?? [];
    if (image === undefined) return said;
    // Why it cannot be asked must not hide that.
    const reason = await connection.refusalOf(image).catch(engineReason);
    return `${said} (${reason ?? "the manager could pull it: the log of Docker on this node says why it could not"})`;
}

async function ended(connection: DockerConnection, tasks: Task[], fatal?: RegExp): Promise<Problem | undefined> {
    const failed = tasks.filter(({ Status, DesiredState }) =>
        // What Swarm ended since its health check failed is complete, where it should have gone on.
        Status.State === "complete" ? DesiredState === "shutdown" : ["failed", "rejected"].includes(Status.State),
    );
    const [task] = failed;
    if (task === undefined) return undefined;
    const said = fatal?.exec(await taskLog(connection, task.ID, [], 200))?.[1];
    if (said !== undefined) return { task, says: `ended, and always will: ${said}` };
    if (failed.length < 2) return undefined;
    const { State, Err = "", ContainerStatus } = task.Status;
    if (State === "rejected") return { task, says: `cannot run: ${await rejection(connection, Err)}` };
    const code = ContainerStatus?.ExitCode ?? 0;
    const why = Err.includes("non-zero exit") ? `exit code ${code}` : Err === "" ? `ended with code ${code}` : Err;
    return { task, says: `keeps crashing (${why}, ${failed.length} times)` };
}

function waiting(task: Task | undefined, since: Since): Problem | undefined {
    if (task?.Status.State !== "pending" || (task.Status.Err ?? "") === "") {
        since.pending = undefined;
        return undefined;
    }
    since.pending ??= Date.now();
    const over = Date.now() - since.pending >= placeSeconds * 1000;
    return over ? { says: `finds no place: ${task.Status.Err ?? ""}` } : undefined;
}

async function lacks(
    connection: DockerConnection,
    task: Task | undefined,
    lacking: Lacking,
): Promise<Problem | undefined> {
    if (task === undefined || !hasContainer(task)) return undefined;
    const says = await lacking.problem((since) =>
        printed(connection, task.ID, { tail: 200, since }).catch(() => undefined),
    );
    return says === undefined ? undefined : { task, says };
}

async function failure(
    connection: DockerConnection,
    title: string,
    { task, says }: Problem,
    secrets: string[],
): Promise<Error> {
    const nodes = await nodesOf(connection).catch(() => new Map<string, { name: string }>());
    const node = nodes.get(task?.NodeID ?? "")?.name;
    const problem = `${title} ${redact(says, secrets)}${node === undefined ? "" : ` on ${node}`}`;
    if (task === undefined || !hasContainer(task)) return new Error(problem);
    return new Error(`${problem}; its last log lines:\n${await taskLog(connection, task.ID, secrets)}`);
}
