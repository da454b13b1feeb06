import { expect } from "chai";
import { refreshAsked } from "../../../engine/refresh";

/** A program below a language host below these command lines, the nearest first. */
function asked(lines: string[], environment: NodeJS.ProcessEnv = {}): boolean {
    const all = ["pulumi-language-nodejs 127.0.0.1:40000", ...lines];
    return refreshAsked(environment, 100, (pid) => {
        const line = all[pid - 100];
        return line === undefined ? undefined : { parent: pid + 1, words: line.split(" ") };
    });
}

describe("whether the operation compares the state with what is there", () => {
    for (const line of [
        "pulumi up --refresh",
        "pulumi up -r --yes",
        "pulumi up -yr",
        "pulumi up -fry",
        "/opt/pulumi/bin/pulumi preview --stack dev --refresh=true --diff",
        "pulumi.exe up --refresh",
    ])
        it(`is read from ${line}`, () => {
            expect(asked([line])).to.equal(true);
            expect(asked([line, "node cli/start.ts", "sh"]), "of the nearest").to.equal(true);
        });

    for (const line of [
        "pulumi up",
        "pulumi up --refresh=false",
        "pulumi up --refresher",
        "pulumi up -sr",
        "pulumi preview -s --refresh2",
    ])
        it(`is not, by ${line}`, () => {
            expect(asked([line, "sh -c pulumi --refresh"])).to.equal(false);
        });

    it("is not, where no process of Pulumi's is above, and where processes cannot be known", () => {
        expect(asked(["node --refresh", "bash"])).to.equal(false);
        expect(asked([])).to.equal(false);
        expect(refreshAsked({}, 1)).to.equal(false);
        expect(refreshAsked({}), "of this test").to.equal(false);
    });

    it("is read from Pulumi's own variable as well", () => {
        expect(asked(["pulumi up"], { PULUMI_OPTION_REFRESH: "true" })).to.equal(true);
        expect(asked(["pulumi up"], { PULUMI_OPTION_REFRESH: "false" })).to.equal(false);
    });
});
