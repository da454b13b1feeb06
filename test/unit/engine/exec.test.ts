import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { type Command, runInside } from "../../../engine/exec";
import type { Running } from "../../../engine/workload";
import { type Behaviour, type FakeEngine, startEngine } from "../../support/engine";
import { stepType, theOne } from "../../support/find";
import { failureOf } from "../../support/hooks";
import { runUnderMocks } from "../../support/mocks";

describe("a command inside a container", () => {
    let engine: FakeEngine;
    const registered = async (behaviour: Behaviour = {}, changes: Partial<Command> = {}) => {
        engine = await startEngine(behaviour);
        const make = () => {
            const resource = new pulumi.Stash("server", { input: "" });
            const container: Running = { id: resource.id, resource };
            const command: Command = {
                title: "making databases",
                container,
                command: ["psql", "--quiet"],
                user: "postgres",
                stdin: ([first = "", second = ""]) => `ALTER ROLE a PASSWORD '${first}${second}';\n`,
                secrets: [pulumi.secret("hunter2"), pulumi.secret("hunter3")],
                facts: { databases: "a b" },
            };
            return runInside("step", { ...command, ...changes }, engine.host, {});
        };
        return theOne((await runUnderMocks(make)).resources, stepType, "step");
    };
    afterEach(() => engine.close());

    it("reads its secrets from its standard input and has them nowhere else", async () => {
        expect(await failureOf(await registered(), "beforeCreate")).to.equal(undefined);

        expect(engine.executed).to.deep.equal([
            {
                container: "server-id",
                command: ["psql", "--quiet"],
                user: "postgres",
                stdin: "ALTER ROLE a PASSWORD 'hunter2hunter3';\n",
            },
        ]);
    });

    it("fails with what it printed, and no secret in it", async () => {
        const step = await registered({ exec: () => ({ code: 3, output: "ERROR near 'hunter3'\n" }) });

        expect(await failureOf(step, "beforeCreate")).to.equal(
            "making databases failed with exit code 3:\nERROR near '[secret]'\n",
        );
    });

    it("is run again when the container is another or a fact changed", async () => {
        const { inputs } = await registered();

        expect((inputs.input as { facts: unknown }).facts).to.deep.equal({ container: "server-id", databases: "a b" });
    });
});
