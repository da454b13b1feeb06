import "./quick";
import { provenVersion, versionProblem } from "../authentik/releases";
import { pathBetween, stepProblem } from "../authentik/upgrades";
import { agreed, main, takeStack } from "./main";
import { type Progress, reasonOf, Steps, ToolError } from "./progress";
import { previewChanges, withDraft, writeDraft } from "./rotation/draft";
import { openExisting } from "./stack/existing";
import { readRequirements } from "./stack/files";
import { bringUp, settle } from "./stack/up";
import { draftVersion } from "./upgrade/draft";
import { Dumps } from "./upgrade/dumps";
import { upgradePostgres } from "./upgrade/postgres";
import { dockerOf, type OpenStack } from "./workplace";

/**
 * `npm run upgrade [-- <version>] [--back] [--stack <name>] [--yes]`: takes a stack to another release of authentik.
 *
 * It shows the path, one step for each series, and asks. Before each step it looks at what would change, pulls the images and
 * saves the database and the uploaded files; after each it proves that a person can sign in. Default version: the newest that
 * ran with this program. `--back` puts back what the last step saved, with its release. Default stack: the one that was started.
 *
 * `--postgres <image>` takes the stack's PostgreSQL to another major version instead.
 */
main(async (args) => {
    const { stack: name, rest } = takeStack(args);
    if (rest.includes("--postgres")) return await upgradePostgres(name, rest);
    const { target, back, yes } = parse(rest);
    const [open] = await openExisting({ name, progress: console.error, needsDocker: true });
    if (open === undefined) return;
    await settle(console.error, open);
    const dumps = new Dumps(open);
    if (back) return await goBack(open, dumps, yes);
    const from = await dumps.release();
    if (from === undefined) throw new ToolError("The database is empty: set `version` and run `npm start`.");
    const path = pathBetween(from, target);
    if (path.length === 0) return console.log(nothingToDo(from, target));
    console.log(`From ${from}, which the database of the stack ${open.stack.name} is of: ${path.join(", then ")}.\n`);
    if (!yes && !(await agreed("Upgrade?"))) throw new ToolError("Nothing was changed.");
    const steps = new Steps(path.length);
    let at = from;
    for (const to of path) {
        const before = at;
        await steps.run(
            `${before} -> ${to}`,
            (progress) => upgrade(progress, { open, dumps }, before, to),
            (saved) => `a person can sign in; before it: ${saved} in the volume ${dumps.volume}`,
        );
        at = to;
    }
    console.log(
        `\nThe stack ${open.stack.name} runs ${at}. \`docker volume rm ${dumps.volume}\` deletes what was saved.`,
    );
});

function parse(args: string[]): { target: string; back: boolean; yes: boolean } {
    const flags = args.filter((argument) => argument.startsWith("-"));
    const unknown = flags.filter((flag) => !["--back", "--yes", "-y"].includes(flag));
    if (unknown.length > 0)
        throw new ToolError(
            `Unknown option: ${unknown.join(", ")}. The options are --back, --postgres, --stack and --yes.`,
        );
    const [target = provenVersion] = args.filter((argument) => !argument.startsWith("-"));
    const problem = versionProblem(target);
    if (problem !== undefined) throw new ToolError(`${target} ${problem}`);
    return { target, back: flags.includes("--back"), yes: flags.includes("--yes") || flags.includes("-y") };
}

function nothingToDo(from: string, target: string): string {
    return from === target ? `The database is of ${from} already.` : `${target} ${stepProblem(from, target) ?? ""}`;
}

/** One step; returns the name of what was saved before it. */
async function upgrade(
    progress: Progress,
    { open, dumps }: { open: OpenStack; dumps: Dumps },
    from: string,
    to: string,
): Promise<string> {
    const draft = draftVersion(open, to);
    await withDraft(open, draft, previewChanges);
    const { images } = readRequirements(open.stack.workspace.workDir, open.stack.name, to);
    for (const image of Object.values(images))
        await dockerOf(open.workplace).pullIfMissing(image, () => progress(`pulling ${image}`));
    progress("saving the database and the uploaded files");
    const saved = await dumps.save(from);
    try {
        await bringUp(progress, writeDraft(open, draft), true);
    } catch (error) {
        throw new ToolError(
            `${reasonOf(error)}\n\nThe stack is between ${from} and ${to}. When the cause is fixed, run the same command again. ` +
                `The way back: \`npm run upgrade -- --back --stack ${open.stack.name}\` puts back ${saved}.`,
        );
    }
    return saved;
}

async function goBack(open: OpenStack, dumps: Dumps, yes: boolean): Promise<void> {
    const saved = (await dumps.list()).at(-1);
    if (saved === undefined) throw new ToolError(`Nothing was saved: the volume ${dumps.volume} has no dump.`);
    const [release = ""] = saved.split("-");
    console.log(`Puts back ${saved}: what the stack ${open.stack.name} did since then is lost.\n`);
    if (!yes && !(await agreed("Go back?"))) throw new ToolError("Nothing was changed.");
    const steps = new Steps(2);
    await steps.run(
        "Database and files",
        () => dumps.restore(saved),
        () => "put back",
    );
    const drafted = writeDraft(open, draftVersion(open, release));
    await steps.run(
        `Release ${release}`,
        (progress) => bringUp(progress, drafted, true),
        () => "a person can sign in",
    );
}
