import type { Images } from "../authentik/images";
import type { DockerConnection } from "../engine/connection";
import { pullImage } from "./docker/pull";
import { needOffline } from "./offline";
import { type Progress, ToolError } from "./progress";
import { keyOf } from "./project";

/** The images that the stack is going to run. */
export interface ChosenImages {
    images: Partial<Images>;
    /** Why it is a rehearsal with stand-in images; undefined when the configuration's images are used. */
    rehearsal?: string;
}

/** The input of the choice of images. */
export interface ImageRequest {
    /** The images of the stack's configuration, by role. */
    images: Partial<Images>;
    connection: DockerConnection;
    /** There are registry credentials, but only the update can decrypt them. Default: false. */
    credentialsLater?: boolean;
    /** The release of authentik, which stand-ins imitate. */
    version: string;
    /** When to use stand-in images: `always`, if the configuration's cannot be pulled (`fallback`), or `never`. */
    standIns: "always" | "fallback" | "never";
}

/**
 * The images of the configuration, pulled if they are missing; or stand-ins for them.
 *
 * @throws ToolError when a registry refuses an image, or when a registry cannot be reached and stand-ins are not wanted or
 *     cannot be built.
 */
export async function chooseImages(
    progress: Progress,
    { images, connection, credentialsLater, version, standIns }: ImageRequest,
): Promise<ChosenImages> {
    if (standIns === "always") return await rehearse(progress, { images, version }, "A rehearsal was requested");
    for (const image of await absentImages(connection, images)) {
        const outcome = await pullImage(connection, image, progress);
        if (outcome.kind === "pulled") continue;
        if (outcome.kind === "refused" && credentialsLater === true) {
            progress(`${image}: ${outcome.reason}; the update tries again, with docker:registryAuth`);
            continue;
        }
        if (outcome.kind === "refused") throw new ToolError(refused(image, outcome.reason));
        const reason = `The engine does not have ${image}, and its registry cannot be reached`;
        if (standIns === "never") throw new ToolError(unreachable(reason, outcome.reason));
        return await rehearse(progress, { images, version }, reason);
    }
    return { images };
}

/** The images of a set that the engine does not have. */
export async function absentImages(connection: DockerConnection, images: Partial<Images>): Promise<string[]> {
    const names = [...new Set(Object.values(images))];
    const present = await Promise.all(names.map((name) => connection.isPresent(name)));
    return names.filter((_, index) => !present[index]);
}

async function rehearse(
    progress: Progress,
    { images, version }: Pick<ImageRequest, "images" | "version">,
    rehearsal: string,
): Promise<ChosenImages> {
    const { buildStandInImages, buildGatewayImage, buildResticImage } = needOffline(rehearsal, loadIt);
    progress(`${rehearsal}: using stand-in images`);
    const built = Object.entries(await buildStandInImages(progress, version));
    const gateway = "gateway" in images ? { gateway: await buildGatewayImage(progress) } : {};
    const restic = "restic" in images ? { restic: await buildResticImage(progress) } : {};
    return {
        images: { ...Object.fromEntries(built.filter(([role]) => role in images)), ...gateway, ...restic },
        rehearsal,
    };
}

/** The cure when a registry cannot be reached. */
const loadIt = "Load the stack's images into Docker (`docker load`), or make the registry reachable.";

function unreachable(reason: string, cause: string): string {
    return `${reason}: ${cause}. ${loadIt} ` + "`npm start` without a name offers a rehearsal with stand-in images.";
}

function refused(image: string, reason: string): string {
    return (
        `The image ${image} cannot be pulled: ${reason}. Correct \`${keyOf("version")}\` or ` +
        `\`${keyOf("images")}\` in the stack's configuration, or run \`docker login\` if the registry asks for it.`
    );
}
