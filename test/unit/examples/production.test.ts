import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { loadConfig } from "../../../config/load";
import type { Config } from "../../../config/schema";
import { errorOf } from "../../support/bad-configuration";
import type { Configuration } from "../../support/configuration";
import { runProgram, startMocks } from "../../support/mocks";

const text = readFileSync(join(__dirname, "../../../Pulumi.prod.yaml.example"), "utf8");

/** The example by key, without the namespace, and without the provider's own. */
function example(): Configuration {
    const { config } = parse(text) as { config: Configuration };
    const own = Object.entries(config).filter(([key]) => key.startsWith("authentik-stack:"));
    return Object.fromEntries(own.map(([key, value]) => [key.replace("authentik-stack:", ""), value]));
}

async function load(): Promise<Config> {
    await startMocks({ configuration: example(), stack: "prod" });
    return loadConfig();
}

describe("the production example", () => {
    it("has no problem", async () => {
        expect(await errorOf(example())).to.equal(undefined);
    });

    it("is found out when something in it is wrong", async () => {
        expect(await errorOf({ ...example(), url: "auth.example.com" })).to.contain("authentik-stack:url");
    });

    it("publishes no port, and is only reached over https", async () => {
        const { url, server, outposts, applications } = await load();

        expect([...server.ports, ...outposts.flatMap(({ ports }) => ports)]).to.deep.equal([]);
        const urls = applications.map(({ provider, launchUrl }) =>
            "externalHost" in provider ? provider.externalHost : launchUrl,
        );
        for (const address of [url, ...urls]) expect(address).to.match(/^https:/);
    });

    it("uses the networks that Nginx Proxy Manager is on, and keeps the databases on one of its own", async () => {
        const { networks } = await load();

        expect(networks.frontend.adopt && networks.backend.adopt).to.equal(true);
        expect(networks.db.adopt).to.equal(false);
        const { resources } = await runProgram({ configuration: example(), stack: "prod" });
        const made = resources.filter(({ type }) => type === "docker:index/network:Network");
        expect(made.map(({ name }) => name)).to.deep.equal(["authentik-networks-db"]);
    });

    it("keeps its data", async () => {
        expect((await load()).protectData).to.equal(true);
    });

    it("has several ways in, and no secret", async () => {
        const types = (await load()).applications.map(({ provider }) => provider.type);

        expect(types).to.include.members(["proxy", "forward_single", "oidc"]);
        expect(text).to.not.match(/secure:|encryption|password:/);
    });
});
