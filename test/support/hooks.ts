import * as pulumi from "@pulumi/pulumi";
import { idOf } from "./provider";
import type { Registered } from "./recording";

/** When the engine runs a hook. */
export type Moment = "beforeCreate" | "beforeUpdate";

/**
 * Does what the engine does around the creation or the update of a resource.
 *
 * @param before the resource that the update changes.
 */
export async function runHooks(resource: Registered, when: Moment, before?: Registered): Promise<void> {
    const { urn, name, type, options } = resource;
    for (const hook of options.hooks?.[when] ?? []) {
        if (typeof hook !== "function") throw new Error(`${name} has a hook that is no function`);
        const oldInputs = before && asEngineHandsOver(before);
        await hook({ urn, name, type, id: idOf(name), newInputs: asEngineHandsOver(resource), oldInputs });
    }
}

/** Secret inputs come as outputs. */
function asEngineHandsOver({ inputs, secretInputs }: Registered): Record<string, unknown> {
    return Object.fromEntries(
        Object.entries(inputs).map(([key, value]) => [key, secretInputs.includes(key) ? pulumi.secret(value) : value]),
    );
}

/** The error that a resource's hooks end with; undefined when there is none. */
export async function failureOf(resource: Registered, when: Moment): Promise<string | undefined> {
    return runHooks(resource, when).then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
}
