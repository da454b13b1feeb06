import { type FakeEngine, startEngine } from "./engine";
import type { Archived } from "./engine-wire";
import { runHooks } from "./hooks";
import type { Registered } from "./recording";

/**
 * The files that a container is given before it starts, as the engine gets them.
 *
 * @param own the engine that the program was given. Default: none was.
 */
export async function filesOf(container: Registered, own?: FakeEngine): Promise<Archived[]> {
    const engine = own ?? (await startEngine());
    const before = process.env.DOCKER_HOST;
    process.env.DOCKER_HOST = engine.host;
    const known = engine.created.length;
    try {
        await runHooks(container, "beforeCreate");
        const made = engine.created.splice(known);
        return made.find(({ name }) => name.startsWith(`${container.name}-files-`))?.files ?? [];
    } finally {
        process.env.DOCKER_HOST = before;
        if (own === undefined) await engine.close();
    }
}

/** The content of one of them. */
export async function contentOf(
    container: Registered,
    path: string | undefined,
    own?: FakeEngine,
): Promise<string | undefined> {
    return (await filesOf(container, own)).find((file) => file.path === path)?.content;
}
