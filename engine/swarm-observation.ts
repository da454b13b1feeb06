import { type DockerConnection, ignoring } from "./connection";
import { resourceLabel, stackLabel } from "./labels";
import { type ListedNetwork, Observation, type SeenNetwork, type SeenWorkload, soon } from "./observation";
import {
    makeOf,
    othersOn,
    portsOfService,
    replicasOf,
    type SeenService,
    servicesOf,
    workloadsAmong,
} from "./swarm-services";
import { type Machines, nodesOf, running, tasksOf } from "./swarm-tasks";

/**
 * Looks at what exists of a stack on a Swarm.
 *
 * @param stack the stack's identity in labels.
 * @returns undefined when no manager answers: then nothing is known.
 */
export async function observeSwarm(connection: DockerConnection, stack: string): Promise<Observation | undefined> {
    const lists = Promise.all([
        servicesOf(connection),
        connection.get<ListedNetwork[]>("/networks"),
        nodesOf(connection),
    ]);
    const answer = await soon(lists);
    if (answer === undefined) return undefined;
    const [services, networks, nodes] = answer;
    return new Observation({
        workloads: await workloadsOf(connection, services, nodes, stack),
        networks: networksOf(networks, services, stack),
        volumes: { ours: volumesOf(services, stack) },
    });
}

async function workloadsOf(
    connection: DockerConnection,
    services: SeenService[],
    nodes: Machines,
    stack: string,
): Promise<Map<string, SeenWorkload>> {
    const ours = workloadsAmong(services, stack);
    // One that has no container was not started, or is about to be deleted.
    const order = (service: SeenService) => `${Math.min(replicasOf(service), 1)} ${service.CreatedAt}`;
    const sorted = ours.sort((one, other) => (order(one) < order(other) ? 1 : -1));
    const workloads = new Map<string, SeenWorkload>();
    for (const service of sorted) {
        const { Labels = {}, TaskTemplate } = service.Spec;
        const resource = Labels[resourceLabel] ?? "";
        if (workloads.has(resource)) continue;
        const tasks = await tasksOf(connection, service.ID).catch(ignoring(404));
        if (tasks === undefined) continue;
        const runs = running(tasks, nodes);
        const [newest] = tasks;
        const state = [newest?.Status.State ?? "no container", newest?.Status.Err ?? ""].join(" ").trimEnd();
        const wanted = replicasOf(service);
        workloads.set(resource, {
            replicas: wanted,
            trouble: runs.length >= wanted && wanted > 0 ? undefined : `${runs.length} of ${wanted} run, ${state},`,
            labels:
                runs.length > 0
                    ? { ...(await imageLabels(connection, TaskTemplate.ContainerSpec.Image)), ...Labels }
                    : {},
            made: makeOf(service),
            ports: portsOfService(service),
        });
    }
    return workloads;
}

/** Names of the volumes that the workloads have: those that none has any more are on nodes that cannot be asked. */
function volumesOf(services: SeenService[], stack: string): Set<string> {
    const mounts = workloadsAmong(services, stack).flatMap(({ Spec }) => Spec.TaskTemplate.ContainerSpec.Mounts ?? []);
    return new Set(mounts.flatMap(({ Type, Source }) => (Type === "volume" && Source !== undefined ? [Source] : [])));
}

/** The labels of an image, where the manager has it. */
async function imageLabels(connection: DockerConnection, image: string): Promise<Record<string, string>> {
    const found = await connection.image(image).catch(() => undefined);
    return found?.Config.Labels ?? {};
}

function networksOf(networks: ListedNetwork[], services: SeenService[], stack: string): Map<string, SeenNetwork> {
    return new Map(
        networks.flatMap(({ Id, Name, Internal, Labels }): [string, SeenNetwork][] => {
            const labels = Labels ?? {};
            const { [resourceLabel]: resource } = labels;
            if (resource === undefined || labels[stackLabel] !== stack) return [];
            const others = othersOn(services, stack, Id);
            return [[resource, { name: Name, internal: Internal === true, others }]];
        }),
    );
}
