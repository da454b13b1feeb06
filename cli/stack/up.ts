import type { OpType } from "@pulumi/pulumi/automation";
import type { OpenStack } from "../environment";
import type { Report } from "./events";
import { healInterrupted } from "./leftovers";
import type { Progress } from "../progress";
import { operate } from "./update";

/**
 * Heals what a killed run left, and compares the state with what is really there.
 *
 * @returns whether there was such a run.
 * @throws ToolError when another run is at work.
 */
export async function settle(progress: Progress, open: OpenStack): Promise<boolean> {
    const { stack, options } = open;
    if (!(await healInterrupted(progress, open))) return false;
    progress("comparing the state with what is there");
    await operate(progress, (operation) =>
        stack.refresh({ ...options, ...operation, clearPendingCreates: true, showSecrets: false }),
    );
    return true;
}

/**
 * Brings a stack to what its configuration says, and mends what was changed or stopped outside of Pulumi.
 *
 * @param settled the state was compared with what is there already.
 * @throws ToolError with everything that the engine and the program say of the failure.
 */
export async function bringUp(progress: Progress, open: OpenStack, settled: boolean): Promise<Report> {
    const { stack, options } = open;
    return await operate(progress, (operation) =>
        stack.up({ ...options, ...operation, refresh: !settled, showSecrets: false }),
    );
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
