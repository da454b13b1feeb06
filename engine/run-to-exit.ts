import type Docker from "dockerode";
import { confinement, inMemory } from "./confinement";
import { type PlainFile, putFiles, volumesFor } from "./files";
import { lastLogLines, redact } from "./host";
import { jobLabels, removeJobs } from "./job-containers";
import { stackName } from "./labels";

/** A job with every value known. */
export interface JobRun {
    name: string;
    title: string;
    image: string;
    entrypoint?: string[];
    command?: string[];
    /** Default: the image's own. */
    user?: string;
    /** Linux capabilities kept. Default: none. */
    capabilities?: string[];
    settings?: Record<string, string>;
    documents?: Record<string, string>;
    files?: PlainFile[];
    mounts?: { source: string; target: string; readOnly?: boolean }[];
    networks?: { network: string; aliases: string[] }[];
    witnesses?: { title: string; id: string }[];
    /** Values that no message may show. */
    secrets?: string[];
    seconds: number;
    cure?: string;
}

/**
 * Runs a job's container to its end and removes it.
 *
 * @throws Error with the last log lines of the job and of its witnesses, secrets blotted out, when it ends with another
 *   code than 0 or not in time.
 */
export async function runToExit(docker: Docker, job: JobRun): Promise<void> {
    const { secrets = [], witnesses = [], cure = "" } = job;
    const { code, log } = await runOnce(docker, job);
    if (code === 0) return;
    const outcome = code === undefined ? `did not end within ${job.seconds} seconds` : `failed with exit code ${code}`;
    const sections = await Promise.all(
        witnesses.map(
            async ({ title, id }) =>
                `last log lines of ${title}:\n${await lastLogLines(docker.getContainer(id), secrets, 5)}`,
        ),
    );
    throw new Error([`${job.title} ${outcome}:\n${redact(log, secrets)}`, ...sections, cure].join("\n").trimEnd());
}

async function runOnce(docker: Docker, job: JobRun): Promise<{ code: number | undefined; log: string }> {
    // One that was killed half-way may have left its container.
    await removeJobs(docker, stackName(), job.name);
    const container = await docker.createContainer(createOptions(job));
    try {
        for (const { network } of job.networks?.slice(1) ?? [])
            await docker.getNetwork(network).connect({ Container: container.id });
        await putFiles(container, filesOf(job));
        await container.start();
        const code = await exitCode(container, job.seconds);
        return { code, log: await lastLogLines(container, [], 25) };
    } finally {
        await container.remove({ force: true, v: true });
    }
}

async function exitCode(container: Docker.Container, seconds: number): Promise<number | undefined> {
    const timeout = AbortSignal.timeout(seconds * 1000);
    try {
        const { StatusCode } = (await container.wait({ abortSignal: timeout })) as { StatusCode: number };
        return StatusCode;
    } catch (error) {
        if (timeout.aborted) return undefined;
        throw error;
    }
}

function createOptions(job: JobRun): Docker.ContainerCreateOptions {
    return {
        name: job.name,
        Image: job.image,
        Entrypoint: job.entrypoint,
        Cmd: job.command,
        User: job.user,
        Env: Object.entries(job.settings ?? {}).map(([key, value]) => `${key}=${value}`),
        Labels: jobLabels(job.name),
        Healthcheck: { Test: ["NONE"] },
        Volumes: volumesFor(filesOf(job)),
        HostConfig: {
            NetworkMode: job.networks?.[0]?.network ?? "none",
            Mounts: job.mounts?.map(({ source, target, readOnly = false }) => ({
                Type: source.startsWith("/") ? "bind" : "volume",
                Source: source,
                Target: target,
                ReadOnly: readOnly,
            })),
            ReadonlyRootfs: true,
            Tmpfs: inMemory(),
            CapDrop: confinement.dropped,
            CapAdd: job.capabilities,
            SecurityOpt: confinement.securityOpts,
            PidsLimit: 256,
            Memory: gigabyte,
            MemorySwap: gigabyte,
            LogConfig: { Type: confinement.log.driver, Config: confinement.log.options },
        },
    };
}

/** Everything the job reads. */
function filesOf({ documents = {}, files = [] }: JobRun): PlainFile[] {
    return [...Object.entries(documents).map(([path, content]) => ({ path, content })), ...files];
}

const gigabyte = 1024 ** 3;
