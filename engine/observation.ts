import type { DockerConnection } from "./connection";
import { resourceLabel, stackLabel } from "./labels";
import { execute } from "./streams";

/**
 * What runs of a stack when the program starts.
 *
 * Pulumi looks at no container that did not change; one that was stopped, crashed or was started again by Docker would
 * count as what it was when it was last waited for. So the program looks itself, and has each such container waited for.
 */
export class Observation {
    private constructor(
        private readonly sick: Map<string, string>,
        private readonly known: Set<string>,
        private readonly time: string,
    ) {}

    /**
     * Looks at the containers of a stack.
     *
     * @param stack as its label names it.
     * @returns undefined where no engine answers, as in the preview of a pull request: nothing is known then.
     */
    public static async of(connection: DockerConnection, stack: string): Promise<Observation | undefined> {
        try {
            const docker = await connection.client();
            const filters = { label: [`${stackLabel}=${stack}`, resourceLabel] };
            const containers = await docker.listContainers({ all: true, filters });
            // The newest comes first: an older one waits for its end.
            const newest = new Map(containers.reverse().map((one) => [one.Labels[resourceLabel] ?? "", one]));
            const sick = new Map<string, string>();
            for (const [resource, { Id, State, Status }] of newest) {
                if (State === "running" && / \(healthy\)/.test(Status)) continue;
                if (State === "running" && / \(health: starting\)/.test(Status) && (await passes(Id))) continue;
                sick.set(resource, State === "running" ? Status : State);
            }
            return new Observation(sick, new Set(newest.keys()), new Date().toISOString());
            async function passes(id: string): Promise<boolean> {
                const container = docker.getContainer(id);
                const [, ...command] = (await container.inspect()).Config.Healthcheck?.Test ?? [];
                return (await execute(container, { command })).code === 0;
            }
        } catch {
            return undefined;
        }
    }

    /** Why a workload has to be waited for although nothing of it changed; undefined when it is healthy. */
    public whyAgain(resource: string): string | undefined {
        const state = this.known.has(resource) ? this.sick.get(resource) : "not there";
        return state === undefined ? undefined : `${state} at ${this.time}`;
    }
}
