import type Docker from "dockerode";
import { resourceLabel, stackLabel } from "../../engine/labels";
import { dockerOf, type OpenStack } from "../workplace";

/**
 * The containers of one of a stack's workloads, newest first: during an update there are two.
 *
 * @param ending of its resource's name, which begins with that of the stack's component, e.g. `-worker`.
 */
export async function containersOf(
    { identity, workplace }: OpenStack,
    ending: string,
): Promise<Docker.ContainerInfo[]> {
    const docker = await dockerOf(workplace).client();
    const found = await docker.listContainers({ all: true, filters: { label: [`${stackLabel}=${identity}`] } });
    return found.filter(({ Labels }) => Labels[resourceLabel]?.endsWith(ending));
}

/** Whether a container runs, healthy or not. */
export function isRunning({ State }: Docker.ContainerInfo): boolean {
    return State === "running";
}
