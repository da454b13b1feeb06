import { agreed, main, takeStack } from "./main";
import { Steps, ToolError } from "./progress";
import { draftRotation, previewChanges, withDraft, writeDraft } from "./rotation/draft";
import { followUps, listText, nextRotation, readSecrets } from "./rotation/secrets";
import { openExisting } from "./stack/existing";
import { bringUp, describeChanges, settle } from "./stack/up";

/**
 * `npm run rotate -- <secret>... [--stack <name>] [--yes]`: generates new secrets for a stack, and brings it up with them.
 *
 * Without a name, or with `--list`: lists the secrets of the stack. It first shows what would change and asks, unless
 * `--yes` is given; until then the configuration stays unchanged. After that, `npm start` finishes an interrupted
 * rotation. Default stack: the one that was started.
 */
main(async (args) => {
    const { stack: name, rest } = takeStack(args);
    const { asked, yes } = parse(rest);
    const [open] = await openExisting({ name, progress: console.error, needsDocker: asked.length > 0 });
    if (open === undefined) return;
    const stack = open.stack.name;
    const known = await readSecrets(open);
    if (asked.length === 0) return console.log(`Secrets of the stack ${stack}:\n${listText(known)}`);
    const draft = draftRotation(open, nextRotation(known, asked, stack));

    const steps = new Steps(2);
    let settled = false;
    const planned = await steps.run(
        "Preview",
        async (progress) => {
            settled = await settle(progress, open);
            return await withDraft(open, draft, previewChanges);
        },
        (lines) => `${lines.length} changes`,
    );
    console.log(
        `\nA new value for ${asked.join(", ")}:\n${indented([...planned, ...followUps(known, asked, stack)])}\n`,
    );
    if (!yes && !(await agreed("Rotate?"))) throw new ToolError("Nothing was changed.");
    const drafted = writeDraft(open, draft);
    const changes = await steps.run("Containers", (progress) => bringUp(progress, drafted, settled), describeChanges);
    for (const warning of changes.warnings) console.log(`\nwarning: ${warning}`);
});

function parse(args: string[]): { asked: string[]; yes: boolean } {
    const flags = args.filter((argument) => argument.startsWith("-"));
    const unknownFlags = flags.filter((flag) => !["--yes", "-y", "--list"].includes(flag));
    if (unknownFlags.length > 0)
        throw new ToolError(`Unknown option: ${unknownFlags.join(", ")}. The options are --list, --stack and --yes.`);
    const names = args.filter((argument) => !argument.startsWith("-"));
    const yes = flags.includes("--yes") || flags.includes("-y");
    return { asked: flags.includes("--list") ? [] : [...new Set(names)], yes };
}

function indented(lines: string[]): string {
    return lines.map((line) => `  ${line}`).join("\n");
}
