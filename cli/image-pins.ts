import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { type ImagePins, pinnedImages } from "../authentik/images";
import { type DockerConnection, engineReason } from "../engine/connection";
import { digestOf } from "./docker/pull";
import { ToolError } from "./progress";

/**
 * Writes the digests that the registries have now for the tags of a file of pins.
 *
 * @returns what changed, a line for each image; empty when nothing did.
 * @throws ToolError when a registry has no answer; the file is then as it was.
 */
export async function updatePins(connection: DockerConnection, file: string): Promise<string[]> {
    const { tags, digests: before } = JSON.parse(readFileSync(file, "utf8")) as ImagePins;
    const images = Object.values(pinnedImages({ tags, digests: {} }));
    const found = await Promise.all(
        images.map(async (image): Promise<[string, string]> => [image, await ask(connection, image, basename(file))]),
    );
    const digests = Object.fromEntries(found);
    writeFileSync(file, `${JSON.stringify({ tags, digests }, undefined, 2)}\n`);
    const gone = Object.keys(before).filter((image) => !images.includes(image));
    return [
        ...found
            .filter(([image, digest]) => before[image] !== digest)
            .map(([image, digest]) => `${image}: ${before[image] ?? "not pinned"} -> ${digest}`),
        ...gone.map((image) => `${image}: no longer pinned`),
    ];
}

async function ask(connection: DockerConnection, image: string, file: string): Promise<string> {
    try {
        return await digestOf(connection, image);
    } catch (error) {
        throw new ToolError(
            `The digest of ${image} cannot be had: ${engineReason(error)}. ${file} stays as it was. ` +
                "Correct its tag there, or run this again where the Docker engine reaches the registry.",
        );
    }
}
