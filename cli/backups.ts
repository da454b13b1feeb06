import { bytesOf, describeListing, timeOf } from "./backup/manifest";
import { OffsiteStore } from "./backup/offsite";
import { BackupStore } from "./backup/store";
import { main, takeStack } from "./main";
import { ToolError } from "./progress";
import { openExisting } from "./stack/existing";

/**
 * `npm run backups [-- --json] [--stack <name>]`: lists the backups of a stack with their age, size and release, oldest first,
 * with the copies elsewhere, and what failed last. Default stack: the one that was started.
 */
main(async (args) => {
    const { stack: name, rest } = takeStack(args);
    const unknown = rest.filter((argument) => argument !== "--json");
    if (unknown.length > 0)
        throw new ToolError(`Unknown argument: ${unknown.join(", ")}. The options are --json and --stack.`);
    const [open] = await openExisting({ name, progress: console.error, needsDocker: true });
    if (open === undefined) return;
    const listing = await new BackupStore(open).list();
    const elsewhere = await new OffsiteStore(open).list();
    if (rest.length === 0) return console.log(describeListing(listing, new Date(), elsewhere));
    const backups = listing.manifests.map((manifest) => ({
        ...manifest,
        time: timeOf(manifest).toISOString(),
        bytes: bytesOf(manifest),
    }));
    const { failures, verified } = listing;
    console.log(
        JSON.stringify(
            { backups, failures, ...(verified && { verified }), ...(elsewhere && { elsewhere }) },
            undefined,
            2,
        ),
    );
});
