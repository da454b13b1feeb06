import { bytesOf, describeListing, timeOf } from "./backup/manifest";
import { OffsiteStore } from "./backup/offsite";
import { BackupStore } from "./backup/store";
import { command } from "./main";
import { openExisting } from "./stack/existing";

/**
 * `npm run backups [-- --json] [--stack <name>]`: lists the backups of a stack with their age, size and release, oldest first,
 * with the copies elsewhere, and what failed last. Default stack: the one that was started.
 */
command("backups", async ({ values }) => {
    const [open] = await openExisting({ name: values.stack, progress: console.error, needsDocker: true });
    if (open === undefined) return;
    const listing = await new BackupStore(open).list();
    const elsewhere = await new OffsiteStore(open).list();
    if (values.json !== true) return console.log(describeListing(listing, new Date(), elsewhere));
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
