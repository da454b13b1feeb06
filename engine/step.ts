import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/** What a step was done with, and how it is done. */
export interface Step {
    /** Plain facts the step depends on; the preview shows which of them changed. */
    facts: Record<string, pulumi.Input<string>>;
    /** Secret values the step depends on; the state holds one encrypted digest of them. */
    secrets: pulumi.Input<pulumi.Input<string>[]>;
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
 * A container resource that runs once cannot do this: when it fails it stays in the state as created, and the next
 * update leaves it alone.
 */
export function recordStep(name: string, step: Step, opts: pulumi.CustomResourceOptions): pulumi.Resource {
    const secrets = pulumi.secret(pulumi.output(step.secrets).apply(digest));
    const memory = step.memory ?? {};
    const run = async ({ oldInputs }: pulumi.ResourceHookArgs) => {
        const old = await valueOf(pulumi.output((oldInputs as OldInputs | undefined)?.input));
        await step.run(Object.fromEntries(Object.entries(old?.memory ?? {}).filter(([key]) => !(key in memory))));
    };
    const input = { facts: step.facts, secrets, ...(step.memory && { memory }) };
    return new pulumi.Stash(name, { input }, { ...opts, hooks: { beforeCreate: [run], beforeUpdate: [run] } });
}

/** What a hook is told of the record that an update replaces. */
interface OldInputs {
    input?: { memory?: Record<string, string> };
}

/** A short digest that changes with the value. */
export function digest(value: unknown): string {
    return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
}

/** The value of an output, for code that runs during an update, when every input is known. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
    return new Promise((resolve) => {
        output.apply((value) => resolve(value));
    });
}
