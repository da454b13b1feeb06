import { BackupStore } from "./backup/store";
import { main, takeStack } from "./main";
import { ToolError } from "./progress";
import { openExisting } from "./stack/existing";

/**
 * `npm run backup [-- --verify] [--stack <name>]`: makes a backup of a running stack now.
 *
 * `--verify` restores the newest one into a PostgreSQL of its own instead, and compares each table with what was counted when
 * it was made. Default stack: the one that was started.
 */
main(async (args) => {
    const { stack: name, rest } = takeStack(args);
    const unknown = rest.filter((argument) => argument !== "--verify");
    if (unknown.length > 0)
        throw new ToolError(`Unknown argument: ${unknown.join(", ")}. The options are --verify and --stack.`);
    const [open] = await openExisting({ name, progress: console.error, needsDocker: true });
    if (open === undefined) return;
    console.log(await new BackupStore(open).attempt(rest.length > 0 ? "verify" : "save"));
});
