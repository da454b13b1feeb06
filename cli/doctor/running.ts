import { existsSync } from "node:fs";
import { ignoring } from "../../engine/connection";
import { removeJobs } from "../../engine/job";
import { findDocker } from "../docker-engine";
import { findPulumi } from "../engine";
import { findBackend } from "../engine/backend";
import type { Progress } from "../progress";
import { kindOf, nameOf } from "../stack/events";
import { readRequirements, stackNames } from "../stack/files";
import { healInterrupted } from "../stack/leftovers";
import { readState } from "../stack/state";
import { dockerOf, existsStack, openStack, type OpenStack, projectRoot } from "../workplace";

/**
 * The stacks that were started; none where Pulumi, the Docker engine or a state is missing. Installs nothing.
 *
 * @param name Default: every stack that has a configuration.
 */
export async function startedStacks(name?: string): Promise<OpenStack[]> {
    const backend = findBackend(projectRoot);
    if (backend.folder !== undefined && !existsSync(backend.folder)) return [];
    const pulumi = await findPulumi(() => undefined);
    if (pulumi === undefined) return [];
    const opened: OpenStack[] = [];
    for (const stack of name === undefined ? stackNames(projectRoot) : [name]) {
        const docker = await findDocker(readRequirements(projectRoot, stack).docker).catch(() => undefined);
        if (docker === undefined) continue;
        const workplace = { docker, pulumi, backend };
        if (await existsStack(workplace, stack)) opened.push(await openStack(workplace, stack));
    }
    return opened;
}

/**
 * Mends what is safe to mend: takes away the lock of a killed run and what it left unfinished, removes jobs that are over, and starts
 * containers that are stopped. It creates nothing and changes no configuration: that is for an update.
 *
 * @throws ToolError when another run is active.
 */
export async function mend(progress: Progress, open: OpenStack): Promise<void> {
    await healInterrupted(progress, open);
    const docker = await dockerOf(open.workplace).client();
    await removeJobs(docker, open.identity);
    // In the order of the state, what others need is before them.
    for (const { type, id = "", urn } of (await readState(open)).resources) {
        if (kindOf(type) !== "container") continue;
        const container = docker.getContainer(id);
        const found = await container.inspect().catch(ignoring(404));
        if (found === undefined || found.State.Running) continue;
        progress(`starting ${nameOf(urn)}`);
        await container.start();
    }
}
