import type Docker from "dockerode";
import { ageText, sizeText } from "../backup/manifest";
import { jobLabel, resourceLabel, stackLabel } from "../../engine/labels";
import { type DockerConnection, ignoring } from "../../engine/connection";
import { row, type Row } from "./row";

/** A container, as far as a status tells of it. */
export interface SeenContainer {
    id: string;
    /** Docker's name for it. */
    name: string;
    /** The resource that it is of. */
    resource: string;
    /** Its name on its networks. */
    host: string;
    state: Docker.ContainerInspectInfo["State"];
    restarts: number;
    variables: string[];
    /** In bytes; 0 where there is no limit. */
    memory: { used: number; limit: number };
}

/** The containers of a stack, without jobs; where one is about to replace another, both. */
export async function seeContainers(connection: DockerConnection, identity: string): Promise<SeenContainer[]> {
    const docker = await connection.client();
    const filters = { label: [`${stackLabel}=${identity}`] };
    const listed = (await docker.listContainers({ all: true, filters })).filter(({ Labels }) => !(jobLabel in Labels));
    const seen = await Promise.all(
        // An update may remove one meanwhile.
        listed.map(({ Id, Labels }) => seeContainer(docker.getContainer(Id), Labels).catch(ignoring(404))),
    );
    return seen.flatMap((one) => one ?? []);
}

async function seeContainer(container: Docker.Container, labels: Record<string, string>): Promise<SeenContainer> {
    const { Id, Name, State, RestartCount, Config, HostConfig } = await container.inspect();
    const used = State.Running ? usedOf(await container.stats({ stream: false, "one-shot": true })) : 0;
    return {
        id: Id,
        name: Name.slice(1),
        resource: labels[resourceLabel] ?? "",
        host: Config.Hostname,
        state: State,
        restarts: RestartCount,
        variables: Config.Env,
        memory: { used, limit: HostConfig.Memory ?? 0 },
    };
}

/** As `docker stats` counts it: without what the kernel would give back. */
function usedOf({ memory_stats: { usage = 0, stats } }: Docker.ContainerStats): number {
    const reclaimable = stats as { inactive_file?: number; total_inactive_file?: number } | undefined;
    return usage - (reclaimable?.inactive_file ?? reclaimable?.total_inactive_file ?? 0);
}

/**
 * A row for each container that there should be.
 *
 * @param expected resources of containers with the names that they have on their networks, by the state.
 */
export function containerRows(
    expected: Record<string, string>,
    seen: SeenContainer[],
    { stack, prefix, now }: { stack: string; prefix: string; now: Date },
): Row[] {
    return Object.entries(expected).map(([resource, host]) => {
        const title = host.slice(prefix.length);
        const own = seen.filter((one) => one.resource === resource);
        const found = own.find(({ state }) => state.Running) ?? own[0];
        const start = `npm start -- ${stack}`;
        if (found === undefined) return row("Containers", title, "it does not exist", start);
        const { name, state, memory, restarts } = found;
        if (!state.Running) {
            const why = state.OOMKilled ? "it had too little memory" : `exit code ${state.ExitCode}`;
            return row("Containers", title, `it is stopped: ${why}`, `${start}; docker logs ${name}`);
        }
        const health = state.Health?.Status ?? "running";
        const share = memory.limit === 0 ? 0 : memory.used / memory.limit;
        const of = memory.limit === 0 ? "" : ` of ${sizeText(memory.limit)} (${Math.round(share * 100)} %)`;
        const text = [
            health,
            `${sizeText(memory.used)}${of}`,
            `up ${ageText(now.getTime() - new Date(state.StartedAt).getTime())}`,
            ...(restarts === 0 ? [] : [`restarted ${restarts} times`]),
        ].join(", ");
        const cures = [
            ...(health === "unhealthy" || state.Restarting || restarts > 2 ? [`docker logs ${name}`] : []),
            ...(share > 0.9 ? ["give it more `memory` in the configuration"] : []),
        ];
        return row("Containers", title, text, cures.length === 0 ? undefined : cures.join("; "));
    });
}
