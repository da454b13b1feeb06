import { expect } from "chai";
import { replicated, type SwarmStack, tell } from "../support/swarm-stack";

/** How many there are. */
export function sizes(at: () => SwarmStack): void {
    it("is scaled from one to three and back without a failed request", async () => {
        for (const replicas of [1, 3, 1]) {
            at().configure(replicated(replicas));
            const { seconds } = await at().unharmed(() => at().stack.up());
            expect((await at().tasks()).filter(({ service }) => /authentik-server/.test(service))).to.have.length(
                replicas,
            );
            tell(`${replicas} in ${seconds} s`);
        }
    });

    it("keeps its data when it is taken down, and finds it again", async () => {
        at().configure(replicated(1));
        await at().leave();
        await at().stack.down();
        expect(await at().tasks()).to.deep.equal([]);
        await at().stack.up();
        await at().visitFrom("manager");
        await at().expectServing();
        expect(await at().sql("SELECT count(*) FROM it_rows")).to.equal("1000");
    });
}
