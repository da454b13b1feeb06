import type Docker from "dockerode";
import { existsSync } from "node:fs";
import { formerLabel, generationLabel, resourceLabel, stackLabel } from "../../engine/labels";
import { findDocker } from "../docker-engine";
import { findPulumi } from "../engine";
import { findBackend } from "../engine/backend";
import { type Progress, reasonOf } from "../progress";
import { nameOf } from "../stack/events";
import { readRequirements, stackNames } from "../stack/files";
import { restoreAtWork } from "../../config/volumes";
import { restoreOf } from "../backup/store";
import { healInterrupted } from "../stack/leftovers";
import { containersIn, readState, type StateResource } from "../stack/state";
import { swarmOf } from "../stack/swarm";
import { dockerOf, knownStacks, openStack, type OpenStack, projectRoot } from "../workplace";

/** A stack that was started. */
export interface StartedStack {
    open: OpenStack;
    /** Why nothing can be said of it: its Docker engine does not answer, though it has containers. Default: it answers. */
    obstacle?: string;
}

/**
 * The stacks that were started; none where Pulumi or a state is missing, and none without containers where the Docker engine is
 * missing. Installs nothing.
 *
 * @param name Default: every stack that has a configuration.
 */
export async function startedStacks(name?: string): Promise<StartedStack[]> {
    const backend = findBackend(projectRoot);
    if (backend.folder !== undefined && !existsSync(backend.folder)) return [];
    const pulumi = await findPulumi(() => undefined);
    if (pulumi === undefined) return [];
    const known = await knownStacks({ pulumi, backend });
    const started: StartedStack[] = [];
    for (const stack of name === undefined ? stackNames(projectRoot) : [name]) {
        if (!known.includes(stack)) continue;
        const docker = await findDocker(readRequirements(projectRoot, stack).docker).catch(reasonOf);
        if (typeof docker === "object") {
            started.push({ open: await openStack({ docker, pulumi, backend }, stack) });
            continue;
        }
        const open = await openStack({ pulumi, backend }, stack);
        if (containersIn((await readState(open)).resources).length > 0)
            started.push({
                open,
                obstacle: docker ?? "no Docker engine is running; `npm start` starts one, or says what to do",
            });
    }
    return started;
}

/**
 * Mends what is safe to mend: takes away the lock of a killed run and what it left unfinished, removes jobs that are over, and starts
 * containers that ran and stopped. It creates nothing and changes no configuration: that is for an update.
 *
 * @throws ToolError when another run is active.
 */
export async function mend(progress: Progress, open: OpenStack): Promise<void> {
    await healInterrupted(progress, open);
    const restore = await restoreOf(open);
    if (restore !== undefined) return progress(restoreAtWork(restore));
    // Swarm starts what stopped by itself.
    if (swarmOf(open) !== undefined) return;
    const docker = await dockerOf(open.workplace).client();
    const { resources } = await readState(open);
    for (const { id, name, obstacle } of stopped(
        resources,
        await docker.listContainers({ all: true }),
        open.identity,
    )) {
        if (obstacle !== undefined) {
            progress(`leaving ${name} as it is: ${obstacle}; \`npm start -- ${open.stack.name}\` goes on from there`);
            continue;
        }
        progress(`starting ${name}`);
        await docker.getContainer(id).start();
    }
}

/** A container of the state that does not run. */
interface Stopped {
    id: string;
    /** Of its resource. */
    name: string;
    /** Why it is not started. Default: it may be. */
    obstacle?: string;
}

/** A container, as far as Docker's list is needed here. */
type Listed = Pick<Docker.ContainerInfo, "Id" | "State" | "Labels">;

/**
 * The containers of a state that do not run, in its order, in which what others need is before them.
 *
 * After a failed update the state has the old and the new ones, which may not run on the same data.
 *
 * @param listed every container of the engine.
 * @param identity the stack's, in labels.
 */
export function stopped(resources: StateResource[], listed: Listed[], identity: string): Stopped[] {
    return containersIn(resources).flatMap(({ id = "", urn, delete: isReplaced = false }): Stopped[] => {
        const own = listed.find(({ Id }) => Id === id);
        if (own === undefined || ["running", "restarting", "paused"].includes(own.State)) return [];
        const name = nameOf(urn);
        const ofResource = ({ Labels }: Listed) =>
            nameOf(Labels[formerLabel] ?? "") === name ||
            (Labels[stackLabel] === identity && Labels[resourceLabel] === name);
        const { [generationLabel]: generation } = own.Labels;
        const isOther = ({ Labels }: Listed) =>
            Labels[stackLabel] === identity && (Labels[generationLabel] ?? generation) !== generation;
        const others = listed.filter(({ Id }) => Id !== id);
        if (isReplaced) return [{ id, name, obstacle: "an update was about to delete it" }];
        if (own.State !== "exited") return [{ id, name, obstacle: `an update did not finish it, it is ${own.State}` }];
        if (others.some(ofResource)) return [{ id, name, obstacle: "another container of the same resource exists" }];
        if (generation !== undefined && others.some(isOther))
            return [{ id, name, obstacle: "containers of another release exist" }];
        return [{ id, name }];
    });
}
