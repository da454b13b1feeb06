import * as pulumi from "@pulumi/pulumi";
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
}

/** The volume of a component's data; an existing one of that name is used as it is. Returns its name. */
export function dataVolume(
    name: string,
    volume: string,
    { prefix, protectData, runtime }: Context,
    opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
    return runtime.volume(name, { name: `${prefix}${volume}`, keep: protectData }, opts);
}

/** Services with data that a stack may create: what is needed of their volumes whether it does or not. */
export const dataServices = {
    postgres: { type: "authentik-stack:index:Postgres", volume: "pg_data" },
    redis: { type: "authentik-stack:index:Redis", volume: "redis_data" },
    gateway: { type: "authentik-stack:index:Gateway", volume: "ak_gateway" },
} as const;

/**
 * Stops managing the data volume of a service that the stack no longer creates; the volume itself stays.
 *
 * @param name of the service's component.
 */
export function releaseData(
    name: string,
    service: keyof typeof dataServices,
    { prefix, protectData, runtime }: Context,
    opts: pulumi.ComponentResourceOptions,
): void {
    const { type, volume } = dataServices[service];
    const former = pulumi.createUrn(name, type, opts.parent?.urn);
    const args = { name: `${prefix}${volume}`, keep: protectData };
    runtime.releaseVolume(`${name}-data`, args, { parent: opts.parent, aliases: [{ parent: former }] });
}
