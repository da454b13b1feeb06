import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { Environment } from "./environment";
import { stackLabels } from "../engine/labels";

/**
 * A named volume for data that outlives everything: protected, and left alone when the stack is destroyed, unless the
 * environment says otherwise. A later `up` adopts it again, since Docker's create of a known name returns what is there.
 *
 * @returns the volume's name as Docker knows it.
 */
export function dataVolume(
    name: string,
    volume: string,
    environment: Environment,
    parent: pulumi.Resource,
): pulumi.Output<string> {
    const keep = environment.protectData;
    return new docker.Volume(
        name,
        { name: `${environment.prefix}${volume}`, labels: stackLabels(name, "docker:index/volume:Volume", parent) },
        { parent, protect: keep, retainOnDelete: keep, deleteBeforeReplace: true },
    ).name;
}
