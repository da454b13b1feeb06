import * as pulumi from "@pulumi/pulumi";
import type Docker from "dockerode";

/** Whether the Docker host has an image. */
export async function isPresent(docker: Docker, image: string): Promise<boolean> {
    try {
        await docker.getImage(image).inspect();
        return true;
    } catch (error) {
        if ((error as { statusCode?: number }).statusCode === 404) return false;
        throw error;
    }
}

/**
 * Pulls an image that the Docker host does not have.
 *
 * @throws Error with the engine's own words when the host neither has it nor can pull it.
 */
export async function pullIfMissing(docker: Docker, image: string): Promise<void> {
    if (await isPresent(docker, image)) return;
    await pulumi.log.info(`pulling ${image}`);
    const stream = await docker.pull(image);
    await new Promise<void>((resolve, reject) => {
        docker.modem.followProgress(stream, (error: Error | null) => (error === null ? resolve() : reject(error)));
    });
}

/** Why the engine failed, in its own words; its client puts the status before them. */
export function engineReason(error: unknown): string {
    const message = error instanceof Error ? error.message : String(error);
    return message.replace(/^\(HTTP code \d+\) [\w ]+ - /, "").trim();
}
