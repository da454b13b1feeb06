/** Label that names the stack that a Docker object belongs to. */
export const stackLabel = "authentik-stack.stack";
/** Label that names the resource of a Docker object, by which the leftovers of a killed update are found. */
export const resourceLabel = "authentik-stack.resource";
/** Label of a container that runs once, with the name of its job. */
export const jobLabel = "authentik-stack.job";
/** Label of a container with the generation of its data, beside which no other generation's containers may run. */
export const generationLabel = "authentik-stack.generation";
/** Label with a digest of everything that a container is made of. */
export const madeOfLabel = "authentik-stack.made-of";
/** Swarm's own label of the containers of services. */
export const serviceLabel = "com.docker.swarm.service.id";

/** Label with the resource's URN, on containers that an earlier version of this program created. */
export const formerLabel = "authentik-stack.urn";

/**
 * A stack's identity in labels: the project and the prefix of its names, by which stacks on one host differ anyway. The
 * name of the Pulumi stack is not part of it, so that renaming the stack changes nothing.
 */
export function stackIdentity(project: string, prefix: string): string {
    return `${project}/${prefix}`;
}

/** The labels of a job's containers, services and files. */
export function jobLabels(stack: string, job: string): Record<string, string> {
    return { [stackLabel]: stack, [jobLabel]: job };
}

/** The value of a label among a container's arguments; empty where it has none. */
export function labelIn(labels: { label: string; value: string }[] | undefined, name: string): string {
    return labels?.find(({ label }) => label === name)?.value ?? "";
}
