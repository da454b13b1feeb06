import { bringBack, replaceData } from "../../../cli/backup/restore";
import { openStack } from "../../../cli/workplace";
import type { Backend } from "../../../cli/engine/backend";
import { ensureDocker } from "../../../cli/docker-engine";
import { ensurePulumi } from "../../../cli/engine";

/** `npm run restore` of a stack under test, in a process of its own that can be killed. */
async function main([name = "", folder = "", id = "", backend = ""]: string[]): Promise<void> {
    const progress = () => undefined;
    const workplace = { docker: await ensureDocker(progress), pulumi: await ensurePulumi(progress) };
    const opened = await openStack({ ...workplace, backend: JSON.parse(backend) as Backend }, name, folder);
    const open = { ...opened, options: { color: "never" as const } };
    await replaceData(progress, { from: open, into: open, id });
    await bringBack(progress, { from: open, into: open, id });
}

main(process.argv.slice(2)).then(
    () => process.exit(),
    (error: unknown) => {
        console.error(error);
        process.exit(1);
    },
);
