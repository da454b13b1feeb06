import { existsSync } from "node:fs";
import { findBackend, prepareBackend } from "../engine/backend";
import { ensureDocker, findDocker } from "../docker-engine";
import { ensurePulumi } from "../engine";
import { knownStacks, openStack, type OpenStack, projectRoot, type Workplace } from "../workplace";
import { type Progress, ToolError } from "../progress";
import { defaultStack, readRequirements, rehearsalStack } from "./files";

/** Options for opening stacks that were started before. */
export interface ExistingOptions {
    /** Default: the default stack and the rehearsal; if there is neither, the only one that there is. */
    name?: string;
    /** Whether it creates the stack of this name if it does not exist. Default: false. */
    creates?: boolean;
    progress: Progress;
    /** Whether the command needs the Docker engine, and starts one. Default: false. */
    needsDocker?: boolean;
    /** Whether it says what the engine tells. Default: false, for a command that only reads the state, with or without an engine. */
    asksDocker?: boolean;
}

/**
 * Opens the stacks that were started before.
 *
 * @throws ToolError when there is none or no telling which, or when the stack's Docker engine is needed or asked, and does not answer.
 */
export async function openExisting(options: ExistingOptions): Promise<OpenStack[]> {
    const { name, creates = false, progress, needsDocker = false, asksDocker = false } = options;
    const backend = findBackend(projectRoot);
    const isNew = backend.folder !== undefined && !existsSync(backend.folder);
    if (isNew && !creates) throw nothing(name);
    prepareBackend(backend);
    const pulumi = await ensurePulumi(progress);
    const known = isNew ? [] : await knownStacks({ pulumi, backend });
    const chosen = choose(known, name, creates);
    const requirements = readRequirements(projectRoot, chosen[0]);
    const docker = needsDocker
        ? await ensureDocker(progress, requirements.docker)
        : await findDocker(requirements.docker).catch((error: unknown) => {
              // No other engine takes its place: what that one tells is not of this stack.
              if (asksDocker) throw error;
              return undefined;
          });
    const workplace: Workplace = { docker, pulumi, backend };
    const opened: OpenStack[] = [];
    for (const stack of chosen) opened.push(await openStack(workplace, stack));
    return opened;
}

function choose(known: string[], name: string | undefined, creates: boolean): [string, ...string[]] {
    const usual = [defaultStack, rehearsalStack].filter((one) => known.includes(one));
    const wanted = name === undefined ? (usual.length > 0 ? usual : known) : [name];
    if (usual.length === 0 && wanted.length > 1)
        throw new ToolError(`Several stacks were started: ${known.join(", ")}. Name one of them with --stack.`);
    const [first, ...others] = creates ? wanted : wanted.filter((one) => known.includes(one));
    if (first === undefined) throw nothing(name);
    return [first, ...others];
}

function nothing(name: string | undefined): ToolError {
    return new ToolError(
        name === undefined
            ? `Nothing was started from ${projectRoot}: \`npm start\` brings a stack up.`
            : `No stack ${name} was started from ${projectRoot}: \`npm start -- ${name}\` brings it up.`,
    );
}
