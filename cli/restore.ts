import { ageText, bytesOf, type Manifest, restoreProblem, sizeText, timeOf } from "./backup/manifest";
import { BackupStore } from "./backup/store";
import { agreed, main, takeStack } from "./main";
import { reasonOf, Steps, ToolError } from "./progress";
import { openExisting } from "./stack/existing";
import { bringUp, describeChanges, settle } from "./stack/up";

/**
 * `npm run restore -- <id> [--into <stack>] [--stack <name>] [--yes]`: puts a backup in the place of a stack's databases and files.
 *
 * It shows what would be replaced and asks. Then it stops what writes, restores, brings the stack up with the proof that a person
 * can sign in, and applies what the configuration declares again. It can be run again wherever it was stopped. `--into` takes
 * the backup of one stack into another. Default stack: the one that was started.
 */
main(async (args) => {
    const { stack: name, rest } = takeStack(args);
    const { id, into, yes } = parse(rest);
    const [from] = await openExisting({ name, progress: console.error, needsDocker: true });
    const [open] =
        into === undefined ? [from] : await openExisting({ name: into, progress: console.error, needsDocker: true });
    if (from === undefined || open === undefined) return;
    const [source, target] = [new BackupStore(from), new BackupStore(open)];
    const manifest = await source.manifest(id);
    const problem = restoreProblem(manifest, await target.target());
    if (problem !== undefined) throw new ToolError(`${problem}\nNothing was changed.`);
    await source.check(id);
    console.log(question(manifest, open.stack.name));
    if (!yes && !(await agreed("Restore?"))) throw new ToolError("Nothing was changed.");

    const steps = new Steps(2);
    await settle(console.error, open);
    await steps.run(
        "Databases and files",
        async (progress) => {
            try {
                progress(await target.restore(source, id));
            } catch (error) {
                const again = `Run the same command again when the cause is fixed; \`npm start -- ${open.stack.name}\` starts the stack as it is.`;
                throw new ToolError(`${reasonOf(error)}\n\nWhat writes was stopped. ${again}`);
            }
        },
        () => "as they were then",
    );
    // Compared, so that what the configuration declares is applied again: tokens and clients may be others than then.
    const changes = await steps.run("Containers", (progress) => bringUp(progress, open, false), describeChanges);
    for (const warning of changes.warnings) console.log(`\nwarning: ${warning}`);
});

function parse(args: string[]): { id: string; into?: string; yes: boolean } {
    const at = args.indexOf("--into");
    const into = at < 0 ? undefined : args[at + 1];
    const others = at < 0 ? args : args.toSpliced(at, 2);
    const unknown = others.filter((argument) => argument.startsWith("-") && !["--yes", "-y"].includes(argument));
    if (unknown.length > 0)
        throw new ToolError(`Unknown option: ${unknown.join(", ")}. The options are --into, --stack and --yes.`);
    if (at >= 0 && into === undefined) throw new ToolError("--into needs the name of a stack, such as rehearsal.");
    const [id, ...further] = others.filter((argument) => !argument.startsWith("-"));
    if (id === undefined || further.length > 0)
        throw new ToolError("Say which backup: npm run restore -- <id>; `npm run backups` lists them.");
    return { id, into, yes: others.length > 1 };
}

function question(manifest: Manifest, stack: string): string {
    const age = ageText(Date.now() - timeOf(manifest).getTime());
    const rows = (tables: Record<string, number>) => Object.values(tables).reduce((sum, count) => sum + count, 0);
    return [
        `Restores ${manifest.id} into the stack ${stack}: ${sizeText(bytesOf(manifest))}, of authentik ${manifest.release}, ${age} ago.`,
        "It replaces, and what happened since then is lost:",
        ...Object.entries(manifest.databases).map(
            ([name, tables]) => `  the database ${name} with ${rows(tables)} rows`,
        ),
        "  the files of authentik: media, templates and certificates",
        "",
    ].join("\n");
}
