import { randomUUID } from "node:crypto";
import { restored, sharedOf, volumeName } from "../../config/volumes";
import { ignoring } from "../../engine/connection";
import { containersOn, type JobPlace, outcomeOf, removeEndedJobs, removeJobs } from "../../engine/job";
import { Images } from "../../engine/swarm-images";
import { removeEndedServiceJobs, removeServiceJobs, servicesOn } from "../../engine/swarm-job";
import { nodesWith } from "../../engine/swarm-place";
import { replicasOf, scale, servicesOf as everyService, workloadsAmong } from "../../engine/swarm-services";
import { isRunning, tasksOf, untilStopped } from "../../engine/swarm-tasks";
import { runTwin } from "../../engine/swarm-twin";
import { ToolError } from "../progress";
import { dockerOf, type OpenStack } from "../workplace";
import type { Found } from "./containers";
import { namesOf, readRequirements, type StackRequirements } from "./files";

/** Where a Swarm keeps the data of a stack that runs on one; undefined for one that runs on a Docker host. */
export function swarmOf({ stack }: OpenStack): StackRequirements["swarm"] {
    return readRequirements(stack.workspace.workDir, stack.name).swarm;
}

/** @throws ToolError where the stack runs on a Swarm, with what to do instead. */
export function needsHost(open: OpenStack, what: string, instead: string): void {
    if (swarmOf(open) !== undefined)
        throw new ToolError(`The stack ${open.stack.name} runs on a Swarm, where ${what}. ${instead}`);
}

/** Where jobs of a stack run. */
export function jobsOf(open: OpenStack): JobPlace {
    const connection = dockerOf(open.workplace);
    const swarm = swarmOf(open);
    if (swarm === undefined) return containersOn(connection);
    const names = namesOf(open.stack.workspace.workDir, open.stack.name);
    const shared = restored.filter((role) => sharedOf(role) !== undefined).map((role) => volumeName(role, names));
    const nodes = nodesWith(swarm, (source) => shared.find((name) => name === source));
    return servicesOn(connection, new Images(() => Promise.resolve(connection), open.identity), nodes);
}

/** Removes the jobs of a stack that a killed run left. */
export async function removeJobsOf(open: OpenStack): Promise<void> {
    const docker = await dockerOf(open.workplace).client();
    await removeJobs(docker, open.identity);
    if (swarmOf(open) !== undefined) await removeServiceJobs(docker, open.identity);
}

/** Removes the jobs of a stack that are over, which killed commands left, and names them. */
export async function removeEndedJobsOf(open: OpenStack): Promise<string[]> {
    const connection = dockerOf(open.workplace);
    const ended = await removeEndedJobs(connection, open.identity);
    if (swarmOf(open) === undefined) return ended;
    // An engine that manages no Swarm is for the update to refuse.
    const services = await removeEndedServiceJobs(connection, open.identity).catch(ignoring(503));
    return [...ended, ...(services ?? [])];
}

/** Prints a file, and nothing where there is none. */
const readScript = '[ -e "$1" ] || exit 0; exec cat "$1"';

/** The services of a stack's workloads, newest first. */
export async function servicesOf({ identity, workplace }: OpenStack): Promise<Found[]> {
    const connection = dockerOf(workplace);
    const services = workloadsAmong(await everyService(connection), identity).sort((one, other) =>
        one.CreatedAt < other.CreatedAt ? 1 : -1,
    );
    return await Promise.all(
        services.map(async (service): Promise<Found> => {
            const { ID: id, Spec } = service;
            const { Name: name, Labels: labels = {}, TaskTemplate } = Spec;
            const running = (await tasksOf(connection, id)).filter(isRunning);
            const beside = async (
                title: string,
                command: string[],
                more: { line?: string; writable?: string[] },
                seconds: number,
            ) => {
                const own = `${name.slice(0, 30)}-${randomUUID().slice(0, 8)}`;
                const twin = { name: own, title, stack: identity, command, seconds, ...more };
                const { code, log } = await runTwin(connection, id, twin);
                if (code === undefined) throw new Error(`${title} ${outcomeOf(code, seconds)}:\n${log}`);
                return { code, output: log };
            };
            const printed = async (...[title, command, more, seconds]: Parameters<typeof beside>) => {
                const { code, output } = await beside(title, command, more, seconds);
                if (code !== 0) throw new Error(`${title} ${outcomeOf(code, seconds)}:\n${output}`);
                return output;
            };
            return {
                ...{ id, name, labels, isRunning: running.length > 0, isStarting: false },
                variables: () => Promise.resolve(TaskTemplate.ContainerSpec.Env ?? []),
                complaint: () => Promise.resolve(undefined),
                execute: (command, { line, seconds = 120 } = {}) =>
                    beside(`a command beside ${name}`, command, { line }, seconds),
                twin: ({ title, entrypoint, command, writable, seconds }) =>
                    printed(title, [...entrypoint, ...command], { writable }, seconds),
                read: (path) => printed(`reading ${path}`, ["sh", "-c", readScript, "sh", path], {}, 120),
                stop: async () => {
                    if (replicasOf(service) === 0) return;
                    await scale(connection, id, 0);
                    await untilStopped(connection, id, name, 90);
                },
            };
        }),
    );
}
