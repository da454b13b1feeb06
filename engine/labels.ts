/** Label that names the stack that a Docker object belongs to. */
export const stackLabel = "authentik-stack.stack";
/** Label that names the resource behind a Docker object: how what a killed update left is found. */
export const resourceLabel = "authentik-stack.resource";
/** Label of a container that runs once, with the name of its job. */
export const jobLabel = "authentik-stack.job";
/** Label that changes with all that a container is made of. */
export const madeOfLabel = "authentik-stack.made-of";

/** Label of the resource's URN, which containers have that an earlier version of this program made. */
export const formerLabel = "authentik-stack.urn";

/**
 * A stack as its label names it: the project with the prefix of its names, by which stacks on one host differ anyway. The
 * name of the Pulumi stack is not in it, so that a rename changes nothing.
 */
export function stackIdentity(project: string, prefix: string): string {
    return `${project}/${prefix}`;
}
