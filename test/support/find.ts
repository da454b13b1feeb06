import type { Registered } from "./recording";
import { asContainer } from "./runtimes";

/** What runs containers, by the types of its resources: the one place of the tests that knows them. */
const kinds = {
    container: "docker:index/container:Container",
    service: "docker:index/service:Service",
    network: "docker:index/network:Network",
    volume: "docker:index/volume:Volume",
    password: "random:index/randomPassword:RandomPassword",
    step: "pulumi:index:Stash",
    reference: "pulumi:pulumi:StackReference",
};

/** What the tests look for among the resources of a program. */
export type Kind = keyof typeof kinds;

/** The resources of a kind. */
export function all(resources: Registered[], kind: Kind): Registered[] {
    return resources.map(asContainer).filter(({ type }) => type === kinds[kind]);
}

/** The names of the resources of a kind. */
export function namesOf(resources: Registered[], kind: Kind): string[] {
    return all(resources, kind).map(({ name }) => name);
}

/** The one resource of a kind and name. */
export function one(resources: Registered[], kind: Kind, name: string): Registered {
    const found = all(resources, kind).filter((resource) => resource.name === name);
    const [resource] = found;
    if (resource === undefined || found.length > 1) throw new Error(`there are ${found.length} of ${kind} ${name}`);
    return resource;
}

/** The container of a name. */
export function container(resources: Registered[], name: string): Registered {
    return one(resources, "container", name);
}

/** The recorded step of a name. */
export function step(resources: Registered[], name: string): Registered {
    return one(resources, "step", name);
}

/** What a step has recorded. */
export interface StepRecord {
    facts: Record<string, string>;
    again: string;
    /** One digest of all its secrets. */
    secrets?: string;
    containers?: Record<string, unknown>[];
    memory?: Record<string, string>;
}

/** What a step has recorded. */
export function recordOf({ inputs }: Registered): StepRecord {
    return inputs.input as StepRecord;
}

/** Environment variables of a container by name. */
export function environmentOf({ inputs }: Registered): Record<string, string> {
    const envs = (inputs.envs ?? []) as string[];
    return Object.fromEntries(
        envs.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );
}
