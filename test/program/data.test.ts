import { expect } from "chai";
import { type Configuration, devWith } from "../support/configuration";
import { all, one } from "../support/find";
import { runProgram } from "../support/mocks";

describe("the program's data", () => {
    const kept = async (configuration?: Configuration) => {
        const { resources } = await runProgram({ configuration });
        const volumes = all(resources, "volume").map(({ name, options }) => [
            name.replace("authentik-", ""),
            options.retainOnDelete,
        ]);
        return { volumes, key: one(resources, "password", "authentik-secret-key").options.protect };
    };

    it("is kept when the stack is destroyed, unlike the sessions of an outpost and the socket of PostgreSQL", async () => {
        const { volumes, key } = await kept();

        expect(volumes).to.deep.equal([
            ["postgres-data", true],
            ["postgres-socket", false],
            ["redis-data", true],
            ["media", true],
            ["templates", true],
            ["certificates", true],
            ["ak-outpost-organizr-sessions", false],
            ["ak-outpost-cwad-sessions", false],
            ["backups-data", true],
        ]);
        expect(key, "the key without which the data cannot be read").to.equal(true);
    });

    it("is deleted with the stack if the configuration says so", async () => {
        const { volumes, key } = await kept(devWith({ protectData: false }));

        expect(volumes).to.have.length(9);
        for (const [name, stays] of volumes) expect(stays, String(name)).to.equal(false);
        expect(key).to.equal(false);
    });
});
