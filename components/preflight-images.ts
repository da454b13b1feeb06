import { officialImages } from "./images";
import { type DockerConnection, engineReason } from "../engine/connection";
import type { Problem } from "../ground/problems";
import type { Config } from "../config/schema";

/**
 * Images that the Docker host neither has nor can pull. Found out before anything is replaced: a container with a
 * published port would be gone before its successor's image turned out to be missing.
 */
export async function missingImages(config: Config, connection: DockerConnection): Promise<Problem[]> {
    const problems = await Promise.all(
        Object.entries(usedImages(config)).map(async ([role, image]): Promise<Problem[]> => {
            const reason = await pullMissing(connection, image);
            if (reason === undefined) return [];
            const cure = `is not on the Docker host and cannot be pulled (${reason}); mend the name, or pull it there by hand`;
            return [{ key: `images.${role}`, value: image, cure }];
        }),
    );
    return problems.flat();
}

function usedImages(config: Config): Record<string, string> {
    const roles = new Set<string>(["server", ...config.outposts.map(({ type }) => type)]);
    if (config.postgres.external === undefined && config.postgres.stack === undefined) roles.add("postgres");
    if (config.redis.external === undefined && config.redis.stack === undefined) roles.add("redis");
    const images = { ...officialImages(config.version), ...config.images };
    return Object.fromEntries(Object.entries(images).filter(([role]) => roles.has(role)));
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
