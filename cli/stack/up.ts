import type { OpType, Stack } from "@pulumi/pulumi/automation";
import { dockerOf, type OpenStack } from "../workplace";
import type { Report } from "./events";
import { healInterrupted } from "./leftovers";
import type { Progress } from "../progress";
import { hasLost } from "./state";
import { operate } from "./update";

/**
 * Heals what a killed run left, and compares the state with what is really there where it has to be.
 *
 * @returns whether the state knows of nothing that is not there; else the update has to compare.
 * @throws ToolError when another run is at work.
 */
export async function settle(progress: Progress, open: OpenStack): Promise<boolean> {
    const { stack, options, workplace } = open;
    const state = await healInterrupted(progress, open);
    if (state !== undefined) return !(await hasLost(dockerOf(workplace), state));
    progress("comparing the state with what is there");
    await operate(progress, (operation) =>
        withoutResult(stack).refresh({ ...options, ...operation, clearPendingCreates: true, showSecrets: false }),
    );
    return true;
}

/**
 * Brings a stack to what its configuration says, and to work: the program itself notices what was stopped.
 *
 * @param settled the state knows of nothing that is not there.
 * @throws ToolError with everything that the engine and the program say of the failure.
 */
export async function bringUp(progress: Progress, { stack, options }: OpenStack, settled: boolean): Promise<Report> {
    const updating = withoutResult(stack);
    return await operate(progress, (operation) =>
        updating.up({ ...options, ...operation, refresh: !settled, showSecrets: false }),
    );
}

/** The same stack: after an update the API asks for outputs and history, three runs of the command line that nobody reads. */
export function withoutResult(stack: Stack): Stack {
    const nothing = { outputs: () => Promise.resolve({}), info: () => Promise.resolve(undefined) };
    return Object.assign(Object.create(stack) as Stack, nothing);
}

/** `nothing to do: unchanged 31`, or how many were created, updated, replaced and deleted. */
export function describeChanges({ changes = {} }: Pick<Report, "changes">): string {
    const names: Partial<Record<OpType, string>> = {
        create: "created",
        update: "updated",
        replace: "replaced",
        delete: "deleted",
    };
    const parts = Object.entries(names).flatMap(([op, name]) => {
        const count = changes[op as OpType] ?? 0;
        return count === 0 ? [] : [`${name} ${count}`];
    });
    const { same = 0 } = changes;
    if (parts.length === 0) return `nothing to do: unchanged ${same}`;
    return [...parts, ...(same === 0 ? [] : [`unchanged ${same}`])].join(", ");
}
