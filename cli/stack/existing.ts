import { existsSync } from "node:fs";
import { findBackend, prepareBackend } from "../engine/backend";
import { ensureDocker, findDocker } from "../docker-engine";
import { ensurePulumi } from "../engine";
import { existsStack, openStack, type OpenStack, projectRoot, type Workplace } from "../workplace";
import { type Progress, ToolError } from "../progress";
import { defaultStack, readRequirements, rehearsalStack } from "./files";

/** Options for opening stacks that were started before. */
export interface ExistingOptions {
    /** Default: the default stack and the rehearsal. */
    name?: string;
    progress: Progress;
    /** Whether the command needs the Docker engine, and starts one. Default: false. */
    needsDocker?: boolean;
    /** Whether it says what the engine tells. Default: false, for a command that only reads the state, with or without an engine. */
    asksDocker?: boolean;
}

/**
 * Opens the stacks that were started before.
 *
 * @throws ToolError when there is none, or when the stack's Docker engine is needed or asked, and does not answer.
 */
export async function openExisting(options: ExistingOptions): Promise<OpenStack[]> {
    const { name, progress, needsDocker = false, asksDocker = false } = options;
    const nothing =
        name === undefined
            ? `Nothing was started from ${projectRoot}: \`npm start\` brings a stack up.`
            : `No stack ${name} was started from ${projectRoot}: \`npm start -- ${name}\` brings it up.`;
    const backend = findBackend(projectRoot);
    if (backend.folder !== undefined && !existsSync(backend.folder)) throw new ToolError(nothing);
    prepareBackend(backend);
    const requirements = readRequirements(projectRoot, name ?? defaultStack);
    const docker = needsDocker
        ? await ensureDocker(progress, requirements.docker)
        : await findDocker(requirements.docker).catch((error: unknown) => {
              // No other engine takes its place: what that one tells is not of this stack.
              if (asksDocker) throw error;
              return undefined;
          });
    const workplace: Workplace = { docker, pulumi: await ensurePulumi(progress), backend };

    const opened: OpenStack[] = [];
    for (const stack of name === undefined ? [defaultStack, rehearsalStack] : [name]) {
        if (await existsStack(workplace, stack)) opened.push(await openStack(workplace, stack));
    }
    if (opened.length === 0) throw new ToolError(nothing);
    return opened;
}
