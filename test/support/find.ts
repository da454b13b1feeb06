import type { Registered } from "./recording";

export const containerType = "docker:index/container:Container";
export const networkType = "docker:index/network:Network";
export const volumeType = "docker:index/volume:Volume";
export const passwordType = "random:index/randomPassword:RandomPassword";
export const stepType = "pulumi:index:Stash";

/** The resources of a type. */
export function ofType(resources: Registered[], type: string): Registered[] {
    return resources.filter((resource) => resource.type === type);
}

/** The one resource of a type and name. */
export function theOne(resources: Registered[], type: string, name: string): Registered {
    const found = resources.filter((resource) => resource.type === type && resource.name === name);
    const [resource] = found;
    if (resource === undefined || found.length > 1) throw new Error(`there are ${found.length} of ${type} ${name}`);
    return resource;
}

/** The container of a name. */
export function container(resources: Registered[], name: string): Registered {
    return theOne(resources, containerType, name);
}

/** Environment variables of a container by name. */
export function environmentOf({ inputs }: Registered): Record<string, string> {
    const envs = (inputs.envs ?? []) as string[];
    return Object.fromEntries(
        envs.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );
}
