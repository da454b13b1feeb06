import { expect } from "chai";
import { handOverProgram, isHandOver } from "../../../ground/hand-over";

describe("the program that hands folders over", () => {
    it("changes what another user owns, and also what another group has where one is named", () => {
        expect(handOverProgram("1000", ["/media", "/certs"]).join(" ")).to.equal(
            "find /media /certs ( ! -user 1000 ) -exec chown -h 1000 {} +",
        );
        expect(handOverProgram("1000:1000", ["/data"]).join(" ")).to.equal(
            "find /data ( ! -user 1000 -o ! -group 1000 ) -exec chown -h 1000:1000 {} +",
        );
    });

    it("is told from every other one", () => {
        const program = handOverProgram("postgres", ["/data"]);
        const others = [
            [],
            ["find"],
            ["chown", "-R", "postgres", "/data"],
            [...program, "-delete"],
            [...program.slice(0, -1), ";"],
            program.map((word) => (word === "chown" ? "chmod" : word)),
            ["find", ...program.slice(2)],
            ["find", "-delete", ...program.slice(1)],
        ];
        for (const owner of ["postgres", "1000:1000"])
            expect(isHandOver(handOverProgram(owner, ["/data"]))).to.equal(true);
        for (const other of others) expect(isHandOver(other), other.join(" ")).to.equal(false);
    });
});
