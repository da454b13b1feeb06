import type Docker from "dockerode";
import { stackLabel } from "../../engine/labels";
import { removeJobs } from "../../engine/job";
import { removeServiceJobs } from "../../engine/swarm-job";
import { stopServices } from "../../engine/swarm-start";
import { dockerOf, type OpenStack } from "../workplace";
import type { Progress } from "../progress";
import { kindOf } from "./events";
import { readState, type StateResource } from "./state";
import { settle } from "./up";
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
    const { stack, identity, options, workplace } = open;
    await settle(progress, open);
    const { resources } = await readState(open);
    const kept = resources.filter(isKept);
    const volumes = kept.filter(({ type }) => kindOf(type) === "volume").map(({ id = "" }) => id);
    if (!resources.some(isRunning)) return { deleted: 0, volumes, networks: {} };
    const docker = await dockerOf(workplace).client();
    const shared = await sharedNetworks(docker, identity, resources);
    const exclude = [...kept, ...shared].map(({ urn }) => urn);
    const onSwarm = resources.some(({ type }) => kindOf(type) === "service");
    if (onSwarm) await stopServices(dockerOf(workplace), identity);
    const { changes } = await operate(progress, (operation) =>
        stack.destroy({ ...options, ...operation, exclude, showSecrets: false }),
    );
    await removeJobs(docker, identity);
    if (onSwarm) await removeServiceJobs(docker, identity);
    return {
        deleted: changes?.delete ?? 0,
        volumes,
        networks: Object.fromEntries(shared.map(({ name, others }) => [name, others])),
    };
}

/** Networks of a stack that other containers use: Docker would not delete them. */
async function sharedNetworks(docker: Docker, identity: string, resources: StateResource[]) {
    const networks = resources.filter(({ type }) => kindOf(type) === "network");
    const looks = networks.map(async ({ urn, id = "" }) => {
        const { Name, Containers = {} } = await docker.getNetwork(id).inspect();
        const containers = await Promise.all(
            Object.keys(Containers).map((container) => docker.getContainer(container).inspect()),
        );
        const others = containers.filter(({ Config }) => Config.Labels[stackLabel] !== identity);
        return { urn, name: Name, others: others.map((other) => other.Name.slice(1)) };
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

/** What is kept, and how to delete it for good. */
export function keptText(stack: string, volumes: string[]): string {
    return [
        "  Kept, with the passwords that belong to it:",
        ...volumes.map((volume) => `    ${volume}`),
        `  \`npm start -- ${stack}\` uses it again. To delete it for good:`,
        `    npm run pulumi -- destroy --stack ${stack} --ignore-protect --yes`,
        `    docker volume rm ${volumes.join(" ")}`,
    ].join("\n");
}
