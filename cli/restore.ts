import { ageText, bytesOf, type Manifest, sizeText, timeOf } from "./backup/manifest";
import { BackupStore } from "./backup/store";
import { bringBack, fitting, replaceData } from "./backup/restore";
import { agreed, command } from "./main";
import { Steps, ToolError } from "./progress";
import { openExisting } from "./stack/existing";
import { describeChanges } from "./stack/up";

/**
 * `npm run restore -- <id> [--into <stack>] [--other-key] [--stack <name>] [--yes]`: replaces a stack's databases and files with those of a backup.
 *
 * It shows what would be replaced and asks. Then it stops what writes, restores, brings the stack up with the proof that a person
 * can sign in, and applies what the configuration declares again. It can be run again wherever it was stopped. A backup that is
 * only elsewhere (`backup.restic`) is brought back first. `--into` takes
 * the backup of one stack into another. `--other-key` takes one of another secret key. Default stack: the one that was started.
 */
command("restore", async ({ values: { stack: name, into, yes, "other-key": otherKey = false }, named: [id] }) => {
    if (id === undefined)
        throw new ToolError("Say which backup: npm run restore -- <id>; `npm run backups` lists them.");
    const [from] = await openExisting({ name, progress: console.error, needsDocker: true });
    const [open] =
        into === undefined ? [from] : await openExisting({ name: into, progress: console.error, needsDocker: true });
    if (from === undefined || open === undefined) return;
    const restore = { from, into: open, id, otherKey };
    const manifest = await fitting(console.error, restore);
    const hasGateway = new BackupStore(open).takesGateway(new BackupStore(from), manifest);
    console.log(question(manifest, open.stack.name, hasGateway));
    if (yes !== true && !(await agreed("Restore?"))) throw new ToolError("Nothing was changed.");

    const steps = new Steps(2);
    await steps.run(
        "Databases and files",
        (progress) => replaceData(progress, restore),
        () => "as they were then",
    );
    const changes = await steps.run("Containers", (progress) => bringBack(progress, restore), describeChanges);
    for (const warning of changes.warnings) console.log(`\nwarning: ${warning}`);
});

function question(manifest: Manifest, stack: string, hasGateway: boolean): string {
    const age = ageText(Date.now() - timeOf(manifest).getTime());
    const rows = (tables: Record<string, number>) => Object.values(tables).reduce((sum, count) => sum + count, 0);
    return [
        `Restores ${manifest.id} into the stack ${stack}: ${sizeText(bytesOf(manifest))}, of authentik ${manifest.release}, ${age} ago.`,
        "It replaces, and what happened since then is lost:",
        ...Object.entries(manifest.databases).map(
            ([name, tables]) => `  the database ${name} with ${rows(tables)} rows`,
        ),
        "  the files of authentik: media, templates and certificates",
        ...(hasGateway ? ["  the certificates and the ACME account of a gateway"] : []),
        "",
    ].join("\n");
}
