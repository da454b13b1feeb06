import type * as pulumi from "@pulumi/pulumi";
import type { Runtime } from "../engine/workload";
import type { Credentials } from "./credentials";

/**
 * What every component of one stack shares.
 *
 * @example { prefix: "", credentials: new Credentials(), protectData: true, runtime: new DockerHost() }
 */
export interface Context {
    /** Put before every name of a Docker object, e.g. `staging-`. */
    prefix: string;
    credentials: Credentials;
    /** Data volumes stay when they are no longer needed, and when the stack is destroyed. */
    protectData: boolean;
    /** What runs its workloads. */
    runtime: Runtime;
}

/**
 * A named volume for data. One of that name that exists already is taken up.
 *
 * @returns the volume's name as Docker knows it.
 */
export function dataVolume(
    name: string,
    volume: string,
    { prefix, protectData, runtime }: Context,
    parent: pulumi.Resource,
): pulumi.Output<string> {
    return runtime.volume(name, { name: `${prefix}${volume}`, keep: protectData }, { parent });
}
