import { agreed, command } from "./main";
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
command("rotate", async ({ values: { list, stack: name, yes }, named }) => {
    const asked = list === true ? [] : [...new Set(named)];
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
    if (yes !== true && !(await agreed("Rotate?"))) throw new ToolError("Nothing was changed.");
    const drafted = writeDraft(open, draft);
    const changes = await steps.run("Containers", (progress) => bringUp(progress, drafted, settled), describeChanges);
    for (const warning of changes.warnings) console.log(`\nwarning: ${warning}`);
});

function indented(lines: string[]): string {
    return lines.map((line) => `  ${line}`).join("\n");
}
