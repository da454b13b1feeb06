import { expect } from "chai";
import { devConfiguration, devPorts } from "./support/dev";
import { StackUnderTest } from "./support/stack-under-test";
import { openBench } from "./support/workplace";

/** Nothing listens there. */
const nowhere = "tcp://127.0.0.1:1";

describe("without a Docker engine", () => {
    let stack: StackUnderTest;
    before(async () => {
        const { images } = await openBench();
        const configuration = devConfiguration("it-p-", await devPorts(), images);
        stack = await StackUnderTest.open("it-p-", configuration, { host: nowhere });
    });
    after(() => stack.close());

    it("a preview shows what would be made", async () => {
        const { changes } = await stack.preview();
        expect(changes).to.include("create it-p-authentik-server");
        expect(changes.filter((change) => !change.startsWith("create"))).to.deep.equal([]);
    });

    it("an update fails fast, and says that no engine answers and where", async () => {
        const { record, seconds } = await stack.failingUp();
        expect(record.errors)
            .to.contain("127.0.0.1:1")
            .and.match(/cannot connect|refused|unreachable|no Docker engine/i);
        expect(seconds).to.be.lessThan(45);
    });
});
