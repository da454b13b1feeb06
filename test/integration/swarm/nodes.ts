import { expect } from "chai";
import type { NodeName } from "../support/swarm-bed";
import { type SwarmStack, tell, timed } from "../support/swarm-stack";

/** What the loss of a node does. */
export function nodes(at: () => SwarmStack): void {
    it("moves what ran on a node that is lost, and takes it back", async () => {
        await at().bed.node("spare").lose();
        const { seconds } = await timed(() => at().whole(({ node }) => node !== "spare"));
        tell(`moved in ${seconds} s`);
        expect(seconds).to.be.lessThan(60);
        await at().expectServing();
        await at().bed.node("spare").start();
        await at().bed.until("spare", "ready");
        await at().unchanged();
    });

    it("survives a restart of the manager", async () => {
        // They end with its engine, and the manager takes them for running until that reports.
        const ended = (await at().tasks()).filter(({ node }) => node === "manager").map(({ id }) => id);
        await at().bed.node("manager").end();
        await at().bed.node("manager").start();
        const { seconds } = await timed(() => at().whole(({ id }) => !ended.includes(id)));
        tell(`whole again after ${seconds} s`);
        await at().visitFrom("manager");
        await at().expectServing();
        await at().unchanged();
    });

    it("leaves a node that is drained without a failed request", async () => {
        // Nothing returns to a node by itself, so the other may have none.
        const drained = (await at().tasks()).map(({ node }) => node).find((node) => node !== "data") as NodeName;
        const { seconds } = await at().unharmed(async () => {
            await at().bed.set(drained, "drain");
            await at().whole(({ node }) => node !== drained);
        });
        tell(`${drained} was left in ${seconds} s`);
        await at().bed.set(drained, "active");
        await at().unchanged();
    });

    it("says what is missing while the node with the data is lost, and has lost no row when it is back", async () => {
        const rows = 1000;
        await at().sql(`CREATE TABLE it_rows AS SELECT generate_series(1, ${rows}) AS n`);
        await at().bed.node("data").lose();
        await at().bed.until("data", "down");
        const { record, seconds } = await at().stack.failingUp();
        expect(record.errors)
            .to.match(/postgres/)
            .and.match(/no suitable node/);
        tell(`told after ${Math.round(seconds)} s`);
        await at().bed.node("data").start();
        const { seconds: back } = await timed(() => at().whole());
        tell(`whole again ${back} s after its return`);
        await at().stack.up();
        await at().expectServing();
        expect(await at().sql("SELECT count(*) FROM it_rows")).to.equal(String(rows));
        await at().unchanged();
    });
}
