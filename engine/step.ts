import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/** What a step depends on, and how it is done. */
export interface Step {
    /** Plain values that the step depends on; the preview shows which of them changed. */
    facts: Record<string, pulumi.Input<string>>;
    /** Secret values that the step depends on; the state has one encrypted digest of them. Default: none. */
    secrets?: pulumi.Input<pulumi.Input<string>[]>;
    /** The containers that the step runs, for the preview and for policies. Default: none. */
    containers?: object[];
    /**
     * Why the step has to be repeated although nothing changed. A reason that is known only later turns out to be the one that was
     * recorded last, where nothing is wrong. Default: it does not have to be.
     */
    again?: pulumi.Input<string>;
    /** Texts to remember until the step is done again, by name. Default: none. */
    memory?: Record<string, string>;
    /**
     * Does the step. If it throws, the step is not recorded and the next update does it again.
     *
     * @param forgotten the texts in the memory of the last time that are no longer in the memory now.
     * @param reason what is recorded as `again`.
     * @param old what was recorded the last time; undefined when there was none.
     */
    run: (forgotten: Record<string, string>, reason: string, old?: OldRecord) => Promise<void>;
}

/** The facts and the memory of a step when it was last done. */
export type OldRecord = Record<"facts" | "memory", Record<string, string>>;

/**
 * Does a step if one of its facts or secrets changed since the last time, and records that in the stack's state.
 *
 * The step runs before the record is created, so that a step that fails is not recorded. Whatever runs after a resource was
 * created (an after-hook, a container that runs once) would be recorded as done even if it fails.
 */
export function recordStep(name: string, step: Step, opts: pulumi.CustomResourceOptions): pulumi.Resource {
    const memory = step.memory ?? {};
    const run = async ({ oldInputs, newInputs }: pulumi.ResourceHookArgs) => {
        const [old, now] = await valueOf(pulumi.all([recordIn(oldInputs), recordIn(newInputs)]));
        const forgotten = Object.entries(old?.memory ?? {}).filter(([key]) => !(key in memory));
        const { facts = {}, memory: all = {} } = old ?? {};
        await step.run(Object.fromEntries(forgotten), now?.again ?? "", old && { facts, memory: all });
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
            // Without a reason, the last recorded one stays: that it is over must not repeat the step.
            ignoreChanges: step.again === undefined ? ["input.again"] : [],
        },
    );
}

/** The hooks of a resource. None in a preview, which runs no hooks: registering one takes as long as a resource. */
export function hooksOf(binding: pulumi.ResourceHookBinding): pulumi.ResourceHookBinding | undefined {
    return pulumi.runtime.isDryRun() ? undefined : binding;
}

/** What a record says, from its inputs as a hook gets them. */
function recordIn(inputs: unknown) {
    return pulumi.output((inputs as { input?: Partial<OldRecord> & { again?: string } } | undefined)?.input);
}

/** A short digest of a value; it does not depend on the order of an object's keys. */
export function digest(value: unknown): string {
    return createHash("sha256").update(JSON.stringify(value, sorted)).digest("hex").slice(0, 16);
}

function sorted(_: string, value: unknown): unknown {
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;
}

/** The value of an input; undefined where a preview does not know it yet. */
export async function ifKnown<T>(input: pulumi.Input<T>): Promise<T | undefined> {
    const output = pulumi.output(input) as pulumi.Output<T>;
    const { isKnown } = output as unknown as { isKnown: Promise<boolean> };
    return (await isKnown) ? await valueOf(output) : undefined;
}

/** The value of an output, for code that runs during an update, when every input is known. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
    return new Promise((resolve) => {
        output.apply((value) => resolve(value));
    });
}
