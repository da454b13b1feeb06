import { BackupStore } from "./backup/store";
import { command } from "./main";
import { openExisting } from "./stack/existing";

/**
 * `npm run backup [-- --verify] [--stack <name>]`: makes a backup of a running stack now.
 *
 * `--verify` restores the newest one into a PostgreSQL of its own instead, and compares each table with what was counted when
 * it was made. Default stack: the one that was started.
 */
command("backup", async ({ values }) => {
    const [open] = await openExisting({ name: values.stack, progress: console.error, needsDocker: true });
    if (open === undefined) return;
    console.log(await new BackupStore(open).attempt(values.verify === true ? "verify" : "save"));
});
