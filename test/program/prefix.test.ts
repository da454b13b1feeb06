import { expect } from "chai";
import { devConfiguration } from "../support/configuration";
import { one } from "../support/find";
import { runHooks } from "../support/hooks";
import { runProgram } from "../support/mocks";

describe("the prefix of a stack's names", () => {
    const memory = async (prefix: string) => {
        const { resources } = await runProgram({ configuration: { ...devConfiguration(), prefix } });
        return one(resources, "step", "prefix");
    };
    const from = async (before: string, after: string) => {
        const resource = await memory(after);
        return runHooks(resource, "beforeUpdate", await memory(before)).then(String, (error: Error) => error.message);
    };

    it("cannot change, which is told with both before anything is made", async () => {
        expect(await from("", "staging-")).to.equal(
            "1 problem in the configuration; nothing was changed:\n" +
                '  authentik-stack:prefix = "staging-" cannot change from "", since the names of this stack\'s volumes ' +
                "would; change it back, or make another stack with `pulumi stack init`",
        );
        expect(await from("staging-", "")).to.contain('prefix = "" cannot change from "staging-"');
    });

    it("is free on a first update, and kept later", async () => {
        await runHooks(await memory("staging-"), "beforeCreate");
        expect(await from("staging-", "staging-")).to.equal("undefined");
    });
});
