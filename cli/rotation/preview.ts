import type { EngineEvent } from "@pulumi/pulumi/automation";
import type { OpenStack } from "../environment";
import { titleOf } from "../stack/events";
import { operate } from "../stack/update";

/** What a preview shows of a resource that changes. */
const shown = ["create", "replace", "update", "delete"];

/**
 * What an update would do, one resource a line.
 *
 * @throws OperationFailed with everything that the engine and the program say of the failure.
 */
export async function previewChanges({ stack, options }: OpenStack): Promise<string[]> {
    const lines: string[] = [];
    const collect = ({ resourcePreEvent }: EngineEvent) => {
        const step = resourcePreEvent?.metadata;
        const isCustom = (step?.new ?? step?.old)?.custom === true;
        if (step !== undefined && isCustom && shown.includes(step.op))
            lines.push(`${step.op.padEnd(7)}  ${titleOf(step)}`);
    };
    await operate(
        () => undefined,
        (operation) => {
            const onEvent = (event: EngineEvent) => {
                operation.onEvent(event);
                collect(event);
            };
            return stack.preview({ ...options, ...operation, onEvent });
        },
    );
    return lines;
}
