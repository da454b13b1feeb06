import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/** What a step was done with, and how it is done. */
export interface Step {
    /** Plain facts the step depends on; the preview shows which of them changed. */
    facts: Record<string, pulumi.Input<string>>;
    /** Secret values the step depends on; the state holds one encrypted digest of them. Default: none. */
    secrets?: pulumi.Input<pulumi.Input<string>[]>;
    /** The containers that the step runs, for the preview and for policies. Default: none. */
    containers?: object[];
    /** Why the step has to be done although nothing changed. Default: it need not. */
    again?: string;
    /** What is to be remembered until the step is done again, by name. Default: nothing. */
    memory?: Record<string, string>;
    /**
     * Does the step. When it throws, the step counts as not done and the next update does it again.
     *
     * @param forgotten what the step was last done with and is no longer in its memory.
     */
    run: (forgotten: Record<string, string>) => Promise<void>;
}

/**
 * Does a step when a fact or a secret of it changed since it was last done, and records that in the stack's state.
 *
 * The step runs before the record is made, so that one that fails is not recorded. What runs after a resource was made
 * (an after-hook, a container that runs once) is recorded as done whatever comes of it.
 */
export function recordStep(name: string, step: Step, opts: pulumi.CustomResourceOptions): pulumi.Resource {
    const memory = step.memory ?? {};
    const run = async ({ oldInputs }: pulumi.ResourceHookArgs) => {
        const old = await valueOf(pulumi.output((oldInputs as OldInputs | undefined)?.input));
        await step.run(Object.fromEntries(Object.entries(old?.memory ?? {}).filter(([key]) => !(key in memory))));
    };
    const input = {
        facts: step.facts,
        ...(step.secrets && { secrets: pulumi.secret(pulumi.output(step.secrets).apply(digest)) }),
        ...(step.containers && { containers: step.containers }),
        ...(step.memory && { memory }),
        again: step.again ?? "",
    };
    return new pulumi.Stash(
        name,
        { input },
        {
            ...opts,
            hooks: hooksOf({ beforeCreate: [run], beforeUpdate: [run] }),
            // Without a reason the one of the last time stays recorded: its end is no reason to do the step again.
            ignoreChanges: step.again === undefined ? ["input.again"] : [],
        },
    );
}

/** The hooks of a resource; none in a preview, which runs none: the engine is told of each, which takes as long as a resource. */
export function hooksOf(binding: pulumi.ResourceHookBinding): pulumi.ResourceHookBinding | undefined {
    return pulumi.runtime.isDryRun() ? undefined : binding;
}

/** What a hook is told of the record that an update replaces. */
interface OldInputs {
    input?: { memory?: Record<string, string> };
}

/** A short digest that changes with the value; the order of an object's keys changes nothing. */
export function digest(value: unknown): string {
    return createHash("sha256").update(JSON.stringify(value, sorted)).digest("hex").slice(0, 16);
}

function sorted(_: string, value: unknown): unknown {
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;
}

/** The value of an output, for code that runs during an update, when every input is known. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
    return new Promise((resolve) => {
        output.apply((value) => resolve(value));
    });
}
