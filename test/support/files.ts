import { absentEngine, type FakeEngine, startEngine } from "./engine";
import type { Archived } from "./engine-wire";
import { container, step } from "./find";
import { runHooks } from "./hooks";
import { idOf } from "./provider";
import type { Registered } from "./recording";

/**
 * The files that a workload's container is given before it starts, as the engine gets them.
 *
 * @param own the engine that the program was given. Default: none was.
 */
export async function filesOf(resources: Registered[], name: string, own?: FakeEngine): Promise<Archived[]> {
    const engine = own ?? (await startEngine({}, absentEngine));
    try {
        const made = engine.provide(idOf(name), container(resources, name).inputs.user as string | undefined);
        await runHooks(step(resources, `${name}-healthy`), "beforeCreate");
        engine.provided.pop();
        return made.files;
    } finally {
        if (own === undefined) await engine.close();
    }
}

/** The content of one of them. */
export async function contentOf(
    resources: Registered[],
    name: string,
    path: string | undefined,
    own?: FakeEngine,
): Promise<string | undefined> {
    return (await filesOf(resources, name, own)).find((file) => file.path === path)?.content;
}
