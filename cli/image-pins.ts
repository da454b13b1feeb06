import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { type ImagePins, pinnedImages } from "../authentik/images";
import { type DockerConnection, engineReason } from "../engine/connection";
import { digestOf } from "./docker/pull";
import { ToolError } from "./progress";

/**
 * Looks up the current digests of the tags in a file of pins, and writes them into the file.
 *
 * @returns the changes, one line for each image; empty when nothing changed.
 * @throws ToolError when a registry gives no answer; the file is then unchanged.
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
            `The digest of ${image} cannot be looked up: ${engineReason(error)}. ${file} is unchanged. ` +
                "Correct the tag in that file, or run this again where the Docker engine reaches the registry.",
        );
    }
}
