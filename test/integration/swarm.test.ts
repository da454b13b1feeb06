import { reasonOf } from "../../cli/progress";
import { SwarmBed } from "./support/swarm-bed";
import { SwarmStack, tell } from "./support/swarm-stack";
import { moving } from "./swarm/moving";
import { nodes } from "./swarm/nodes";
import { sizes } from "./swarm/sizes";
import { updates } from "./swarm/updates";

describe("the development configuration on a Swarm of three nodes", () => {
    let opened: SwarmStack | undefined;

    before(async function () {
        const obstacle = SwarmBed.obstacle();
        if (obstacle !== undefined) {
            const said = `a Swarm of three nodes cannot be made here: ${obstacle}`;
            if (process.env.CI !== undefined) throw new Error(said);
            console.log(`      ${said}; so nothing is proven of it`);
            this.skip();
        }
        opened = await SwarmStack.open();
    });
    // What failed must not fail what follows.
    afterEach(async function () {
        if (this.currentTest?.state !== "failed") return;
        await at()
            .heal()
            .catch((error: unknown) => tell(`it is not whole again: ${reasonOf(error)}`));
    });
    after(() => opened?.close());

    // They share one Swarm, in this order.
    updates(at);
    nodes(at);
    sizes(at);
    moving(at);

    function at(): SwarmStack {
        if (opened === undefined) throw new Error("there is no Swarm");
        return opened;
    }
});
