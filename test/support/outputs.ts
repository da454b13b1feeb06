import * as pulumi from "@pulumi/pulumi";

/** One value of a tree of outputs. */
export interface Leaf {
    /** E.g. `admin.password`. */
    path: string;
    value: unknown;
    secret: boolean;
}

/** Every value of a tree in which some are outputs. */
export async function leavesOf(tree: unknown, path = ""): Promise<Leaf[]> {
    if (pulumi.Output.isInstance(tree))
        return [{ path, value: await valueOf(tree), secret: await pulumi.isSecret(tree) }];
    if (typeof tree !== "object" || tree === null) return [{ path, value: tree, secret: false }];
    const below = Object.entries(tree).map(([key, value]) => leavesOf(value, path === "" ? key : `${path}.${key}`));
    return (await Promise.all(below)).flat();
}

/** The value of an output, or the error that keeps it from having one. */
export function valueOf<T>(output: pulumi.Input<T>): Promise<T> {
    return (pulumi.output(output) as unknown as { promise: () => Promise<T> }).promise();
}

/** Whether a value is known already, as far as a preview can tell. */
export function isKnown(output: pulumi.Input<unknown>): Promise<boolean> {
    return (pulumi.output(output) as unknown as { isKnown: Promise<boolean> }).isKnown;
}
