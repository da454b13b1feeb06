import { expect } from "chai";
import { type Configuration, devWith } from "../support/configuration";
import { startEngine } from "../support/engine";
import { all, one } from "../support/find";
import { runProgram } from "../support/mocks";

describe("the program's data", () => {
    const kept = async (configuration?: Configuration, dockerHost?: string) => {
        const { resources } = await runProgram({ configuration, dockerHost });
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
        const engine = await startEngine();
        const { volumes, key } = await kept(devWith({ protectData: false }), engine.host);
        await engine.close();

        expect(volumes).to.have.length(9);
        for (const [name, stays] of volumes) expect(stays, String(name)).to.equal(false);
        expect(key).to.equal(false);
    });

    it("stays until then where no engine tells whether there is some that is no longer needed", async () => {
        const { volumes } = await kept(devWith({ protectData: false }));

        expect(volumes).to.have.length(10);
        expect(volumes, "of a gateway that there may have been").to.deep.include(["gateway-data", true]);
    });
});
