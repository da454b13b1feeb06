import { readFileSync } from "node:fs";
import { expect } from "chai";
import { faults } from "../integration/faults/list";
import { reliabilityPage } from "../integration/faults/page";

describe("docs/reliability.md", () => {
    const rows = readFileSync(reliabilityPage, "utf8")
        .split("\n")
        .filter((line) => line.startsWith("| "))
        .map((line) => line.slice(2, -2).split(" | "))
        .slice(2);

    it("has a row for each fault that the tests try; `npm run faults` writes it", () => {
        const words = rows.map(([fault, happens, operator]) => ({ fault, happens, operator }));

        expect(words).to.deep.equal(Object.values(faults));
    });

    it("says of each after how many seconds a person signed in, and that nothing was lost", () => {
        for (const [fault, , , seconds, lost] of rows) {
            expect(seconds, fault).to.match(/^\d+$/);
            expect(lost, fault).to.match(/^0 of [1-9]\d*$/);
        }
    });
});
