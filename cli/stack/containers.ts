import type Docker from "dockerode";
import { ignoring } from "../../engine/connection";
import { twinArgs } from "../../engine/container";
import { readFile } from "../../engine/files";
import { runToExit } from "../../engine/job";
import { jobLabels, resourceLabel, stackLabel } from "../../engine/labels";
import { execute } from "../../engine/streams";
import { dockerOf, type OpenStack } from "../workplace";
import { servicesOf, swarmOf } from "./swarm";

/** A container of one of a stack's workloads; on a Swarm the service that runs its containers. */
export interface Found {
    id: string;
    /** As Docker's own command knows it. */
    name: string;
    labels: Record<string, string>;
    /** Healthy or not. */
    isRunning: boolean;
    /** Its health is not known yet. */
    isStarting: boolean;
    /** Its variables, as `NAME=value`. */
    variables(): Promise<string[]>;
    /** What its health check says, where it is unhealthy. On a Swarm nobody knows. */
    complaint(): Promise<string | undefined>;
    /**
     * Runs a command where it runs.
     *
     * @throws Error with what it printed where it is not over in time on a Swarm.
     */
    execute(command: string[], more?: Execution): Promise<{ code: number; output: string }>;
    /** Runs a job that has what it has, and returns what that printed. */
    twin(job: TwinJob): Promise<string>;
    /**
     * The content of a text file in it, whether it runs or not; empty if it does not exist.
     *
     * @throws Error where it cannot be read, or is not read within two minutes on a Swarm.
     */
    read(path: string): Promise<string>;
    /** Stops it where it runs. */
    stop(): Promise<unknown>;
}

/** How a command runs. */
export interface Execution {
    /** What it reads on standard input; it may be secret. Default: nothing. */
    line?: string;
    /** After which it is given up on a Swarm, where it also has to find a place. Default: 120. */
    seconds?: number;
}

/** A job that has what a container has: image, variables, files, volumes and networks. */
export interface TwinJob {
    name: string;
    /** Its name in messages. */
    title: string;
    entrypoint: string[];
    command: string[];
    /** Volumes that the container only reads, and the job writes to, by their paths. */
    writable: string[];
    pids: number;
    seconds: number;
}

/**
 * The containers of a stack's workloads, newest first: during an update there are two of one.
 *
 * @param ending of its resource's name, which begins with that of the stack's component, e.g. `-worker`. Default: all of them.
 */
export async function containersOf(open: OpenStack, ending = ""): Promise<Found[]> {
    const found = swarmOf(open) === undefined ? await containersOnHost(open) : await servicesOf(open);
    return found.filter(({ labels }) => labels[resourceLabel]?.endsWith(ending));
}

/** Whether it runs, healthy or not. */
export function isRunning({ isRunning: runs }: Found): boolean {
    return runs;
}

async function containersOnHost({ identity, workplace }: OpenStack): Promise<Found[]> {
    const connection = dockerOf(workplace);
    const docker = await connection.client();
    const listed = await docker.listContainers({ all: true, filters: { label: [`${stackLabel}=${identity}`] } });
    return listed.map(({ Id, Names, Labels, State, Status }): Found => {
        const container = docker.getContainer(Id);
        return {
            ...{ id: Id, name: Names[0]?.slice(1) ?? Id, labels: Labels, isRunning: State === "running" },
            isStarting: Status.includes("health: starting"),
            variables: async () => (await container.inspect()).Config.Env,
            complaint: async () => complaintOf(await container.inspect()),
            execute: (command, { line } = {}) => execute(container, command, line),
            twin: async ({ entrypoint, command, writable, ...job }) => {
                const labels = jobLabels(identity, job.name);
                const args = twinArgs(await container.inspect(), { entrypoint, command, writable }, labels);
                return await runToExit(connection, { ...job, args, files: [] });
            },
            read: (path) => readFile(container, path),
            stop: () => container.stop({ t: 60 }).catch(ignoring(304)),
        };
    });
}

function complaintOf({ State }: Docker.ContainerInspectInfo): string | undefined {
    return State.Health?.Status === "unhealthy" ? State.Health.Log.at(-1)?.Output.trim() : undefined;
}
