import { existsSync } from "node:fs";
import { findBackend, prepareBackend } from "../engine/backend";
import { ensureDocker, findDocker } from "../docker-engine";
import { ensurePulumi } from "../engine";
import { existsStack, openStack, type OpenStack, projectRoot, type Workplace } from "../workplace";
import { type Progress, ToolError } from "../progress";
import { defaultStack, readRequirements, rehearsalStack } from "./files";

/** How stacks that were started before are opened. */
export interface ExistingOptions {
    /** Default: the real stack and the rehearsal. */
    name?: string;
    progress: Progress;
    /** The containers are going to be touched. Default: false. */
    needsDocker?: boolean;
}

/**
 * Opens the stacks that were started before.
 *
 * @throws ToolError when there is none.
 */
export async function openExisting({ name, progress, needsDocker = false }: ExistingOptions): Promise<OpenStack[]> {
    const nothing = `${name === undefined ? "Nothing" : `No stack ${name}`} was started from ${projectRoot}.`;
    const backend = findBackend(projectRoot);
    if (backend.folder !== undefined && !existsSync(backend.folder)) throw new ToolError(nothing);
    prepareBackend(backend);
    const requirements = readRequirements(projectRoot, name ?? defaultStack);
    const docker = needsDocker
        ? await ensureDocker(progress, requirements.docker)
        : await findDocker(requirements.docker).catch(() => undefined);
    const workplace: Workplace = { docker, pulumi: await ensurePulumi(progress), backend };

    const opened: OpenStack[] = [];
    for (const stack of name === undefined ? [defaultStack, rehearsalStack] : [name]) {
        if (await existsStack(workplace, stack)) opened.push(await openStack(workplace, stack));
    }
    if (opened.length === 0) throw new ToolError(nothing);
    return opened;
}
