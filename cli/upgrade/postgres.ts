import type Docker from "dockerode";
import { parseDocument } from "yaml";
import { roles } from "../../authentik/roles";
import { imagePins, type Images } from "../../authentik/images";
import { MajorVersions } from "../../components/postgres-major";
import type { DockerConnection } from "../../engine/connection";
import { generationLabel, stackLabel } from "../../engine/labels";
import { image as imageField } from "../../ground/fields";
import { agreed } from "../main";
import { Interrupted, type Progress, reasonOf, Steps, ToolError } from "../progress";
import { previewChanges, withDraft, writeDraft } from "../rotation/draft";
import { prefixOf, readRequirements, readText } from "../stack/files";
import { openExisting } from "../stack/existing";
import { keepVolume } from "../stack/state";
import { bringUp, settle } from "../stack/up";
import { dockerOf, type OpenStack } from "../workplace";
import { editKey } from "./draft";
import { copiedMark, PostgresCopy, type Side } from "./postgres-copy";

/** Labels of a volume that was copied: from where, and the image that served it. */
const beforeLabels = { volume: "authentik-stack.copied-from", image: "authentik-stack.copied-from-image" };

/**
 * `npm run upgrade -- --postgres <image> [--stack <name>] [--yes]`: takes the stack's PostgreSQL to another major version.
 *
 * It copies everything into a new volume and compares every table, while nobody writes; then it brings the stack up on that.
 * The old volume stays, and with `--back` the stack returns to it.
 *
 * @throws ToolError; the old PostgreSQL serves then.
 */
export async function upgradePostgres(name: string | undefined, args: string[]): Promise<void> {
    const { image, yes } = parse(args);
    const [open] = await openExisting({ name, progress: console.error, needsDocker: true });
    if (open === undefined) return;
    await settle(console.error, open);
    await (image === undefined ? returnPostgres(open, yes) : movePostgres(open, image, yes));
}

/** The image to go to; undefined to go back. */
function parse(args: string[]): { image?: string; yes: boolean } {
    const [image, ...others] = args.filter((argument) => !["--postgres", "--yes", "-y"].includes(argument));
    const yes = args.includes("--yes") || args.includes("-y");
    if (image === "--back" && others.length === 0) return { yes };
    const problem = imageField.safeParse(image).error?.issues[0]?.message;
    if (image === undefined || image.startsWith("-") || others.length > 0 || problem !== undefined)
        throw new ToolError(
            "--postgres takes an image with its tag, such as `--postgres postgres:17-alpine`, or --back; and --stack and --yes.",
        );
    return { image, yes };
}

/** Takes an open stack to an image of a later major version. */
export async function movePostgres(open: OpenStack, image: string, yes: boolean): Promise<void> {
    const postgres = new StackPostgres(open);
    const { from, holds, wants, target } = await postgres.plan(image);
    const draft = draftOf(open, { image, volume: target });
    if (holds === wants) return await bringTo(open, draft, `PostgreSQL ${wants}`);
    console.log(
        `From PostgreSQL ${holds} in the volume ${postgres.named(from.volume)} to ${wants} in ${postgres.named(target)}.\n` +
            "Nobody can sign in while it is copied; the old volume stays.\n",
    );
    if (!yes && !(await agreed("Upgrade?"))) throw new ToolError("Nothing was changed.");
    const steps = new Steps(3);
    await steps.run(
        "Preview",
        () => withDraft(open, draft, previewChanges),
        () => "the stack can follow",
    );
    const stopped = await steps.run(
        "Copy",
        (progress) => postgres.copy(progress, from, { image, volume: target }),
        ({ compared }) => compared,
    );
    await steps.run(
        `PostgreSQL ${wants}`,
        (progress) => switchOver(progress, open, draft, stopped),
        () => "a person can sign in",
    );
    const option = `--stack ${open.stack.name} --postgres`;
    console.log(
        `\nThe old data is in the volume ${postgres.named(from.volume)}: \`npm run upgrade -- ${option} --back\` returns to it, ` +
            `\`docker volume rm ${postgres.named(from.volume)}\` deletes it.`,
    );
}

/** Returns to the volume that the present one was copied from. */
export async function returnPostgres(open: OpenStack, yes: boolean): Promise<void> {
    const postgres = new StackPostgres(open);
    const { volume, image } = await postgres.before();
    console.log(
        `Returns to ${image} with the volume ${postgres.named(volume)}: what the stack ${open.stack.name} stored since then ` +
            `stays behind in ${postgres.named(postgres.volume)}.\n`,
    );
    if (!yes && !(await agreed("Go back?"))) throw new ToolError("Nothing was changed.");
    await postgres.keep(postgres.volume);
    await bringTo(open, draftOf(open, { image, volume }), image);
    console.log(`\n\`docker volume rm ${postgres.named(postgres.volume)}\` deletes what is left behind.`);
}

async function bringTo(open: OpenStack, draft: string, title: string): Promise<void> {
    await new Steps(1).run(
        title,
        (progress) => bringUp(progress, writeDraft(open, draft), true),
        () => "a person can sign in",
    );
}

/** Brings the stack up with the copy; where that fails, with what it had before. */
async function switchOver(progress: Progress, open: OpenStack, draft: string, stopped: Stopped): Promise<void> {
    const before = readText(open.stack.workspace.workDir, open.stack.name);
    try {
        await bringUp(progress, writeDraft(open, draft), true);
    } catch (error) {
        if (error instanceof Interrupted) throw error;
        progress("going back to the old volume");
        const reason = reasonOf(error);
        await bringUp(progress, writeDraft(open, before), true).catch((failure: unknown) => {
            throw new ToolError(`${reason}\n\nThe way back failed as well: ${reasonOf(failure)}`);
        });
        await stopped.discard();
        throw new ToolError(`${reason}\n\nThe stack runs on its old volume again.`);
    }
}

function draftOf({ stack }: OpenStack, { image, volume }: Side): string {
    const text = readText(stack.workspace.workDir, stack.name);
    return editKey(editKey(text, ["images", "postgres"], image), ["volumes", "postgres", "name"], volume);
}

/** What was done before the switch, and how to undo it. */
interface Stopped {
    compared: string;
    discard: () => Promise<void>;
}

/** The PostgreSQL of a stack, by its configuration and its containers. Names of volumes are before the prefix. */
class StackPostgres {
    public readonly volume: string;
    private readonly prefix: string;
    private readonly image: string;
    private readonly connection: DockerConnection;
    private readonly versions: MajorVersions;

    public constructor(private readonly open: OpenStack) {
        const { workDir } = open.stack.workspace;
        const { name } = open.stack;
        const { postgres }: Partial<Images> = readRequirements(workDir, name).images;
        if (postgres === undefined)
            throw new ToolError("The stack's PostgreSQL is not its own: upgrade it where it is run.");
        const path = ["config", "authentik-stack:volumes", "postgres", "name"];
        const volume: unknown = parseDocument(readText(workDir, name)).getIn(path);
        this.image = postgres;
        this.volume = typeof volume === "string" ? volume : roles.postgres.data.volume;
        this.prefix = prefixOf(workDir, name);
        this.connection = dockerOf(open.workplace);
        this.versions = new MajorVersions(this.connection, open.identity);
    }

    public named(volume: string): string {
        return `${this.prefix}${volume}`;
    }

    /** From where and to where an image would take the data; pulls the images. */
    public async plan(image: string): Promise<{ from: Side; holds: number; wants: number; target: string }> {
        await this.connection.pullIfMissing(image, () => console.log(`pulling ${image}`));
        const volume = this.named(this.volume);
        const [holds, wants] = [await this.versions.ofVolume(volume, image), await this.versions.ofImage(image)];
        if (wants === undefined) throw new ToolError(`${image} does not say which PostgreSQL it is.`);
        if (holds === undefined)
            throw new ToolError(
                `The volume ${volume} has no data of PostgreSQL: set images.postgres, and run \`npm start\`.`,
            );
        const cure = "use `--postgres --back` to return to a volume from before";
        if (holds > wants)
            throw new ToolError(`${image} is PostgreSQL ${wants}, and the data is of ${holds}; ${cure}.`);
        const from = { volume: this.volume, image: await this.serving(holds) };
        if (holds === wants) return { from, holds, wants, target: this.volume };
        const target = `${roles.postgres.data.volume}_${wants}`;
        await this.refuseData(target, image);
        return { from, holds, wants, target };
    }

    /** @throws ToolError where a volume has data; what a killed run left is none. */
    private async refuseData(volume: string, image: string): Promise<void> {
        const docker = await this.connection.client();
        const found = await docker.getVolume(this.named(volume)).inspect().catch(ignoreAbsent);
        if (found === undefined) return;
        const copied = (found.Labels as Record<string, string> | null)?.[beforeLabels.volume] !== undefined;
        const whole = !copied || (await this.versions.fileIn(this.named(volume), copiedMark, image)) !== undefined;
        if (whole)
            throw new ToolError(
                `The volume ${this.named(volume)} exists already${copied ? ", from an earlier upgrade" : ""}. If its data is ` +
                    `needed no longer, \`docker volume rm ${this.named(volume)}\` deletes it; then run the same command again.`,
            );
    }

    /** Copies, while nobody writes; returns what was compared. Where it fails, what was stopped runs again. */
    public async copy(progress: Progress, from: Side, to: Side): Promise<Stopped> {
        const docker = await this.connection.client();
        const copy = new PostgresCopy(this.connection, this.open.identity, this.prefix);
        const target = docker.getVolume(this.named(to.volume));
        const discard = async () => {
            await target.remove().catch(ignoreAbsent);
        };
        // What a killed run left.
        await copy.clear();
        await discard();
        const before = { volume: from.volume, image: from.image };
        await docker.createVolume({
            Name: this.named(to.volume),
            Labels: {
                [stackLabel]: this.open.identity,
                ...Object.fromEntries(
                    Object.entries(beforeLabels).map(([key, label]) => [label, before[key as "volume"]]),
                ),
            },
        });
        const interruption = onInterrupt(() => copy.clear());
        const stopped = await this.stop(progress, docker);
        try {
            await this.keep(from.volume);
            progress("copying, and comparing every table");
            const sides = [from, to].map(({ image, volume }) => ({ image, volume: this.named(volume) }));
            const [old, fresh] = sides as [Side, Side];
            return { compared: await copy.run(old, fresh), discard };
        } catch (error) {
            await discard();
            for (const container of stopped.reverse()) await container.start();
            if (interruption.happened()) throw new Interrupted();
            throw new ToolError(`${reasonOf(error)}\n\nNothing was changed: the old PostgreSQL serves again.`);
        } finally {
            interruption.end();
        }
    }

    /** What the present volume was copied from. */
    public async before(): Promise<Side> {
        const docker = await this.connection.client();
        const look = (name: string) => docker.getVolume(this.named(name)).inspect();
        const labels: Record<string, string | undefined> | undefined = (await look(this.volume).catch(ignoreAbsent))
            ?.Labels;
        const { [beforeLabels.volume]: volume, [beforeLabels.image]: image } = labels ?? {};
        if (volume === undefined || image === undefined)
            throw new ToolError(
                `The volume ${this.named(this.volume)} was not copied from another: there is no way back.`,
            );
        await look(volume).catch(() => {
            throw new ToolError(`The volume ${this.named(volume)} is gone: there is no way back.`);
        });
        return { volume, image };
    }

    /** Keeps a volume when the stack no longer names it, although its data may be deleted with the stack. */
    public async keep(volume: string): Promise<void> {
        await keepVolume(this.open, this.named(volume));
    }

    /** The image that serves the data: that of its container, or else one of that version. */
    private async serving(major: number): Promise<string> {
        const docker = await this.connection.client();
        const filters = { label: [`${stackLabel}=${this.open.identity}`], volume: [this.named(this.volume)] };
        for (const { Id } of await docker.listContainers({ all: true, filters })) {
            const { Config } = await docker.getContainer(Id).inspect();
            if ((await this.versions.ofImage(Config.Image)) === major) return Config.Image;
        }
        if ((await this.versions.ofImage(this.image)) === major) return this.image;
        return `${roles.postgres.image.name}:${imagePins.tags.postgres.replace(/^\d+/, String(major))}`;
    }

    /** Stops authentik's server and worker, and then the PostgreSQL; returns them in that order. */
    private async stop(progress: Progress, docker: Docker): Promise<Docker.Container[]> {
        progress("stopping authentik and PostgreSQL");
        const ours = `${stackLabel}=${this.open.identity}`;
        const writers = await docker.listContainers({ filters: { label: [ours, generationLabel] } });
        const servers = await docker.listContainers({ filters: { label: [ours], volume: [this.named(this.volume)] } });
        const containers = [...writers, ...servers].map(({ Id }) => docker.getContainer(Id));
        for (const container of containers) await container.stop({ t: roles.postgres.stopSeconds });
        return containers;
    }
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

function ignoreAbsent(error: Error & { statusCode?: number }): undefined {
    if (error.statusCode !== 404) throw error;
    return undefined;
}
