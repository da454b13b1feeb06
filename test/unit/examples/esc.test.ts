import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { loadConfig } from "../../../config/load";
import { secretsOf } from "../../../config/secrets";
import { devWith } from "../../support/configuration";
import { startMocks } from "../../support/mocks";

type Secret = { "fn::secret": string };
const text = readFileSync(join(__dirname, "../../../examples/esc/environment.yaml"), "utf8");

describe("the example of an environment of Pulumi ESC", () => {
    it("supplies secrets of this stack, each of them marked secret", async () => {
        const { values } = parse(text) as { values: { pulumiConfig: Record<string, Record<string, Secret>> } };
        const { "authentik-stack:secrets": given = {}, ...others } = values.pulumiConfig;
        expect(others).to.deep.equal({});
        // As Pulumi merges it: the values by themselves, and the key as one that is secret.
        const secrets = Object.fromEntries(Object.entries(given).map(([key, value]) => [key, value["fn::secret"]]));
        await startMocks({ configuration: devWith({ secrets }), secretKeys: ["secrets"] });
        const config = loadConfig();
        expect(config.secrets).to.deep.equal(secrets);
        expect(secretsOf(config).map(({ name }) => name)).to.include.members(Object.keys(secrets));
    });
});
