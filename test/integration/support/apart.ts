import { bringBack, replaceData } from "../../../cli/backup/restore";
import { ensureDocker } from "../../../cli/docker-engine";
import { ensurePulumi } from "../../../cli/engine";
import type { Backend } from "../../../cli/engine/backend";
import { bringUp, settle } from "../../../cli/stack/up";
import { Dumps } from "../../../cli/upgrade/dumps";
import { mustSettle, settleRelease, upgradeTo } from "../../../cli/upgrade/steps";
import { type OpenStack, openStack } from "../../../cli/workplace";
import { pathBetween } from "../../../authentik/upgrades";

const progress = (line: string) => console.log(line);

/** What commands do with a stack under test, in a process of its own that can be killed; what they tell is printed. */
const works: Record<string, (open: OpenStack, what: string) => Promise<unknown>> = {
    // `npm start`
    start: async (open) => await bringUp(progress, open, await settle(progress, open)),
    // `npm run restore -- <id>`
    restore: async (open, id) => {
        await replaceData(progress, { from: open, into: open, id });
        await bringBack(progress, { from: open, into: open, id });
    },
    // `npm run upgrade -- <version>`
    upgrade: async (open, version) => {
        const upgraded = { open, dumps: new Dumps(open), settled: await settle(progress, open) };
        const from = (await upgraded.dumps.release()) ?? version;
        if (mustSettle(upgraded, from)) await settleRelease(progress, upgraded, from);
        const path = pathBetween(from, version, false);
        for (const [index, to] of path.entries()) await upgradeTo(progress, upgraded, path[index - 1] ?? from, to);
    },
};

async function main([name = "", folder = "", backend = "", work = "", what = ""]: string[]): Promise<void> {
    const silent = () => undefined;
    const workplace = { docker: await ensureDocker(silent), pulumi: await ensurePulumi(silent) };
    const opened = await openStack({ ...workplace, backend: JSON.parse(backend) as Backend }, name, folder);
    await works[work]?.({ ...opened, options: { color: "never" } }, what);
}

main(process.argv.slice(2)).then(
    () => process.exit(),
    (error: unknown) => {
        console.error(error);
        process.exit(1);
    },
);
