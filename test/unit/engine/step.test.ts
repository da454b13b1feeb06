import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { digest, recordStep, type Step } from "../../../engine/step";
import { recordOf, step } from "../../support/find";
import { runHooks } from "../../support/hooks";
import { runUnderMocks } from "../../support/mocks";

async function registered(changes: Partial<Step>) {
    const make = () => recordStep("step", { facts: {}, secrets: [], run: () => Promise.resolve(), ...changes }, {});
    return step((await runUnderMocks(make)).resources, "step");
}

describe("a recorded step", () => {
    it("is done before it is written down, so that a failed one is done again", async () => {
        let done = 0;
        const made = await registered({
            run: () => {
                done++;
                return Promise.resolve();
            },
        });

        expect(Object.keys(made.options.hooks ?? {}).sort()).to.deep.equal(["beforeCreate", "beforeUpdate"]);
        expect(made.options.hooks?.beforeUpdate).to.deep.equal(made.options.hooks?.beforeCreate);
        expect(done, "while the program runs").to.equal(0);
        await runHooks(made, "beforeCreate");
        expect(done).to.equal(1);
    });

    it("writes facts down in plain text and of its secrets no more than one digest, marked secret", async () => {
        const made = await registered({
            facts: { database: "a" },
            secrets: [pulumi.secret("hunter2"), pulumi.secret("hunter3")],
        });

        const { facts, secrets } = recordOf(made);
        expect(facts).to.deep.equal({ database: "a" });
        expect(secrets)
            .to.equal(digest(["hunter2", "hunter3"]))
            .and.not.contain("hunter");
        const written = made.props.input as { facts: unknown; secrets: pulumi.Output<string> };
        expect(await pulumi.isSecret(written.secrets)).to.equal(true);
        expect(await pulumi.isSecret(pulumi.output(written.facts))).to.equal(false);
    });

    it("keeps the digest secret even where nobody marked what it is of", async () => {
        const { secrets } = (await registered({ secrets: ["hunter2"] })).props.input as {
            secrets: pulumi.Output<string>;
        };

        expect(await pulumi.isSecret(secrets)).to.equal(true);
    });

    it("is told on an update what it remembered and what is no longer in its memory", async () => {
        const told: Record<string, string>[] = [];
        const run = (forgotten: Record<string, string>) => {
            told.push(forgotten);
            return Promise.resolve();
        };
        const secrets = [pulumi.secret("hunter2")];
        const before = await registered({ secrets, memory: { a: "remove a", b: "remove b" } });
        const after = await registered({ secrets, run, memory: { b: "remove b", c: "remove c" } });

        await runHooks(after, "beforeCreate");
        await runHooks(after, "beforeUpdate", before);

        expect(told).to.deep.equal([{}, { a: "remove a" }]);
    });

    it("remembers nothing unless it has a memory", async () => {
        const told: Record<string, string>[] = [];
        const run = (forgotten: Record<string, string>) => Promise.resolve(void told.push(forgotten));
        const made = await registered({ run });

        await runHooks(made, "beforeUpdate", await registered({}));

        expect(made.inputs.input).to.have.all.keys("facts", "secrets", "again");
        expect(told).to.deep.equal([{}]);
    });

    it("changes when any of its secrets does, also when two change places", async () => {
        const recorded = async (...secrets: string[]) => (await registered({ secrets })).inputs.input;

        expect(await recorded("a", "b")).to.deep.equal(await recorded("a", "b"));
        expect(await recorded("a", "b")).to.not.deep.equal(await recorded("a", "c"));
        expect(await recorded("a", "b")).to.not.deep.equal(await recorded("b", "a"));
        expect(await recorded("ab")).to.not.deep.equal(await recorded("a", "b"));
    });

    it("without secrets or containers records none", async () => {
        const made = await registered({ secrets: undefined });

        expect(made.inputs.input).to.deep.equal({ facts: {}, again: "" });
        expect(made.secretInputs).to.deep.equal([]);
    });

    it("shows the containers that it runs, so that previews and policies see them", async () => {
        const containers = [{ image: "psql:1", user: pulumi.output("postgres") }];

        expect(recordOf(await registered({ containers })).containers).to.deep.equal([
            { image: "psql:1", user: "postgres" },
        ]);
    });

    it("is told why it is done again, as that is recorded", async () => {
        const told: string[] = [];
        const run = (_: Record<string, string>, reason: string) => Promise.resolve(void told.push(reason));

        await runHooks(await registered({ run, again: pulumi.output("deleted by hand") }), "beforeUpdate");
        await runHooks(await registered({ run }), "beforeCreate");

        expect(told).to.deep.equal(["deleted by hand", ""]);
    });

    it("is done again for a reason, and the end of the reason is none", async () => {
        const sick = await registered({ again: "exited at noon" });
        const well = await registered({});

        expect(recordOf(sick).again).to.equal("exited at noon");
        expect(sick.options.ignoreChanges).to.deep.equal([]);
        expect(well.options.ignoreChanges).to.deep.equal(["input.again"]);
    });
});
