import type { ReportViolation, ResourceValidation } from "@pulumi/policy";

/** Replaces a value that is not known yet in a preview. */
export const unknown = Symbol("unknown");

/** Inputs of a docker.Container that policies look at; what is not known yet is `unknown`. */
export interface ContainerInputs {
    name?: unknown;
    hostname?: unknown;
    image?: unknown;
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
    pidMode?: unknown;
    ipcMode?: unknown;
    usernsMode?: unknown;
    memory?: unknown;
    readOnly?: unknown;
    capabilities?: unknown;
    securityOpts?: unknown;
    publishAllPorts?: unknown;
}

const containerType = "docker:index/container:Container";

/** A container under a policy. */
export interface ContainerUnderPolicy {
    inputs: ContainerInputs;
    urn: string;
    /** Name of the resource. */
    name: string;
    config: Record<string, unknown>;
}

/** A policy's function that looks at containers alone. */
export function ofContainer(
    check: (container: ContainerUnderPolicy, report: ReportViolation) => void,
): ResourceValidation {
    return (args, report) => {
        const { type, props, urn, name } = args;
        if (type === containerType)
            check({ inputs: plain(props) as ContainerInputs, urn, name, config: args.getConfig() }, report);
    };
}

/** True for the type of a container. */
export function isContainer({ type }: { type: string }): boolean {
    return type === containerType;
}

/**
 * A copy in which reading never throws: where a value is not known yet, the SDK ends the whole policy, and what is known
 * beside it would go unchecked.
 */
export function plain(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    const read = (key: string): unknown => {
        try {
            return plain((value as Record<string, unknown>)[key]);
        } catch {
            return unknown;
        }
    };
    if (Array.isArray(value)) return Object.keys(value).map(read);
    return Object.fromEntries(Object.keys(value).map((key) => [key, read(key)]));
}

/** The items of a list; none where there is no list, or none that is known. */
export function itemsOf(value: unknown): unknown[] {
    return Array.isArray(value) ? (value as unknown[]) : [];
}

/** The objects of a list. */
export function objectsOf(value: unknown): Record<string, unknown>[] {
    return itemsOf(value).filter((item): item is Record<string, unknown> => typeof item === "object" && item !== null);
}

/** The texts of a list, without those that are not known yet. */
export function textsOf(value: unknown): string[] {
    return itemsOf(value).filter((item) => typeof item === "string");
}
