import { expect } from "chai";
import { type Configuration, devWith } from "../support/configuration";
import { ofType, passwordType, theOne, volumeType } from "../support/find";
import { runProgram } from "../support/mocks";

describe("the program's data", () => {
    const kept = async (configuration?: Configuration) => {
        const { resources } = await runProgram({ configuration });
        const volumes = ofType(resources, volumeType).map(({ name, options }) => [
            name.replace("authentik-", ""),
            options.protect,
            options.retainOnDelete,
        ]);
        return { volumes, key: theOne(resources, passwordType, "authentik-secret-key").options.protect };
    };

    it("is protected and stays when the stack is destroyed, unlike the sessions of an outpost", async () => {
        const { volumes, key } = await kept();

        expect(volumes).to.deep.equal([
            ["postgres-data", true, true],
            ["redis-data", true, true],
            ["media", true, true],
            ["templates", true, true],
            ["certificates", true, true],
            ["ak-outpost-organizr-sessions", false, false],
            ["ak-outpost-cwad-sessions", false, false],
        ]);
        expect(key, "the key without which the data cannot be read").to.equal(true);
    });

    it("goes with the stack where the configuration says so", async () => {
        const { volumes, key } = await kept(devWith({ protectData: false }));

        expect(volumes).to.have.length(7);
        for (const [name, ...kinds] of volumes) expect(kinds, String(name)).to.deep.equal([false, false]);
        expect(key).to.equal(false);
    });
});
