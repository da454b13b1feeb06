import { type KnownArgs, processArgs } from "../../engine/container";
import { type DockerConnection, ignoring } from "../../engine/connection";
import { runToExit } from "../../engine/job";
import type { PlainFile } from "../../engine/files";
import { generationLabel, jobLabel, stackLabel } from "../../engine/labels";
import type { WorkloadMount } from "../../engine/workload";
import { dockerOf, type OpenStack } from "../workplace";

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
export async function runAsRoot(connection: DockerConnection, job: RootJob): Promise<string> {
    const { name, title, identity, hours, files = [], ...process } = job;
    const limits = { memory: "1g" };
    const capabilities = ["CHOWN", "DAC_OVERRIDE", "FOWNER"];
    const args = processArgs(
        { ...process, files, user: "0", networks: [], limits, capabilities },
        { [stackLabel]: identity, [jobLabel]: name },
    ) as KnownArgs;
    return await runToExit(connection, { name, title, args, pids: 256, files, seconds: hours * 3600 });
}

/** Stops what writes to authentik's database, and other containers. */
export async function stopWriters({ workplace, identity }: OpenStack, others: { Id: string }[] = []): Promise<void> {
    const docker = await dockerOf(workplace).client();
    const writers = await docker.listContainers({ filters: { label: [`${stackLabel}=${identity}`, generationLabel] } });
    const stopping = [...writers, ...others].map(({ Id }) => docker.getContainer(Id).stop({ t: 60 }));
    await Promise.all(stopping.map((one) => one.catch(ignoring(304))));
}
