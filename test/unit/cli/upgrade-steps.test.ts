import { expect } from "chai";
import { dumpToRestore, releaseOfDump } from "../../../cli/upgrade/steps";

describe("what an upgrade goes back to", () => {
    const names = ["2025.8.6-2026-11-01T10-00-00-000Z", "2025.10.4-2026-11-02T10-00-00-000Z"];
    const again = [...names, "2025.8.6-2026-11-03T10-00-00-000Z"];

    it("is the newest that was saved, or the newest of a release", () => {
        expect(dumpToRestore(names, undefined)).to.equal(names[1]);
        expect(dumpToRestore(names, "2025.8.6")).to.equal(names[0]);
        expect(dumpToRestore(again, "2025.8.6")).to.equal(again[2]);
        expect(releaseOfDump(names[1] ?? "")).to.equal("2025.10.4");
    });

    it("is refused where there is none, with what there is", () => {
        expect(() => dumpToRestore([], undefined)).to.throw("Nothing was saved.");
        expect(() => dumpToRestore(names, "2025.12.6")).to.throw(
            `Nothing was saved of 2025.12.6. What was saved: ${names.join(", ")}.`,
        );
    });
});
