import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { connect, demultiplex } from "../../../components/runtime/host";
import { stackLabel } from "../../../components/runtime/labels";
import { project } from "../../support/configuration";

/** Looks at a stack's containers until told to end, since jobs are gone when an update is over. */
export function watchContainers(stack: string): { end: () => Promise<string> } {
    const seen = new Map<string, string>();
    let over = false;
    const watching = (async () => {
        const engine = await connect(undefined);
        while (!over) {
            const filters = { label: [`${stackLabel}=${project}/${stack}`] };
            const listed = await engine.listContainers({ all: true, filters });
            // At the same time: the shortest job is there for half a second.
            await Promise.all(
                listed.map(async ({ Id }) => {
                    const text = await everythingOf(engine.getContainer(Id)).catch(() => undefined);
                    if (text !== undefined) seen.set(Id, text);
                }),
            );
            await sleep(100);
        }
    })();
    return {
        end: async () => {
            over = true;
            await watching;
            return [...seen.values()].join("\n");
        },
    };
}

/** Everything that Docker tells of a container: inspect, its processes, its log. */
export async function describeContainer(id: string): Promise<string> {
    return await everythingOf((await connect(undefined)).getContainer(id));
}

async function everythingOf(container: Docker.Container): Promise<string> {
    const inspected = await container.inspect();
    const processes = inspected.State.Running ? ((await container.top({ ps_args: "-ef" })) as unknown) : undefined;
    const log = demultiplex(await container.logs({ stdout: true, stderr: true }));
    return [JSON.stringify(inspected), JSON.stringify(processes ?? null), log].join("\n");
}
