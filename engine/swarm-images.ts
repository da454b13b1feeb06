import * as pulumi from "@pulumi/pulumi";
import type { DockerConnection, KnownImage } from "./connection";
import { idsOf, readFile } from "./files";
import { jobLabels } from "./labels";
import type { ImageStart } from "./swarm-lock";

/**
 * What images hold. Swarm's files want the number of their owner, which depends on the image, and no file of one can be read where
 * it runs. So the manager pulls each image too, and looks into a container of it that never starts. A preview pulls nothing: where the
 * manager has no image, as after `docker image prune`, it takes what the service has that was made of the same.
 */
export class Images {
    private readonly files = new Map<string, Promise<string>>();

    /** @param stack the stack's identity, for the label of such a container. */
    public constructor(
        private readonly connect: () => Promise<DockerConnection>,
        private readonly stack: string,
    ) {}

    /**
     * The number of a user.
     *
     * @param user by name or numeric id. Default: the image's own.
     */
    public async idOf(image: string, user?: string): Promise<string> {
        const [given = ""] = (user ?? (await this.configOf(image)).User ?? "").split(":");
        if (/^\d*$/.test(given)) return given === "" ? "0" : given;
        return String(idsOf(given, await this.read(image, "/etc/passwd")).uid);
    }

    /** How an image starts. */
    public async startOf(image: string): Promise<ImageStart> {
        const { Entrypoint, Cmd } = await this.configOf(image);
        return { entrypoint: Entrypoint ?? [], command: Cmd ?? [] };
    }

    /** A text file of an image; empty if it does not exist. */
    public read(image: string, path: string): Promise<string> {
        const key = `${image} ${path}`;
        const known = this.files.get(key) ?? this.look(image, path);
        this.files.set(key, known);
        return known;
    }

    private async configOf(image: string): Promise<KnownImage["Config"]> {
        const connection = await this.connect();
        await this.need(connection, image);
        return (await connection.image(image))?.Config ?? {};
    }

    private async need(connection: DockerConnection, image: string): Promise<void> {
        if (!pulumi.runtime.isDryRun()) await connection.pullIfMissing(image);
        else if (!(await connection.isPresent(image)))
            throw new Error(`a preview does not pull ${image}, so that nobody knows what it holds`);
    }

    private async look(image: string, path: string): Promise<string> {
        const connection = await this.connect();
        await this.need(connection, image);
        const Labels = jobLabels(this.stack, "look");
        const docker = await connection.client();
        const container = await docker.createContainer({ Image: image, Cmd: ["true"], NetworkDisabled: true, Labels });
        try {
            return await readFile(container, path);
        } finally {
            await container.remove({ force: true, v: true });
        }
    }
}

/**
 * What the Swarm answers.
 *
 * @param otherwise what a preview takes instead where it cannot ask it. Default: it is not known there.
 */
export function asked<T>(
    question: () => Promise<T>,
    otherwise: () => Promise<T | undefined> = () => Promise.resolve(undefined),
): pulumi.Output<T> {
    const answer = question().catch(async (error: unknown) => {
        if (!pulumi.runtime.isDryRun()) throw error;
        return (await otherwise()) ?? (pulumi.unknown as unknown as T);
    });
    return pulumi.output(answer) as pulumi.Output<T>;
}
