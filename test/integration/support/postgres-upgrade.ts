import { openStack } from "../../../cli/workplace";
import { movePostgres } from "../../../cli/upgrade/postgres";
import type { Backend } from "../../../cli/engine/backend";
import { ensureDocker } from "../../../cli/docker-engine";
import { ensurePulumi } from "../../../cli/engine";

/** `npm run upgrade -- --postgres` of a stack under test, in a process of its own that can be killed. */
async function main([name = "", folder = "", image = "", backend = ""]: string[]): Promise<void> {
    const progress = () => undefined;
    const workplace = { docker: await ensureDocker(progress), pulumi: await ensurePulumi(progress) };
    const opened = await openStack({ ...workplace, backend: JSON.parse(backend) as Backend }, name, folder);
    await movePostgres({ ...opened, options: { color: "never" } }, image, true);
}

main(process.argv.slice(2)).then(
    () => process.exit(),
    (error: unknown) => {
        console.error(error);
        process.exit(1);
    },
);
