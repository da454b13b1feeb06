import { expect } from "chai";
import { SwarmStack } from "../support/swarm-stack";

/**
 * What becomes of the data.
 *
 * @param brief without a look into it.
 */
export function data(at: () => SwarmStack, brief = false): void {
    it("keeps its data when it is taken down", async () => {
        await at().sql("CREATE TABLE it_kept AS SELECT generate_series(1, 1000) AS n");
        const before = await at().volumes();
        await at().leave();
        await at().stack.down();
        expect(await at().tasks()).to.deep.equal([]);
        expect(before).to.include(`${SwarmStack.prefix}pg_data`);
        expect(await at().volumes()).to.have.members(before);
    });

    if (brief) return;

    it("finds it again", async () => {
        at().configure();
        await at().stack.up();
        await at().visitFrom("manager");
        await at().expectServing();
        expect(await at().sql("SELECT count(*) FROM it_kept")).to.equal("1000");
    });
}
