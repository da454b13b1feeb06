import type Docker from "dockerode";
import { imagePins } from "../../authentik/images";
import { roles } from "../../authentik/roles";
import { copiedFromLabel, MajorVersions } from "../../components/postgres-major";
import { volumeName } from "../../config/volumes";
import { type DockerConnection, ignoring } from "../../engine/connection";
import { untilHealthy } from "../../engine/health";
import { generationLabel, stackLabel } from "../../engine/labels";
import { Interrupted, type Progress, reasonOf, ToolError } from "../progress";
import { namesOf, prefixOf, readRequirements } from "../stack/files";
import { keepVolume } from "../stack/state";
import { dockerOf, type OpenStack } from "../workplace";
import { copiedMark, PostgresCopy, type Side } from "./postgres-copy";

/** Labels of a volume that was copied: from where, and the image that served it. */
const beforeLabels = { volume: copiedFromLabel, image: "authentik-stack.copied-from-image" };

/** What was copied, for people, and how to delete the copy. */
export interface Copied {
    compared: string;
    discard: () => Promise<void>;
}

/** The PostgreSQL of a stack, by its configuration and its containers. */
export class StackPostgres {
    public readonly volume: string;
    private readonly prefix: string;
    private readonly image: string;
    private readonly connection: DockerConnection;
    private readonly versions: MajorVersions;

    public constructor(private readonly open: OpenStack) {
        const { workDir } = open.stack.workspace;
        const { name } = open.stack;
        const { ownsPostgres, images } = readRequirements(workDir, name);
        const { postgres } = images;
        if (!ownsPostgres || postgres === undefined)
            throw new ToolError("The stack does not run its own PostgreSQL: upgrade it where it runs.");
        this.image = postgres;
        this.volume = volumeName("postgres", namesOf(workDir, name));
        this.prefix = prefixOf(workDir, name);
        this.connection = dockerOf(open.workplace);
        this.versions = new MajorVersions(this.connection, open.identity);
    }

    /** From where and to where an image would take the data; pulls the images. */
    public async plan(image: string): Promise<{ from: Side; holds: number; wants: number; target: string }> {
        await this.connection.pullIfMissing(image, () => console.log(`pulling ${image}`));
        const { volume } = this;
        const [holds, wants] = [await this.versions.ofVolume(volume, image), await this.versions.ofImage(image)];
        if (wants === undefined) throw new ToolError(`${image} does not say which PostgreSQL it is.`);
        if (holds === undefined)
            throw new ToolError(
                `The volume ${volume} has no data of PostgreSQL: set images.postgres, and run \`npm start\`.`,
            );
        const cure = "`--postgres --back` returns to the volume that it was copied from, if it was";
        if (holds > wants)
            throw new ToolError(`${image} is PostgreSQL ${wants}, and the data is of ${holds}; ${cure}.`);
        const from = { volume: this.volume, image: await this.serving(holds) };
        if (holds === wants) return { from, holds, wants, target: this.volume };
        const target = `${volumeName("postgres", { prefix: this.prefix })}_${wants}`;
        await this.refuseData(target, image);
        return { from, holds, wants, target };
    }

    /** @throws ToolError where a volume has data; what a killed run left is none. */
    private async refuseData(volume: string, image: string): Promise<void> {
        const docker = await this.connection.client();
        const found = await docker.getVolume(volume).inspect().catch(ignoring(404));
        if (found === undefined) return;
        const copied = (found.Labels as Record<string, string> | null)?.[beforeLabels.volume] !== undefined;
        const whole = !copied || (await this.versions.fileIn(volume, copiedMark, image)) !== undefined;
        if (whole)
            throw new ToolError(
                `The volume ${volume} exists already${copied ? ", from an earlier upgrade" : ""}. If its data is ` +
                    `no longer needed, \`docker volume rm ${volume}\` deletes it; then run the same command again.`,
            );
    }

    /** Copies, while nobody writes; returns what was compared. Where it fails, what was stopped runs again. */
    public async copy(progress: Progress, from: Side, to: Side): Promise<Copied> {
        const docker = await this.connection.client();
        const copy = new PostgresCopy(this.connection, this.open.identity, this.prefix);
        const target = docker.getVolume(to.volume);
        const discard = async () => {
            await target.remove().catch(ignoring(404));
        };
        // What a killed run left.
        await copy.clear();
        await discard();
        await docker.createVolume({
            Name: to.volume,
            Labels: {
                [stackLabel]: this.open.identity,
                [beforeLabels.volume]: from.volume,
                [beforeLabels.image]: from.image,
            },
        });
        const interruption = onInterrupt(() => copy.end());
        const stopped: StoppedContainers = { writers: [], servers: [] };
        try {
            progress("stopping authentik and PostgreSQL");
            await this.stop(docker, stopped);
            await this.keep(from.volume);
            progress("copying, and comparing every table");
            return { compared: await copy.run(from, to), discard };
        } catch (error) {
            const late = await this.startAgain(docker, stopped).then(() => undefined, reasonOf);
            await discard().catch(() => undefined);
            const outcome =
                late === undefined
                    ? "Nothing was changed: the old PostgreSQL serves again."
                    : `Nothing was changed, but the old PostgreSQL could not be started again: ${late}; \`npm start\` starts it.`;
            if (interruption.happened() && late === undefined) throw new Interrupted();
            throw new ToolError(`${reasonOf(error)}\n\n${outcome}`);
        } finally {
            interruption.end();
        }
    }

    /** What the present volume was copied from. */
    public async before(): Promise<Side> {
        const docker = await this.connection.client();
        const look = (name: string) => docker.getVolume(name).inspect();
        const labels: Record<string, string | undefined> | undefined = (await look(this.volume).catch(ignoring(404)))
            ?.Labels;
        const { [beforeLabels.volume]: volume, [beforeLabels.image]: image } = labels ?? {};
        if (volume === undefined || image === undefined)
            throw new ToolError(
                `The volume ${this.volume} was not copied from another, so there is nothing to go back to.`,
            );
        await look(volume).catch(() => {
            throw new ToolError(`The volume ${volume} no longer exists, so there is nothing to go back to.`);
        });
        return { volume, image };
    }

    /** Keeps a volume when the stack no longer names it, although its data may be deleted with the stack. */
    public async keep(volume: string): Promise<void> {
        await keepVolume(this.open, volume);
    }

    /** The image that serves the data: that of its container, or else one of that version. */
    private async serving(major: number): Promise<string> {
        const docker = await this.connection.client();
        const filters = { label: [`${stackLabel}=${this.open.identity}`], volume: [this.volume] };
        for (const { Id } of await docker.listContainers({ all: true, filters })) {
            const { Config } = await docker.getContainer(Id).inspect();
            if ((await this.versions.ofImage(Config.Image)) === major) return Config.Image;
        }
        if ((await this.versions.ofImage(this.image)) === major) return this.image;
        return `${roles.postgres.image.name}:${imagePins.tags.postgres.replace(/^\d+/, String(major))}`;
    }

    /** Stops authentik's server and worker, and then the PostgreSQL; adds what it stops. */
    private async stop(docker: Docker, { writers, servers }: StoppedContainers): Promise<void> {
        const ours = `${stackLabel}=${this.open.identity}`;
        const found = (filters: Record<string, string[]>) => docker.listContainers({ filters });
        for (const [stopped, running] of [
            [writers, await found({ label: [ours, generationLabel] })],
            [servers, await found({ label: [ours], volume: [this.volume] })],
        ] as const)
            for (const { Id } of running) {
                const container = docker.getContainer(Id);
                stopped.push(container);
                await container.stop({ t: roles.postgres.stopSeconds });
            }
    }

    private async startAgain(docker: Docker, { writers, servers }: StoppedContainers): Promise<void> {
        const gate = { title: "the old PostgreSQL", health: roles.postgres.health, secrets: [] };
        for (const container of servers) {
            await container.start().catch(ignoring(304));
            await untilHealthy(docker, container.id, gate);
        }
        for (const container of writers) await container.start().catch(ignoring(304));
    }
}

/** What was stopped for a copy. */
interface StoppedContainers {
    writers: Docker.Container[];
    servers: Docker.Container[];
}

/** Ends the work at an interrupt, so that what was stopped is started again. */
function onInterrupt(end: () => Promise<void>) {
    let happened = false;
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    const listener = () => {
        happened = true;
        end().catch(() => undefined);
    };
    for (const signal of signals) process.on(signal, listener);
    return {
        happened: () => happened,
        end: () => {
            for (const signal of signals) process.off(signal, listener);
        },
    };
}
