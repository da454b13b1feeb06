import { reasonOf } from "../../../cli/progress";
import { type NodeName, SwarmBed } from "./swarm-bed";
import { SwarmStack, tell } from "./swarm-stack";

/**
 * Tests that share one Swarm, in their order. Where there can be none, they say so; on a machine that tests each change, they fail.
 *
 * @param parts of them.
 * @param names of its machines. Default: all three.
 */
export function onSwarm(parts: ((at: () => SwarmStack) => void)[], names?: NodeName[]): void {
    let opened: SwarmStack | undefined;
    const at = () => {
        if (opened === undefined) throw new Error("there is no Swarm");
        return opened;
    };

    before(async function () {
        const obstacle = await SwarmBed.obstacle();
        if (obstacle !== undefined) {
            const said = `a Swarm cannot be made here: ${obstacle}`;
            if (process.env.CI !== undefined) throw new Error(said);
            console.log(`      ${said}; so nothing is proven of it`);
            this.skip();
        }
        opened = await SwarmStack.open(names);
    });
    // What failed must not fail what follows.
    afterEach(async function () {
        if (this.currentTest?.state !== "failed") return;
        await at()
            .heal()
            .catch((error: unknown) => tell(`it is not whole again: ${reasonOf(error)}`));
    });
    after(() => opened?.close());

    for (const part of parts) part(at);
}
