import * as pulumi from "@pulumi/pulumi";
import { valueOf } from "./step";

/** Label that names the stack a Docker object belongs to, as project/stack. */
export const stackLabel = "authentik-stack.stack";
/** Label that holds the URN of the resource behind a Docker object: how orphans of a killed update are found. */
export const urnLabel = "authentik-stack.urn";

/** Label that names the job that a container is for: how what a killed run left of it is found. */
export const jobLabel = "authentik-stack.job";

/** The stack as its label names it. */
export function stackName(): string {
    return `${pulumi.getProject()}/${pulumi.getStack()}`;
}

/** The labels that every Docker object of the stack carries, in the provider's form. */
export function stackLabels(
    name: string,
    type: string,
    parent: pulumi.Resource | undefined,
): { label: string; value: pulumi.Input<string> }[] {
    // The parent's URN as a plain promise: an output of the parent would make the child wait for the parent's children.
    return [
        { label: stackLabel, value: stackName() },
        { label: urnLabel, value: pulumi.createUrn(name, type, parent && valueOf(parent.urn)) },
    ];
}
