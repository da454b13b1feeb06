import { parseDocument } from "yaml";
import { compare } from "../../authentik/releases";
import { chooseImages } from "../images";
import { type Progress, reasonOf, ToolError } from "../progress";
import { previewChanges, withDraft, writeDraft } from "../rotation/draft";
import type { Report } from "../stack/events";
import { readRequirements, requirementsOf } from "../stack/files";
import { bringUp } from "../stack/up";
import { dockerOf, type OpenStack } from "../workplace";
import { draftVersion } from "./draft";
import type { Dumps } from "./dumps";

/** What every step works with. */
export interface Upgraded {
    open: OpenStack;
    dumps: Dumps;
    /** The state knows of nothing that is not there; else each step has to compare. */
    settled: boolean;
}

/**
 * Whether the stack has to work with the release that its database is of, before anything follows: authentik records a
 * release before it migrates, so the database of a step that failed is of the new one already, and may be half migrated.
 *
 * Where the file names a newer release, a step began and did not reach the database.
 */
export function mustSettle({ open }: Upgraded, from: string): boolean {
    return compare(configured(open), from) <= 0;
}

/** Brings the stack up with the release that its database is of, which also ends a step that failed half-way. */
export async function settleRelease(progress: Progress, upgraded: Upgraded, from: string): Promise<Report> {
    const { open, dumps, settled } = upgraded;
    try {
        return await bringUp(progress, writeDraft(open, draftVersion(open, from)), settled);
    } catch (error) {
        const [saved] = (await dumps.list()).slice(-1);
        throw new ToolError(
            `${reasonOf(error)}\n\nThe stack does not work with ${from}, the release of its database; nothing was upgraded or saved. ` +
                `Fix the cause, then run the same command again.${saved === undefined ? "" : wayBack(open, saved)}`,
        );
    }
}

/** One step, from a stack that works; returns the name of what was saved before it, too. */
export async function upgradeTo(
    progress: Progress,
    upgraded: Upgraded,
    from: string,
    to: string,
): Promise<{ saved: string; report: Report }> {
    const { open, dumps, settled } = upgraded;
    const draft = draftVersion(open, to);
    const prepare = async () => {
        await withDraft(open, draft, previewChanges);
        await pull(progress, open, draft);
        progress("saving the database and the uploaded files");
        return await dumps.save(from);
    };
    const saved = await prepare().catch((error: unknown) => {
        throw new ToolError(`${reasonOf(error)}\n\nThis step was not begun: the stack runs ${from}.`);
    });
    try {
        return { saved, report: await bringUp(progress, writeDraft(open, draft), settled) };
    } catch (error) {
        throw new ToolError(
            `${reasonOf(error)}\n\nThe stack is between ${from} and ${to}. Fix the cause, then run the same command ` +
                `again.${wayBack(open, saved)}`,
        );
    }
}

/**
 * Puts back what was saved, with its release.
 *
 * The file is changed first: until the database is put back, an update refuses it instead of migrating what is there.
 */
export async function goBackTo(progress: Progress, upgraded: Upgraded, saved: string): Promise<Report> {
    const { open, dumps, settled } = upgraded;
    const draft = draftVersion(open, releaseOfDump(saved));
    await pull(progress, open, draft);
    const drafted = writeDraft(open, draft);
    progress("putting back the database and the uploaded files");
    await dumps.restore(saved);
    return await bringUp(progress, drafted, settled);
}

/**
 * What to put back: the newest of what was saved, or of a release.
 *
 * @param names the names of all that was saved, oldest first.
 * @throws ToolError that lists what there is.
 */
export function dumpToRestore(names: string[], release: string | undefined): string {
    const saved = names.filter((name) => release === undefined || releaseOfDump(name) === release).at(-1);
    if (saved !== undefined) return saved;
    const there = names.length === 0 ? "Nothing was saved." : `What was saved: ${names.join(", ")}.`;
    throw new ToolError(release === undefined ? there : `Nothing was saved of ${release}. ${there}`);
}

/** The release that a dump is of: its name begins with it. */
export function releaseOfDump(name: string): string {
    return name.split("-")[0] ?? "";
}

/** Pulls what a configuration runs, while everything still runs. */
async function pull(progress: Progress, { workplace }: OpenStack, draft: string): Promise<void> {
    const requirements = requirementsOf(parseDocument(draft));
    await chooseImages(progress, { ...requirements, connection: dockerOf(workplace), standIns: "never" });
}

function wayBack({ stack }: OpenStack, saved: string): string {
    return ` To go back: \`npm run upgrade -- --back --stack ${stack.name}\` puts back ${saved}.`;
}

function configured({ stack }: OpenStack): string {
    return readRequirements(stack.workspace.workDir, stack.name).version;
}
