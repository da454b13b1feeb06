import { expect } from "chai";
import program from "../../index";
import { devWith } from "../support/configuration";
import { startEngine } from "../support/engine";
import { startMocks, type Surroundings } from "../support/mocks";

/** How the program ends, and how many resources it registered before. */
async function outcomeOf(surroundings: Surroundings): Promise<{ error: string; registered: number }> {
    const graph = await startMocks(surroundings);
    const error = await program().then(
        () => "none",
        (reason: unknown) => String(reason),
    );
    return { error, registered: graph.registered() };
}

describe("the program", () => {
    it("registers nothing when its configuration has problems", async () => {
        const configuration = devWith({ url: undefined, colour: "red" });

        const { error, registered } = await outcomeOf({ configuration });

        expect(error).to.match(/2 problems in the configuration; nothing was changed/);
        expect(registered).to.equal(0);
    });

    it("registers nothing when the Docker host has no room for it", async () => {
        const taken = { Id: "gitea", Names: ["/gitea"], Ports: [{ PublicPort: 9000 }], Labels: {} };
        const engine = await startEngine({ lists: { containers: [taken] } });
        try {
            const { error, registered } = await outcomeOf({ dockerHost: engine.host });

            expect(error).to.match(/server\.ports\[0\]\.port = 9000 is published by the container gitea/);
            expect(registered).to.equal(0);
        } finally {
            await engine.close();
        }
    });
});
