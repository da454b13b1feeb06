import { expect } from "chai";
import { devConfiguration, devWith } from "../support/configuration";
import { parseBlueprint } from "../support/blueprint";
import { startEngine } from "../support/engine";
import { step } from "../support/find";
import { runHooks } from "../support/hooks";
import { runProgram } from "../support/mocks";

describe("the program, when an outpost and its application are removed from the configuration", () => {
    it("removes them from authentik in the same job that applies the others", async () => {
        const [outpost] = devConfiguration().outposts as unknown[];
        const [application] = devConfiguration().applications as unknown[];
        const engine = await startEngine();
        try {
            const configuration = devWith({ outposts: [outpost], applications: [application] });
            const name = "authentik-blueprints-applied";
            const before = step((await runProgram()).resources, name);
            const after = step((await runProgram({ configuration, dockerHost: engine.host })).resources, name);

            await runHooks(after, "beforeUpdate", before);

            const files = engine.created[0]?.files ?? [];
            const entries = files
                .filter(({ path }) => path.startsWith("/blueprints/authentik-stack/removed/"))
                .flatMap(({ content }) => parseBlueprint(content).entries);
            expect(entries.map(({ model, identifiers }) => [model, identifiers])).to.have.deep.members([
                ["authentik_core.application", { slug: "cwad" }],
                ["authentik_providers_proxy.proxyprovider", { name: "cwad" }],
                ["authentik_outposts.outpost", { name: "ak-outpost-cwad" }],
            ]);
            for (const entry of entries) expect(entry).to.include({ state: "absent" });
        } finally {
            await engine.close();
        }
    });
});
