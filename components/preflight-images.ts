import { imagesOf } from "../authentik/images";
import { type DockerConnection, engineReason } from "../engine/connection";
import type { Problem } from "../ground/problems";
import type { Config } from "../config/schema";

/**
 * Images that the Docker host neither has nor can pull. This is checked before anything is created, so that an update does not
 * stop halfway and all missing images are named at once.
 */
export async function missingImages(config: Config, connection: DockerConnection): Promise<Problem[]> {
    const problems = await Promise.all(
        Object.entries(imagesOf(config)).map(async ([role, image]): Promise<Problem[]> => {
            const reason = await pullMissing(connection, image);
            if (reason === undefined) return [];
            const cure = `is not on the Docker host and cannot be pulled (${reason}); correct the name, or pull it there by hand`;
            return [{ key: `images.${role}`, value: image, cure }];
        }),
    );
    return problems.flat();
}

/** Undefined when the image is there now, else why not. */
async function pullMissing(connection: DockerConnection, image: string): Promise<string | undefined> {
    try {
        await connection.pullIfMissing(image);
        return undefined;
    } catch (error) {
        return engineReason(error);
    }
}
