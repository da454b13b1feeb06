import type Docker from "dockerode";
import { stackLabel } from "../../engine/labels";
import { removeJobs } from "../../engine/job";
import { dockerOf, type OpenStack } from "../workplace";
import type { Progress } from "../progress";
import { kindOf } from "./events";
import { readState, type StateResource } from "./state";
import { settle } from "./up";
import { operate } from "./update";

/** What was taken down, and what stays. */
export interface TakenDown {
    deleted: number;
    /** Names of the volumes that stay. */
    volumes: string[];
    /** Networks that stay, since containers of others are on them: names of these by name of the network. */
    networks: Record<string, string[]>;
}

/**
 * Takes a stack down, and keeps its data and the passwords that belong to it, both in the state.
 *
 * @throws ToolError when another run is at work, or with what the engine says of a failure.
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
    const { changes } = await operate(progress, (operation) =>
        stack.destroy({ ...options, ...operation, exclude, showSecrets: false }),
    );
    await removeJobs(docker, identity);
    return {
        deleted: changes?.delete ?? 0,
        volumes,
        networks: Object.fromEntries(shared.map(({ name, others }) => [name, others])),
    };
}

/** Networks of a stack that containers of others are on: Docker would not delete them. */
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

/** Data, and the passwords without which it cannot be read: a later start takes both up again. */
export function isKept({ type }: Pick<StateResource, "type">): boolean {
    return type === "docker:index/volume:Volume" || type.startsWith("random:");
}

/** What a stack that is down has none of. */
function isRunning(resource: StateResource): boolean {
    return resource.custom === true && !isKept(resource) && !resource.type.startsWith("pulumi:providers:");
}

/** What stays, and how it is deleted for good. */
export function keptText(stack: string, volumes: string[]): string {
    return [
        "  Kept, with the passwords that belong to it:",
        ...volumes.map((volume) => `    ${volume}`),
        `  \`npm start -- ${stack}\` takes it up again. To delete it for good:`,
        `    npm run pulumi -- destroy --stack ${stack} --ignore-protect --yes`,
        `    docker volume rm ${volumes.join(" ")}`,
    ].join("\n");
}
