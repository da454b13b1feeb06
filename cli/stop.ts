import { projectRoot } from "./workplace";
import { command } from "./main";
import { Steps } from "./progress";
import { keptText, takeDown } from "./stack/down";
import { openExisting } from "./stack/existing";
import { stackOf } from "./stack/files";
import { swarmOf } from "./stack/swarm";

/**
 * `npm stop [-- <stack>]`: takes a stack down; its data and the passwords that belong to it are kept.
 *
 * Default: the stacks that `npm start` brings up when no name is given.
 */
command("down", async ({ values, named }) => {
    const name = stackOf(projectRoot, values.stack ?? named[0]);
    const stacks = await openExisting({ name, progress: console.log, needsDocker: true });
    const steps = new Steps(stacks.length);
    for (const open of stacks) {
        const { volumes, networks } = await steps.run(
            `Stack ${open.stack.name}`,
            (progress) => takeDown(progress, open),
            ({ deleted }) => (deleted === 0 ? "it was already down" : `deleted ${deleted}`),
        );
        for (const [network, others] of Object.entries(networks))
            console.log(`  Kept: the network ${network}, still used by ${others.join(", ")}.`);
        if (volumes.length > 0) console.log(`\n${keptText(open.stack.name, volumes, swarmOf(open)?.dataNode)}\n`);
    }
});
