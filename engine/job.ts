import { randomBytes } from "node:crypto";
import { once } from "node:events";
import * as pulumi from "@pulumi/pulumi";
import type Docker from "dockerode";
import { type DockerConnection, failureOf, ignoring } from "./connection";
import { createOptions, type KnownArgs } from "./container";
import { type PlainFile, putFiles } from "./files";
import { jobLabel, labelIn, serviceLabel, stackLabel } from "./labels";
import { lastLogLines, redact } from "./streams";

/** A container that runs once, with every value known. */
export interface JobRun {
    name: string;
    /** Its name in messages. */
    title: string;
    args: KnownArgs;
    pids: number;
    files: PlainFile[];
    /** Containers whose last log lines help to understand a failure: those that are telling. Default: none, and all. */
    witnesses?: { title: string; id: string; telling?: RegExp }[];
    /** Values that must not appear in messages. Default: none. */
    secrets?: string[];
    /** What is wrong with what it printed, although it succeeded. Default: nothing. */
    judge?: (output: string) => string | undefined;
    seconds: number;
    /** What a person can do about a failure of which the job told the cause. Default: no advice. */
    cure?: string;
}

/** What a person can do where a job of an update did not end: its cure is for one that told what is wrong. */
const cureOfLate =
    "It was stopped then. Its machine may be too busy for it, or something that it needs does not answer. " +
    "Run `pulumi up` again, which starts it from the beginning.";

/** Where jobs run. */
export interface JobPlace {
    /** Runs one to its end and removes it; no code where it did not end in time. */
    once(job: JobRun): Promise<{ code: number | undefined; log: string }>;
    /** The last lines of what a workload printed, secrets redacted. */
    lastLines(id: string, secrets: string[], lines: number, telling?: RegExp): Promise<string>;
}

/** Jobs as containers of one engine. */
export function containersOn(connection: DockerConnection): JobPlace {
    return {
        once: async (job) => {
            await connection.pullIfMissing(job.args.image);
            return await runOnce(await connection.client(), job);
        },
        lastLines: async (id, ...rest) => lastLogLines((await connection.client()).getContainer(id), ...rest),
    };
}

/** Runs a container to its end on one engine, as {@link runTo} does. */
export function runToExit(connection: DockerConnection, job: JobRun): Promise<string> {
    return runTo(containersOn(connection), job);
}

/**
 * Runs a container to its end and removes it. Lines of its log that begin with `warning: ` are shown as warnings.
 *
 * @returns the last lines that it printed, secrets redacted.
 * @throws Error with the last log lines of the job and of its witnesses, secrets redacted, when the job exits with another
 *   code than 0, or does not end in time; else with the verdict on what it printed.
 */
export async function runTo(place: JobPlace, job: JobRun): Promise<string> {
    const { secrets = [], witnesses = [], cure = "", judge = () => undefined } = job;
    const { code, log } = await place.once(job).catch((error: unknown) => {
        throw failureOf(`${job.title} failed`, error);
    });
    const verdict = code === 0 ? judge(log) : undefined;
    if (verdict !== undefined) throw new Error(verdict);
    if (code === 0) return await shown(redact(log, secrets));
    const outcome = outcomeOf(code, job.seconds);
    const sections = await Promise.all(
        witnesses.map(
            async ({ title, id, telling }) =>
                `last log lines of ${title}:\n${await place.lastLines(id, secrets, 5, telling)}`,
        ),
    );
    const said =
        log.trim() === ""
            ? `${job.title} ${outcome}, and printed nothing.`
            : `${job.title} ${outcome}:\n${redact(log, secrets)}`;
    throw new Error([said, ...sections, code === undefined && cure !== "" ? cureOfLate : cure].join("\n").trimEnd());
}

/** How a job failed: it had so many seconds, and has no code where it did not end in them. */
export function outcomeOf(code: number | undefined, seconds: number): string {
    return code === undefined ? `did not end within ${seconds} seconds` : `failed with exit code ${code}`;
}

/** Shows the lines that begin with `warning: `: a warning is what every front end shows. */
async function shown(log: string): Promise<string> {
    for (const [, warning = ""] of log.matchAll(/^warning: (.*)$/gm)) await pulumi.log.warn(warning);
    return log;
}

async function runOnce(docker: Docker, job: JobRun): Promise<{ code: number | undefined; log: string }> {
    const stack = labelIn(job.args.labels, stackLabel);
    // A killed run may have left its container.
    await removeJobs(docker, stack, job.name);
    // The engine has each name once, and another stack may have a job of the same name.
    const name = `${job.name}-${randomBytes(4).toString("hex")}`;
    const container = await docker.createContainer(createOptions(name, job.args, job.pids));
    try {
        for (const { name, aliases } of job.args.networksAdvanced?.slice(1) ?? [])
            await docker.getNetwork(name).connect({ Container: container.id, EndpointConfig: { Aliases: aliases } });
        await putFiles(container, job.files);
        await container.start();
        const code = await exitCode(container, job.seconds);
        return { code, log: await lastLogLines(container, [], code === 0 ? 1000 : 25) };
    } finally {
        // Another command may have removed it, or is about to.
        await container.remove({ force: true, v: true }).catch(ignoring(404, 409));
    }
}

async function exitCode(container: Docker.Container, seconds: number): Promise<number | undefined> {
    // A timer of our own: the client waits forever when the engine goes away in the middle of an answer.
    const over = once(AbortSignal.timeout(seconds * 1000), "abort").then(() => undefined);
    const ended = container.wait().then((result: { StatusCode: number }) => result.StatusCode);
    return await Promise.race([ended, over]);
}

/**
 * Removes the containers of jobs that a killed run left, together with their volumes.
 *
 * @param stack the stack's identity in labels.
 * @param job Default: every job.
 */
export async function removeJobs(docker: Docker, stack: string, job?: string): Promise<void> {
    const filters = { label: [`${stackLabel}=${stack}`, job === undefined ? jobLabel : `${jobLabel}=${job}`] };
    for (const { Id } of await docker.listContainers({ all: true, filters }))
        await docker.getContainer(Id).remove({ force: true, v: true });
}

/** A job that runs, perhaps without the command that started it. */
export interface JobAtWork {
    /** What Docker calls it, e.g. `the container prod-authentik-backup-restore-0a1b2c3d`. */
    title: string;
    /** The command that shows when it has ended. */
    shows: string;
}

/**
 * A job that runs on one engine.
 *
 * @param listed containers that run.
 * @param stack the stack's identity in labels.
 */
export function containerAtWork(
    listed: Pick<Docker.ContainerInfo, "Labels" | "Names">[],
    stack: string,
    job: string,
): JobAtWork | undefined {
    const found = listed.find(({ Labels }) => Labels[stackLabel] === stack && Labels[jobLabel] === job);
    const name = found?.Names[0]?.replace("/", "");
    return name === undefined ? undefined : { title: `the container ${name}`, shows: `docker wait ${name}` };
}

/**
 * Removes the containers of jobs that are over: whoever waits for a job removes its container at once, unless that command is killed.
 *
 * @param stack the stack's identity in labels.
 * @returns each of them, and how it ended: `prod-authentik-backup-restore: Exited (1) 5 minutes ago`.
 */
export async function removeEndedJobs(connection: DockerConnection, stack: string): Promise<string[]> {
    const filters = JSON.stringify({ label: [`${stackLabel}=${stack}`, jobLabel] });
    const path = `/containers/json?all=true&filters=${encodeURIComponent(filters)}`;
    const isBefore = (time: number, seconds: number) => time < Date.now() - seconds * 1000;
    // A service's are Swarm's.
    const idle = (await connection.get<Docker.ContainerInfo[]>(path)).filter(
        ({ State, Labels }) => State !== "running" && !(serviceLabel in Labels),
    );
    const over: Docker.ContainerInfo[] = [];
    for (const one of idle) {
        // Another command may be about to give it its files and start it, or to read what it printed.
        const found = `/containers/${one.Id}/json`;
        const { State } = (await connection.get<Docker.ContainerInspectInfo>(found).catch(ignoring(404))) ?? {};
        const isOver =
            one.State === "created"
                ? isBefore(one.Created * 1000, 600)
                : State !== undefined && isBefore(Date.parse(State.FinishedAt), 10);
        if (isOver) over.push(one);
    }
    for (const { Id } of over) {
        const container = (await connection.client()).getContainer(Id);
        // One that cannot be removed now is tried again by the next command.
        await container.remove({ v: true }).catch(() => undefined);
    }
    return over.map(({ Labels, Status }) => `${Labels[jobLabel] ?? ""}: ${Status}`);
}

/** A container that gives volumes to a user. */
export interface HandOver {
    args: KnownArgs;
    /** What uses the volumes starts without it as well. */
    optional: boolean;
}

/**
 * Gives volumes to the user of a workload.
 *
 * @param title of the workload.
 */
export async function handOver(place: JobPlace, title: string, handOvers: HandOver[]): Promise<void> {
    for (const { args, optional } of handOvers) {
        // The label by which the container is found if the run is killed.
        const name = labelIn(args.labels, jobLabel);
        const targets = (args.mounts ?? []).map(({ target }) => target).join(", ");
        const job = {
            name,
            title: `giving ${targets} to the user of ${title}`,
            args,
            pids: 64,
            files: [],
            seconds: 300,
        };
        try {
            await runTo(place, job);
        } catch (error) {
            if (!optional) throw error;
            await pulumi.log.warn(error instanceof Error ? error.message : String(error));
        }
    }
}
