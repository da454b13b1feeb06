import * as pulumi from "@pulumi/pulumi";
import type Docker from "dockerode";

/**
 * Pulls an image that the Docker host does not have.
 *
 * @throws Error with the engine's own words when the host neither has it nor can pull it.
 */
export async function pullIfMissing(docker: Docker, image: string): Promise<void> {
    try {
        await docker.getImage(image).inspect();
        return;
    } catch (error) {
        if ((error as { statusCode?: number }).statusCode !== 404) throw error;
    }
    await pulumi.log.info(`pulling ${image}`);
    const stream = await docker.pull(image);
    await new Promise<void>((resolve, reject) => {
        docker.modem.followProgress(stream, (error: Error | null) => (error === null ? resolve() : reject(error)));
    });
}
