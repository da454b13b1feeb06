import * as pulumi from "@pulumi/pulumi";
import { sharedOf, volumeName, type VolumeNames, type VolumeRole } from "../config/volumes";
import type { Runtime } from "../engine/workload";
import type { Credentials } from "./credentials";

/**
 * What every component of one stack shares.
 *
 * @example
 * const context: Context = {
 *     prefix: "",
 *     credentials: new Credentials(),
 *     protectData: true,
 *     runtime: await DockerHost.observed(),
 * };
 */
export interface Context {
    /** Put before every name of a Docker object, e.g. `staging-`; plain, since it is part of names. Empty: nothing. */
    prefix: string;
    /** Where its secrets come from. */
    credentials: Credentials;
    /** Data volumes stay when they are no longer needed, and when the stack is destroyed. */
    protectData: boolean;
    /** What runs its workloads; it has the same prefix. */
    runtime: Runtime;
    /** Volumes with names of their own, by what they hold. Default: none, so that each has its name behind the prefix. */
    volumes?: VolumeNames["volumes"];
}

/** The volume of a component's data; an existing one of that name is used as it is. Returns its name. */
export function dataVolume(
    name: string,
    role: VolumeRole,
    context: Context,
    opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
    return context.runtime.volume(name, volumeArgs(role, context), opts);
}

/** Services with data that a stack may create: what is needed of their volumes whether it does or not. */
export const dataServices = {
    postgres: { type: "authentik-stack:index:Postgres" },
    redis: { type: "authentik-stack:index:Redis" },
    gateway: { type: "authentik-stack:index:Gateway" },
    backups: { type: "authentik-stack:index:Backups" },
} as const;

/**
 * Stops managing the data volume of a service that the stack no longer creates; the volume itself stays.
 *
 * @param name of the service's component.
 */
export function releaseData(
    name: string,
    service: keyof typeof dataServices,
    context: Context,
    opts: pulumi.ComponentResourceOptions,
): void {
    const former = pulumi.createUrn(name, dataServices[service].type, opts.parent?.urn);
    const moved = { parent: opts.parent, aliases: [{ parent: former }] };
    context.runtime.releaseVolume(`${name}-data`, volumeArgs(service, context), moved);
}

function volumeArgs(role: VolumeRole, context: Context) {
    return { name: volumeName(role, context), keep: context.protectData, shared: sharedOf(role) };
}
