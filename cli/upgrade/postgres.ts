import { image as imageField } from "../../ground/fields";
import { agreed } from "../main";
import { Interrupted, type Progress, reasonOf, Steps, ToolError } from "../progress";
import { previewChanges, withDraft, writeDraft } from "../rotation/draft";
import { openExisting } from "../stack/existing";
import { readText } from "../stack/files";
import { needsHost } from "../stack/swarm";
import { bringUp, settle } from "../stack/up";
import type { OpenStack } from "../workplace";
import { editKey } from "./draft";
import type { Side } from "./postgres-copy";
import { type Copied, StackPostgres } from "./postgres-stack";

/**
 * `npm run upgrade -- --postgres <image> [--stack <name>] [--yes]`: takes the stack's PostgreSQL to another major version.
 *
 * It copies everything into a new volume and compares every table, while nobody writes; then it brings the stack up on that.
 * The old volume stays, and with `--back` the stack returns to it.
 *
 * @throws ToolError; the old PostgreSQL serves then.
 */
export async function upgradePostgres(
    name: string | undefined,
    { image, back, yes }: { image?: string; back: boolean; yes: boolean },
): Promise<void> {
    const problem = imageField.safeParse(image).error?.issues[0]?.message;
    if (back ? image !== undefined : problem !== undefined)
        throw new ToolError(
            "--postgres takes an image with its tag, such as `--postgres postgres:17-alpine`, or --back; and --stack and --yes.",
        );
    const [open] = await openExisting({ name, progress: console.error, needsDocker: true });
    if (open === undefined) return;
    needsHost(
        open,
        "nothing copies PostgreSQL's data into a new volume yet",
        "Make a backup, set `images.postgres` and `volumes.postgres.name`, run `npm start`, and restore the backup.",
    );
    await settle(console.error, open);
    await (image === undefined ? returnPostgres(open, yes) : movePostgres(open, image, yes));
}

/** Takes an open stack to an image of a later major version. */
export async function movePostgres(open: OpenStack, image: string, yes: boolean): Promise<void> {
    const postgres = new StackPostgres(open);
    const { from, holds, wants, target } = await postgres.plan(image);
    const draft = draftOf(open, { image, volume: target });
    console.log(
        holds === wants
            ? `From ${from.image} to ${image}, both PostgreSQL ${wants}, with the same volume ${target}.\n` +
                  "Nobody can sign in while it starts again.\n"
            : `From PostgreSQL ${holds} in the volume ${from.volume} to ${wants} in ${target}.\n` +
                  "Nobody can sign in while it is copied; the old volume stays.\n",
    );
    if (!yes && !(await agreed("Upgrade?"))) throw new ToolError("Nothing was changed.");
    if (holds === wants) return await bringTo(open, draft, `PostgreSQL ${wants}`);
    const steps = new Steps(3);
    await steps.run(
        "Preview",
        () => withDraft(open, draft, previewChanges),
        () => "the stack can follow",
    );
    const copied = await steps.run(
        "Copy",
        (progress) => postgres.copy(progress, from, { image, volume: target }),
        ({ compared }) => compared,
    );
    await steps.run(
        `PostgreSQL ${wants}`,
        (progress) => switchOver(progress, open, draft, { from, copied }),
        () => "a person can sign in",
    );
    const option = `--stack ${open.stack.name} --postgres`;
    console.log(
        `\nThe old data is in the volume ${from.volume}: \`npm run upgrade -- ${option} --back\` returns to it, ` +
            `\`docker volume rm ${from.volume}\` deletes it.`,
    );
}

/** Returns to the volume that the present one was copied from. */
export async function returnPostgres(open: OpenStack, yes: boolean): Promise<void> {
    const postgres = new StackPostgres(open);
    const { volume, image } = await postgres.before();
    console.log(
        `Returns to ${image} with the volume ${volume}: what the stack ${open.stack.name} stored since then ` +
            `stays in ${postgres.volume}.\n`,
    );
    if (!yes && !(await agreed("Go back?"))) throw new ToolError("Nothing was changed.");
    await postgres.keep(postgres.volume);
    await bringTo(open, draftOf(open, { image, volume }), image);
    console.log(`\n\`docker volume rm ${postgres.volume}\` deletes it.`);
}

async function bringTo(open: OpenStack, draft: string, title: string): Promise<void> {
    await new Steps(1).run(
        title,
        (progress) => bringUp(progress, writeDraft(open, draft), true),
        () => "a person can sign in",
    );
}

/** Brings the stack up with the copy; where that fails, with what served before. */
async function switchOver(
    progress: Progress,
    open: OpenStack,
    draft: string,
    { from, copied }: { from: Side; copied: Copied },
): Promise<void> {
    try {
        await bringUp(progress, writeDraft(open, draft), true);
    } catch (error) {
        if (error instanceof Interrupted) throw error;
        progress("going back to the old volume");
        const reason = reasonOf(error);
        // Not the file as it was: it may have named the new image already.
        const back = draftOf(open, from);
        await bringUp(progress, writeDraft(open, back), true).catch((failure: unknown) => {
            throw new ToolError(`${reason}\n\nGoing back failed as well: ${reasonOf(failure)}`);
        });
        await copied.discard().catch(() => undefined);
        throw new ToolError(`${reason}\n\nThe stack runs on its old volume again.`);
    }
}

function draftOf({ stack }: OpenStack, { image, volume }: Side): string {
    const text = readText(stack.workspace.workDir, stack.name);
    return editKey(editKey(text, ["images", "postgres"], image), ["volumes", "postgres", "name"], volume);
}
