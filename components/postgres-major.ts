import type Docker from "dockerode";
import { imagesOf } from "../authentik/images";
import { isCreatedHere } from "../authentik/roles";
import type { Config } from "../config/schema";
import { volumeName } from "../config/volumes";
import type { DockerConnection } from "../engine/connection";
import { createOptions, type KnownArgs, processArgs } from "../engine/container";
import { readFile } from "../engine/files";
import { removeJobs, runToExit } from "../engine/job";
import { jobLabels, stackIdentity } from "../engine/labels";
import type { Process } from "../engine/workload";
import type { Problem } from "../ground/problems";

/**
 * Data of another major version of PostgreSQL than the image's, which it refuses to start with.
 *
 * A preview asks only what is there already; an update has pulled the image, and looks into the volume itself.
 *
 * @param stack Pulumi's names of project and stack.
 */
export async function postgresProblems(
    config: Config,
    connection: DockerConnection,
    stack: { project: string; name: string; dry: boolean },
): Promise<Problem[]> {
    const { postgres: image } = imagesOf(config);
    if (image === undefined || !isCreatedHere(config.postgres)) return [];
    const volume = volumeName("postgres", config);
    const look = new MajorVersions(connection, stackIdentity(stack.project, config.prefix), stack.dry);
    if (await look.serves(volume, image)) return [];
    const holds = await look.ofVolume(volume, image);
    const wants = holds === undefined ? undefined : await look.ofImage(image);
    if (holds === undefined || wants === undefined || holds === wants) return [];
    const command = `\`npm run upgrade -- --stack ${stack.name} --postgres`;
    const cure =
        holds < wants
            ? `${command} ${image}\` copies the data into a new volume; until then, use an image of PostgreSQL ${holds}`
            : `use an image of PostgreSQL ${holds}, or, if \`npm run upgrade\` copied the volume, go back to the one before with ${command} --back\``;
    const fact = `is PostgreSQL ${wants} and cannot read the volume ${volume}, whose data is of PostgreSQL ${holds}`;
    return [{ key: "images.postgres", value: image, cure: `${fact}; ${cure}` }];
}

/** Label of a volume that `npm run upgrade -- --postgres` copied: the name of the one with the data before, which is kept. */
export const copiedFromLabel = "authentik-stack.copied-from";

/** The major versions of PostgreSQL's images and data. */
export class MajorVersions {
    /**
     * @param stack the stack's identity in labels.
     * @param dry makes no container to find out. Default: false.
     */
    public constructor(
        private readonly connection: DockerConnection,
        private readonly stack: string,
        private readonly dry = false,
    ) {}

    /** Whether a container of an image runs with a volume: then there is nothing to look into. */
    public async serves(volume: string, image: string): Promise<boolean> {
        const found = await this.connection.image(image);
        const users = await this.usersOf(volume);
        return users.some(({ running, imageId }) => running && imageId === found?.Id);
    }

    /** Of an image; undefined when it is not there, or would have to run to tell. */
    public async ofImage(image: string): Promise<number | undefined> {
        const found = await this.connection.image(image);
        // Official images have it, and those that are made from one.
        const stated = numberIn(/^PG_MAJOR=(\d+)$/m.exec((found?.Config.Env ?? []).join("\n"))?.[1]);
        if (stated !== undefined || found === undefined || this.dry) return stated;
        const args = this.args("version", { image, entrypoint: ["postgres"], command: ["--version"] });
        const title = `asking ${image} for its version`;
        const said = await runToExit(this.connection, { ...args, title, pids: 64, files: [], seconds: 60 });
        return numberIn(/\(PostgreSQL\) (\d+)/.exec(said)?.[1]);
    }

    /**
     * Of the data in a volume; undefined when there is none.
     *
     * @param image any image, for a container that has the volume and never starts.
     */
    public async ofVolume(volume: string, image: string): Promise<number | undefined> {
        return numberIn(await this.fileIn(volume, "PG_VERSION", image));
    }

    /** The text of a file at the top of a volume; undefined when there is no such file. */
    public async fileIn(volume: string, name: string, image: string): Promise<string | undefined> {
        const { Volumes } = await this.connection.get<{ Volumes: { Name: string }[] | null }>("/volumes");
        if (Volumes?.some(({ Name }) => Name === volume) !== true) return undefined;
        const [user] = await this.usersOf(volume);
        if (user === undefined && this.dry) return undefined;
        const docker = await this.connection.client();
        const { name: label, args } = this.args("look", { image, mounts: [{ source: volume, target: "/volume" }] });
        // A killed run may have left it.
        if (user === undefined) await removeJobs(docker, this.stack, label);
        const container =
            user === undefined
                ? await docker.createContainer(createOptions(label, args, 64))
                : docker.getContainer(user.id);
        try {
            const text = await readFile(container, `${user?.folder ?? "/volume"}/${name}`);
            return text === "" ? undefined : text;
        } finally {
            if (user === undefined) await container.remove({ v: true });
        }
    }

    /** Containers that have a volume, running or not. */
    private async usersOf(volume: string) {
        const containers = await this.connection.get<Docker.ContainerInfo[]>("/containers/json?all=true");
        return containers.flatMap(({ Id, ImageID, State, Mounts }) =>
            Mounts.filter(({ Name }) => Name === volume).map(({ Destination }) => ({
                id: Id,
                folder: Destination,
                imageId: ImageID,
                running: State === "running",
            })),
        );
    }

    private args(purpose: string, process: Omit<Process, "networks">) {
        const name = `${this.stack.split("/")[1] ?? ""}authentik-postgres-${purpose}`;
        return { name, args: processArgs({ networks: [], ...process }, jobLabels(this.stack, name)) as KnownArgs };
    }
}

function numberIn(text: string | undefined): number | undefined {
    const number = /^\d+/.exec(text ?? "")?.[0];
    return number === undefined ? undefined : Number(number);
}
