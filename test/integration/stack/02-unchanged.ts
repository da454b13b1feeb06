import { expect } from "chai";
import { containers } from "../support/host";
import { sharedStack, type SharedStack } from "../support/shared-stack";

describe("an update that has nothing to do", () => {
    let shared: SharedStack;
    before(async () => {
        shared = await sharedStack();
    });

    const operations = {
        up: () => shared.stack.up(),
        "up --refresh": () => shared.stack.up({ refresh: true }),
        "preview --refresh": () => shared.stack.preview({ refresh: true }),
    };
    for (const [title, operation] of Object.entries(operations)) {
        it(`${title} leaves everything unchanged`, async () => {
            const before = await containers(shared.stack.prefix);
            const { changes, summary } = await operation();
            expect(changes).to.deep.equal([]);
            expect(summary["same"], JSON.stringify(summary)).to.be.greaterThan(30);
            expect(summary, "every resource is unchanged").to.have.all.keys("same");
            expect(await containers(shared.stack.prefix)).to.have.deep.members(before);
        });
    }
});
