import "./quick";
import { provenVersion, versionProblem } from "../authentik/releases";
import { pathBetween, stepProblem } from "../authentik/upgrades";
import { agreed, command } from "./main";
import { Steps, ToolError } from "./progress";
import { openExisting } from "./stack/existing";
import { readRequirements } from "./stack/files";
import { settle } from "./stack/up";
import { Dumps } from "./upgrade/dumps";
import { upgradePostgres } from "./upgrade/postgres";
import {
    dumpToRestore,
    goBackTo,
    mustSettle,
    releaseOfDump,
    settleRelease,
    type Upgraded,
    upgradeTo,
} from "./upgrade/steps";

/**
 * `npm run upgrade [-- <version>] [--back] [--stack <name>] [--yes]`: takes a stack to another release of authentik.
 *
 * It shows the path, one step for each series, and asks. First it proves that the stack works as it is. Before each step it
 * looks at what would change, pulls the images and saves the database and the uploaded files; after each it proves that a
 * person can sign in. Default version: the newest that was tested with this program. `--back` puts back what the last step saved, or
 * the last that is of the version, with its release. Default stack: the one that was started.
 *
 * `--postgres <image>` takes the stack's PostgreSQL to another major version instead.
 */
command("upgrade", async ({ values: { stack: name, postgres, back = false, yes = false }, named: [version] }) => {
    if (postgres === true) return await upgradePostgres(name, { image: version, back, yes });
    const [open] = await openExisting({ name, progress: console.error, needsDocker: true });
    if (open === undefined) return;
    const settled = await settle(console.error, open);
    const upgraded = { open, dumps: new Dumps(open), settled };
    await upgraded.dumps.needsPostgres();
    if (back) await goBack(upgraded, version, yes);
    else await upgrade(upgraded, version ?? provenVersion, yes);
});

async function upgrade(upgraded: Upgraded, target: string, yes: boolean): Promise<void> {
    const { open, dumps } = upgraded;
    const { stack } = open;
    const { allowUntested } = readRequirements(stack.workspace.workDir, stack.name);
    const problem = versionProblem(target, allowUntested);
    if (problem !== undefined) throw new ToolError(`${target} ${problem}`);
    const from = await dumps.release();
    if (from === undefined) throw new ToolError("The database is empty: set `version` and run `npm start`.");
    const path = pathBetween(from, target, allowUntested);
    if (path.length === 0 && from !== target) throw new ToolError(`${target} ${stepProblem(from, target) ?? ""}`);
    const way = path.length === 0 ? "none needed" : path.join(", then ");
    console.log(`The database of the stack ${stack.name} is of authentik ${from}. Upgrade: ${way}.\n`);
    if (path.length > 0 && !yes && !(await agreed("Upgrade?"))) throw new ToolError("Nothing was changed.");
    const first = mustSettle(upgraded, from);
    const steps = new Steps(path.length + (first ? 1 : 0));
    let warnings: string[] = [];
    if (first)
        ({ warnings } = await steps.run(
            `${from}, as it is`,
            (progress) => settleRelease(progress, upgraded, from),
            () => "a person can sign in",
        ));
    for (const [index, to] of path.entries()) {
        const before = path[index - 1] ?? from;
        const { report } = await steps.run(
            `${before} -> ${to}`,
            (progress) => upgradeTo(progress, upgraded, before, to),
            ({ saved }) => `a person can sign in; before it: ${saved} in the volume ${dumps.volume}`,
        );
        ({ warnings } = report);
    }
    warn(warnings);
    const kept = path.length === 0 ? "" : ` \`docker volume rm ${dumps.volume}\` deletes what was saved.`;
    console.log(`\nThe stack ${stack.name} runs ${target}.${kept}`);
}

async function goBack(upgraded: Upgraded, version: string | undefined, yes: boolean): Promise<void> {
    const { open, dumps } = upgraded;
    const saved = dumpToRestore(await dumps.list(), version);
    console.log(`Restores ${saved}. Everything that the stack ${open.stack.name} stored since then is lost.\n`);
    if (!yes && !(await agreed("Go back?"))) throw new ToolError("Nothing was changed.");
    const { warnings } = await new Steps(1).run(
        `Back to ${releaseOfDump(saved)}`,
        (progress) => goBackTo(progress, upgraded, saved),
        () => "a person can sign in",
    );
    warn(warnings);
}

function warn(warnings: string[]): void {
    for (const warning of warnings) console.log(`\nwarning: ${warning}`);
}
