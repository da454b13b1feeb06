import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { DockerConnection } from "../../../engine/connection";
import { stackLabel } from "../../../engine/labels";
import { demultiplex } from "../../../engine/streams";

/**
 * Looks at a stack's containers until told to end, since jobs are gone when an update is over.
 *
 * @param stack as their label names it.
 */
export function watchContainers(stack: string): { end: () => Promise<string> } {
    const seen = new Map<string, string>();
    const filters = { label: [`${stackLabel}=${stack}`] };
    let over = false;
    const watching = (async () => {
        const engine = await new DockerConnection().client();
        const look = async (id: string): Promise<void> => {
            const keep = (part: string, text: string) => void seen.set(`${id} ${part}`, text);
            // One that is gone in the middle of it has shown what it had to show.
            await describe(engine.getContainer(id), keep).catch(() => undefined);
        };
        // The shortest job is over before a second look at the list.
        const created = await engine.getEvents({ filters: { ...filters, event: ["create"] } });
        createInterface(created).on("line", (line) => void look((JSON.parse(line) as { id: string }).id));
        while (!over) {
            const listed = await engine.listContainers({ all: true, filters });
            await Promise.all(listed.map(({ Id }) => look(Id)));
            await sleep(100);
        }
        (created as Readable).destroy();
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
    const parts: string[] = [];
    await describe((await new DockerConnection().client()).getContainer(id), (_, text) => void parts.push(text));
    return parts.join("\n");
}

async function describe(container: Docker.Container, keep: (part: string, text: string) => void): Promise<void> {
    const inspected = await container.inspect();
    keep("inspect", JSON.stringify(inspected));
    if (inspected.State.Running)
        keep("processes", JSON.stringify((await container.top({ ps_args: "-ef" })) as unknown));
    keep("log", demultiplex(await container.logs({ stdout: true, stderr: true })));
}
