import type { DockerConnection } from "../../engine/connection";
import { resourceLabel } from "../../engine/labels";
import { replicasOf, servicesOf, workloadsAmong } from "../../engine/swarm-services";
import { nodesOf, running, tasksOf } from "../../engine/swarm-tasks";
import { row, type Row } from "./row";

/** A service, as far as a status tells of it. */
export interface SeenService {
    name: string;
    /** The resource that it is of. */
    resource: string;
    /** How many containers it should have. */
    wanted: number;
    /** Names of the nodes of those that run, on nodes that are there. */
    nodes: string[];
    /** Why the newest of the others does not, as Swarm says it. */
    trouble?: string;
}

/** The services of a stack; where one is about to replace another, both. */
export async function seeServices(connection: DockerConnection, identity: string): Promise<SeenService[]> {
    const [services, nodes] = await Promise.all([servicesOf(connection), nodesOf(connection)]);
    return await Promise.all(
        workloadsAmong(services, identity).map(async (service) => {
            const { Name, Labels = {} } = service.Spec;
            const tasks = await tasksOf(connection, service.ID);
            const runs = running(tasks, nodes);
            const other = tasks.find((task) => !runs.includes(task) && task.DesiredState !== "shutdown") ?? tasks[0];
            return {
                name: Name,
                resource: Labels[resourceLabel] ?? "",
                wanted: replicasOf(service),
                nodes: runs.map(({ NodeID = "" }) => nodes.get(NodeID)?.name ?? NodeID).sort(),
                trouble: other && [other.Status.State, other.Status.Err].filter(Boolean).join(": "),
            };
        }),
    );
}

/**
 * A row for each service that there should be.
 *
 * @param expected resources of services with the names that they have on their networks, by the state.
 */
export function serviceRows(
    expected: Record<string, string>,
    seen: SeenService[],
    { stack, prefix }: { stack: string; prefix: string },
): Row[] {
    return Object.entries(expected).map(([resource, host]) => {
        const title = host.slice(prefix.length);
        const own = seen.filter((one) => one.resource === resource);
        const found = own.find(({ wanted }) => wanted > 0) ?? own[0];
        const start = `npm start -- ${stack}`;
        if (found === undefined) return row("Containers", title, "it is not there", start);
        const { name, wanted, nodes, trouble } = found;
        if (wanted === 0) return row("Containers", title, "it is stopped", start);
        const runs = `${nodes.length} of ${wanted} run${nodes.length === 0 ? "" : `, on ${nodes.join(", ")}`}`;
        if (nodes.length >= wanted) return row("Containers", title, runs);
        return row(
            "Containers",
            title,
            `${runs}; ${trouble ?? "nothing else is known"}`,
            `docker service ps --no-trunc ${name}`,
        );
    });
}
