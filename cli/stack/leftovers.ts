import type Docker from "dockerode";
import { ignoring } from "../../engine/connection";
import { resourceLabel, serviceLabel, stackLabel } from "../../engine/labels";
import { dockerOf, type OpenStack, projectName } from "../workplace";
import { abandonedSince, readLocks } from "./locks";
import type { Progress } from "../progress";
import { nameOf } from "./events";
import { leaveHost, readState, type State } from "./state";
import { removeEndedJobsOf, swarmOf } from "./swarm";

/** What the state records, and what was about to be created. */
interface Known {
    ids: Set<string>;
    /** Names of resources. */
    pending: Set<string>;
}

/** A Docker object, as a list shows it. */
interface Listed {
    id: string;
    name: string;
    created: Date;
    labels: Record<string, string>;
}

/**
 * Cleans up after a killed run: removes its lock, the containers of jobs that are over, the containers and networks that it
 * created and did not record, and the services, secrets and configs of a Swarm. Networks have fixed names, so new ones could not
 * be created. A stack that came to a Swarm lets go of the volumes of its former host.
 *
 * @returns the state; undefined where there was a killed run, after which the state may record things that do not exist.
 * @throws ToolError when another run is active.
 */
export async function healInterrupted(progress: Progress, open: OpenStack): Promise<State | undefined> {
    const { stack, identity, workplace } = open;
    const { folder } = workplace.backend;
    const locks = folder === undefined ? [] : readLocks(folder, projectName, stack.name);
    const since = abandonedSince(locks);
    if (since !== undefined) {
        progress("the last run was killed; unlocking the stack");
        await stack.cancel();
    }
    for (const ended of await removeEndedJobsOf(open)) progress(`removed a job whose command was killed: ${ended}`);
    const state = await readState(open);
    const { resources, pending } = state;
    const isOnSwarm = swarmOf(open) !== undefined;
    if (isOnSwarm) await leaveHost(progress, open, state);
    if (since === undefined && pending.length === 0) return state;
    const creations = pending.filter(({ type }) => type === "creating");
    const known = {
        ids: new Set(resources.flatMap(({ id }) => id ?? [])),
        pending: new Set(creations.map(({ resource }) => nameOf(resource.urn))),
    };
    const docker = await dockerOf(workplace).client();
    const isOrphaned = (object: Listed) => isOrphan(object, known, since);
    if (isOnSwarm) await removeSwarmOrphans(progress, docker, identity, isOrphaned);
    await removeOrphans(progress, docker, identity, isOrphaned);
    return undefined;
}

/**
 * Whether the interrupted run created a Docker object of this stack. That the state does not know it is not enough: the
 * same stack may have been created from another checkout.
 */
export function isOrphan(object: Listed, { ids, pending }: Known, since: Date | undefined): boolean {
    if (ids.has(object.id)) return false;
    if (pending.has(object.labels[resourceLabel] ?? "")) return true;
    return since !== undefined && object.created.getTime() >= since.getTime() - 1000;
}

/** Removes containers and networks of a stack. Containers of services are not the run's own: Swarm makes and removes them. */
export async function removeOrphans(
    progress: Progress,
    docker: Docker,
    stack: string,
    isOrphaned: (object: Listed) => boolean,
): Promise<void> {
    const filters = { label: [`${stackLabel}=${stack}`] };
    const containers = (await docker.listContainers({ all: true, filters }))
        .filter(({ Labels }) => !(serviceLabel in Labels))
        .map((container) => ({
            id: container.Id,
            name: container.Names[0]?.slice(1) ?? container.Id,
            created: new Date(container.Created * 1000),
            labels: container.Labels,
        }));
    // They were never started: Pulumi records a container before it is started.
    const removed = containers.filter(isOrphaned).map(async ({ id, name }) => {
        progress(`removing the unfinished container ${name}`);
        await docker.getContainer(id).remove({ force: true, v: true });
    });
    await Promise.all(removed);
    const networks = (await docker.listNetworks({ filters })).map((network) => ({
        id: network.Id,
        name: network.Name,
        created: new Date(network.Created),
        labels: network.Labels ?? {},
    }));
    for (const { id, name } of networks.filter(isOrphaned)) {
        progress(`removing the unfinished network ${name}`);
        await docker.getNetwork(id).remove();
    }
}

/** Removes services, secrets and configs of a stack. */
export async function removeSwarmOrphans(
    progress: Progress,
    docker: Docker,
    stack: string,
    isOrphaned: (object: Listed) => boolean,
): Promise<void> {
    const filters = { label: [`${stackLabel}=${stack}`] };
    const services = (await docker.listServices({ filters })).map(onSwarm).filter(isOrphaned);
    // They have no container yet: Pulumi records a service before its step starts one.
    for (const { id, name } of services) {
        progress(`removing the unfinished service ${name}`);
        await docker.getService(id).remove();
    }
    const files = [
        ...(await docker.listSecrets({ filters })).map((one) => ({
            kind: "secret",
            one,
            made: docker.getSecret(one.ID ?? ""),
        })),
        ...(await docker.listConfigs({ filters })).map((one) => ({
            kind: "config",
            one,
            made: docker.getConfig(one.ID ?? ""),
        })),
    ];
    for (const { kind, one, made } of files) {
        const listed = onSwarm(one);
        if (!isOrphaned(listed)) continue;
        progress(`removing the unfinished ${kind} ${listed.name}`);
        // Swarm refuses it for one that a service of another checkout uses.
        await made.remove().catch(ignoring(400));
    }
}

/** An object of a Swarm. Its resource is in its name: the label of a secret or config names the workload that it is for. */
function onSwarm({ ID = "", CreatedAt, Spec }: Docker.Service | Docker.Secret | Docker.ConfigInfo): Listed {
    const { Name: name = "", Labels = {} } = Spec ?? {};
    const labels = { ...Labels, [resourceLabel]: name.replace(/-[0-9a-f]{7}$/, "") };
    return { id: ID, name, created: new Date(CreatedAt ?? 0), labels };
}
