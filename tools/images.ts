import type Docker from "dockerode";
import { type Images, officialImages } from "../components/images";
import { connect } from "../components/runtime/host";
import { buildStandInImages } from "../offline/images/build";
import { pullImage } from "./docker/pull";
import { type Progress, ToolError } from "./progress";

/** The images that the stack is going to run. */
export interface ChosenImages {
    images: Images;
    /** Why it is a rehearsal with stand-in images; undefined with official ones. */
    rehearsal?: string;
}

/** What decides which images a stack runs. */
export interface ImageRequest {
    version: string;
    /** Images of the configuration's own. */
    images?: Partial<Images>;
    /** As DOCKER_HOST names the engine. */
    host: string;
    /** Stand-in images, whatever can be had. Default: false. */
    rehearse?: boolean;
}

/**
 * The images of the configuration, pulled where they are missing; stand-ins where no registry can be reached.
 *
 * @throws ToolError when a registry answers that it has no such image, or does not hand it out.
 */
export async function chooseImages(progress: Progress, request: ImageRequest): Promise<ChosenImages> {
    if (request.rehearse === true) return await standIns(progress, "a rehearsal was asked for");
    const images = { ...officialImages(request.version), ...request.images };
    const engine = connect(request.host);
    for (const image of await missingImages(engine, images)) {
        const outcome = await pullImage(engine, image, progress);
        if (outcome.kind === "unreachable")
            return await standIns(progress, `${image} is not here, and its registry cannot be reached`);
        if (outcome.kind === "refused") throw new ToolError(refused(image, outcome.reason));
    }
    return { images };
}

/** Which images of a set the engine does not have. */
export async function missingImages(engine: Docker, images: Images): Promise<string[]> {
    const names = [...new Set(Object.values(images) as string[])];
    const present = await Promise.all(names.map((name) => isPresent(engine, name)));
    return names.filter((_, index) => !present[index]);
}

async function isPresent(engine: Docker, image: string): Promise<boolean> {
    try {
        await engine.getImage(image).inspect();
        return true;
    } catch (error) {
        if ((error as { statusCode?: number }).statusCode === 404) return false;
        throw error;
    }
}

async function standIns(progress: Progress, rehearsal: string): Promise<ChosenImages> {
    progress(`${rehearsal}: taking stand-in images`);
    const { server, proxy, postgres, redis } = await buildStandInImages(progress);
    return { images: { server, proxy, postgres, redis }, rehearsal };
}

function refused(image: string, reason: string): string {
    return (
        `The image ${image} cannot be pulled: ${reason}. Correct \`authentik-stack:version\` or ` +
        "`authentik-stack:images` in the stack's configuration, or run `docker login` where the registry asks for it."
    );
}
