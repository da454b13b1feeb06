import { type KnownArgs, processArgs } from "../../engine/container";
import { type JobPlace, runTo } from "../../engine/job";
import type { PlainFile } from "../../engine/files";
import { generationLabel, jobLabels } from "../../engine/labels";
import type { WorkloadMount } from "../../engine/workload";
import { containersOf, type Found } from "../stack/containers";
import type { OpenStack } from "../workplace";

/** A job that works on files of several users, without a network. */
export interface RootJob {
    /** Of its container, and in messages. */
    name: string;
    title: string;
    /** The stack's identity in labels. */
    identity: string;
    /** The PostgreSQL image of the stack. */
    image: string;
    entrypoint: string[];
    command: string[];
    variables?: Record<string, string>;
    files?: PlainFile[];
    mounts: WorkloadMount[];
    hours: number;
}

/** Runs a job as root, with the rights over files alone, and returns what it printed. */
export async function runAsRoot(place: JobPlace, job: RootJob): Promise<string> {
    const { name, title, identity, hours, files = [], ...process } = job;
    const limits = { memory: "1g" };
    const capabilities = ["CHOWN", "DAC_OVERRIDE", "FOWNER"];
    const args = processArgs(
        { ...process, files, user: "0", networks: [], limits, capabilities },
        jobLabels(identity, name),
    ) as KnownArgs;
    return await runTo(place, { name, title, args, pids: 256, files, seconds: hours * 3600 });
}

/** Stops what writes to authentik's database, and other containers. */
export async function stopWriters(open: OpenStack, others: Found[] = []): Promise<void> {
    const writers = (await containersOf(open)).filter(({ labels }) => generationLabel in labels);
    await Promise.all([...writers, ...others].map((one) => one.stop()));
}
