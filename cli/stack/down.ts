import type Docker from "dockerode";
import { ignoring } from "../../engine/connection";
import { serviceLabel, stackLabel } from "../../engine/labels";
import { othersOn, servicesOf } from "../../engine/swarm-services";
import { stopServices } from "../../engine/swarm-start";
import { dockerOf, type OpenStack } from "../workplace";
import type { Progress } from "../progress";
import { kindOf } from "./events";
import { readRequirements } from "./files";
import { readState, type StateResource } from "./state";
import { removeJobsOf, swarmOf } from "./swarm";
import { settle, withoutResult } from "./up";
import { operate } from "./update";

/** What was taken down, and what stays. */
export interface TakenDown {
    deleted: number;
    /** Names of the volumes that are kept. */
    volumes: string[];
    /** Networks that are kept because other containers use them: the names of these containers, by network. */
    networks: Record<string, string[]>;
}

/**
 * Takes a stack down. Its data and the passwords that belong to it are kept, and stay in the state.
 *
 * @throws ToolError when another run is active, or with what the engine says about a failure.
 */
export async function takeDown(progress: Progress, open: OpenStack): Promise<TakenDown> {
    const { stack, options, workplace } = open;
    await settle(progress, open);
    const { resources } = await readState(open);
    const kept = resources.filter(isKept);
    // Swarm makes volumes itself, so that only the configuration names them.
    const { swarm, volumes: named } = readRequirements(stack.workspace.workDir, stack.name);
    const recorded = kept.filter(({ type }) => kindOf(type) === "volume").map(({ id = "" }) => id);
    const volumes = swarm === undefined ? recorded : kept.length === 0 ? [] : named;
    if (!resources.some(isRunning)) return { deleted: 0, volumes, networks: {} };
    const docker = await dockerOf(workplace).client();
    const shared = await sharedNetworks(docker, open, resources);
    const exclude = [...kept, ...shared].map(({ urn }) => urn);
    await makeWay(open);
    const { changes } = await operate(progress, (operation) =>
        withoutResult(stack).destroy({ ...options, ...operation, exclude, showSecrets: false }),
    );
    return {
        deleted: changes?.delete ?? 0,
        volumes,
        networks: Object.fromEntries(shared.map(({ name, others }) => [name, others])),
    };
}

/** Ends what would fail the deletion of a stack's resources: a job on its networks, and a container that takes long to stop. */
export async function makeWay(open: OpenStack): Promise<void> {
    await removeJobsOf(open);
    if (swarmOf(open) !== undefined) await stopServices(dockerOf(open.workplace), open.identity);
}

/** Networks of a stack that other containers use: Docker would not delete them. */
async function sharedNetworks(docker: Docker, open: OpenStack, resources: StateResource[]) {
    const networks = resources.filter(({ type }) => kindOf(type) === "network");
    const services = swarmOf(open) === undefined ? [] : await servicesOf(dockerOf(open.workplace));
    const looks = networks.map(async ({ urn, id = "" }) => {
        const { Name, Containers = {} } = await docker.getNetwork(id).inspect();
        const containers = await Promise.all(
            Object.keys(Containers).map((container) =>
                // That of Swarm itself, on each of its networks, is none.
                docker.getContainer(container).inspect().catch(ignoring(404)),
            ),
        );
        const others = containers.flatMap((one) =>
            one === undefined || one.Config.Labels[stackLabel] === open.identity || serviceLabel in one.Config.Labels
                ? []
                : one.Name.slice(1),
        );
        return { urn, name: Name, others: [...others, ...othersOn(services, open.identity, id)] };
    });
    const seen = await Promise.all(looks.map((look) => look.catch(() => undefined)));
    return seen.filter((network) => network !== undefined).filter(({ others }) => others.length > 0);
}

/**
 * Data, the passwords without which it cannot be read, and the memory of what it is called: a later start uses them again, and
 * says so where a volume is gone.
 */
export function isKept({ type, urn }: Pick<StateResource, "type" | "urn">): boolean {
    return type === "docker:index/volume:Volume" || type.startsWith("random:") || urn.endsWith("::prefix");
}

/** True for the resources that a stack that is down does not have. */
function isRunning(resource: StateResource): boolean {
    return resource.custom === true && !isKept(resource) && !resource.type.startsWith("pulumi:providers:");
}

/**
 * What is kept, and how to delete it for good.
 *
 * @param node label of the node of a Swarm that has the volumes. Default: they are on the Docker host.
 */
export function keptText(stack: string, volumes: string[], node?: string): string {
    const where = node === undefined ? "" : `, on the node with the data (label ${node})`;
    return [
        `  Kept${where}, with the passwords that belong to it:`,
        ...volumes.map((volume) => `    ${volume}`),
        `  \`npm start -- ${stack}\` uses it again. To delete it for good:`,
        `    npm run pulumi -- destroy --stack ${stack} --ignore-protect --yes`,
        `    docker volume rm ${volumes.join(" ")}${node === undefined ? "" : "   # on that node"}`,
    ].join("\n");
}
