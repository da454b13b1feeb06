import type { ReportViolation, ResourceValidation } from "@pulumi/policy";

/** Stands for a value that a preview does not know yet. */
export const notYetKnown = Symbol("not yet known");

/**
 * What policies look at in a container, with the names and forms of docker.Container's arguments, whatever resource it comes
 * from. A value that is not known yet is `notYetKnown`, at any depth.
 */
export interface ContainerInputs {
    name?: unknown;
    hostname?: unknown;
    image?: unknown;
    user?: unknown;
    envs?: unknown;
    command?: unknown;
    entrypoints?: unknown;
    labels?: unknown;
    healthcheck?: unknown;
    logOpts?: unknown;
    uploads?: unknown;
    mounts?: unknown;
    volumes?: unknown;
    ports?: unknown;
    privileged?: unknown;
    networkMode?: unknown;
    networksAdvanced?: unknown;
    pidMode?: unknown;
    ipcMode?: unknown;
    usernsMode?: unknown;
    memory?: unknown;
    readOnly?: unknown;
    capabilities?: unknown;
    securityOpts?: unknown;
    publishAllPorts?: unknown;
}

/** A container that a resource runs. */
export interface Container {
    /**
     * - `container`: a docker.Container, which keeps running.
     * - `job`: a container that a recorded step runs to its end: jobs, and hand-overs of volumes.
     * - `service`: the containers of a docker.Service.
     */
    kind: "container" | "job" | "service";
    inputs: ContainerInputs;
    /** Distinguishes it from the others of its resource, e.g. `Container 2 of 3: `; empty if it is the only one. */
    which: string;
}

/** A container that a policy checks. */
export interface ContainerUnderPolicy extends Container {
    urn: string;
    /** Name of the resource. */
    name: string;
    /** The policy's own configuration. */
    config: Record<string, unknown>;
}

/** The function of a policy that checks containers only: every container that any resource runs. */
export function ofContainer(
    check: (container: ContainerUnderPolicy, report: ReportViolation) => void,
): ResourceValidation {
    return (args, report) => {
        const { urn, name } = args;
        for (const container of containersOf(args))
            check({ ...container, urn, name, config: args.getConfig() }, (message) =>
                report(`${container.which}${message}`),
            );
    };
}

/** Every container that a resource runs, as far as it is known. */
export function containersOf({ type, props }: { type: string; props: Record<string, unknown> }): Container[] {
    switch (type) {
        case "docker:index/container:Container":
            return [{ kind: "container", inputs: objectOf(plain(props)), which: "" }];
        case "docker:index/service:Service":
            return containersOfService(objectOf(plain(props)));
        case "pulumi:index:Stash":
            return containersOfStep(objectOf(plain(props)));
        default:
            return [];
    }
}

/** A recorded step has facts and a list of containers. A Stash of any other form is not one of this project's steps. */
function containersOfStep({ input }: Record<string, unknown>): Container[] {
    const { facts, containers } = objectOf(input);
    if (!isObject(facts)) return [];
    const all = itemsOf(containers);
    return all.flatMap((inputs, index): Container[] =>
        isObject(inputs)
            ? [{ kind: "job", inputs, which: all.length > 1 ? `Container ${index + 1} of ${all.length}: ` : "" }]
            : [],
    );
}

/** A service that is unknown as a whole is checked during the update, which knows it before anything is created. */
function containersOfService(service: Record<string, unknown>): Container[] {
    const { containerSpec, resources, logDriver, networksAdvanceds } = objectOf(service.taskSpec);
    if (service.taskSpec === notYetKnown || containerSpec === notYetKnown) return [];
    const spec = objectOf(containerSpec);
    const { disable } = objectOf(objectOf(spec.privileges).seLinuxContext);
    const inputs: ContainerInputs = {
        name: service.name,
        hostname: spec.hostname,
        image: spec.image,
        user: spec.user,
        envs: isObject(spec.env) ? Object.entries(spec.env).map(variable) : spec.env,
        command: spec.args,
        entrypoints: spec.commands,
        labels: [service.labels, spec.labels].flat(),
        healthcheck: spec.healthcheck,
        logOpts: objectOf(logDriver).options,
        mounts: itemsOf(spec.mounts).flatMap(withDevice),
        ports: objectsOf(objectOf(service.endpointSpec).ports).map(({ targetPort, publishedPort }) => ({
            internal: targetPort,
            external: publishedPort,
            // Swarm publishes on every address.
            ip: "0.0.0.0",
        })),
        networksAdvanced: objectsOf(networksAdvanceds).map(({ name, id, ...rest }) => ({ ...rest, name: name ?? id })),
        memory: objectOf(objectOf(resources).limits).memoryBytes,
        readOnly: spec.readOnly,
        capabilities: { drops: spec.capDrops, adds: spec.capAdds },
        securityOpts: disable === true ? ["label=disable"] : [],
    };
    return [{ kind: "service", inputs, which: "" }];
}

/** A volume whose driver leads to a folder of the node is a mount of that folder as well. */
function withDevice(mount: unknown): unknown[] {
    const { device } = objectOf(objectOf(objectOf(mount).volumeOptions).driverOptions);
    return device === undefined ? [mount] : [mount, { source: device }];
}

function variable([name, value]: [string, unknown]): unknown {
    return typeof value === "string" ? `${name}=${value}` : value;
}

/** True for a resource inside one of this project's components. */
export function isOfThisProject(urn: string): boolean {
    return urn.includes("authentik-stack:index:");
}

/**
 * A copy in which reading never throws: when a policy reads a value that is not known yet, the SDK ends the whole policy, and
 * the known values would go unchecked.
 */
export function plain(value: unknown): unknown {
    if (!isObject(value)) return value;
    const read = (key: string): unknown => {
        try {
            return plain(value[key]);
        } catch {
            return notYetKnown;
        }
    };
    if (Array.isArray(value)) return Object.keys(value).map(read);
    return Object.fromEntries(Object.keys(value).map((key) => [key, read(key)]));
}

/** Whether some part of a value is not known yet. */
export function holdsUnknown(value: unknown): boolean {
    if (value === notYetKnown) return true;
    return isObject(value) && Object.values(value).some(holdsUnknown);
}

/** The items of a list; empty if there is no list, or it is not known yet. */
export function itemsOf(value: unknown): unknown[] {
    return Array.isArray(value) ? (value as unknown[]) : [];
}

/** The objects in a list. */
export function objectsOf(value: unknown): Record<string, unknown>[] {
    return itemsOf(value).filter(isObject);
}

/** The texts in a list that are known. */
export function textsOf(value: unknown): string[] {
    return itemsOf(value).filter((item) => typeof item === "string");
}

/** An object; empty if there is none, or it is not known yet. */
export function objectOf(value: unknown): Record<string, unknown> {
    return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null;
}
