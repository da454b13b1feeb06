import * as pulumi from "@pulumi/pulumi";
import type { DockerConnection } from "./connection";
import type { Observation } from "./observation";
import { ifKnown } from "./step";

/** A workload that is declared. */
interface Declared {
    title: string;
    /** Name of its resource. */
    resource: string;
    /** Name of its image. */
    image: pulumi.Input<string>;
}

/**
 * The id of the image that a workload's image names now. Where it differs from the last one, the container is replaced: a tag
 * may be another image after a pull or a build.
 *
 * Nothing is asked where the container has the image of that name already, which the list of all containers tells. An update
 * pulls an image that is not there, so that the id is known from the first container on.
 *
 * @param seen what runs. Undefined: nobody looked, so nothing is asked.
 * @returns null where it is not known, which replaces nothing.
 */
export async function imageNow(
    { title, resource, image }: Declared,
    connect: () => Promise<DockerConnection>,
    seen: Observation | undefined,
): Promise<string | null> {
    const name = await ifKnown(image);
    if (name === undefined || seen === undefined) return null;
    const its = seen.image(resource);
    if (its?.name === name) return its.id;
    const connection = await connect();
    const dry = pulumi.runtime.isDryRun();
    if (!dry) await connection.pullIfMissing(name);
    const id = await connection.imageId(name);
    // Pulumi shows another name, and of another id only that the container is replaced.
    if (dry && id !== undefined && its !== undefined && its.name === its.id && id !== its.id)
        await pulumi.log.info(
            `${title} will be replaced: ${name} is another image on the Docker host than the one it runs`,
        );
    return id ?? null;
}
