import { expect } from "chai";
import { parse } from "yaml";
import { devWith } from "../support/configuration";
import { container, namesOf } from "../support/find";
import { runProgram } from "../support/mocks";
import { valueOf } from "../support/outputs";
import { onEach } from "../support/runtimes";

onEach("a network for a Prometheus", () => {
    it("has server, worker and outposts on it, and files that name them", async () => {
        const configuration = devWith({ "networks.monitoring": {}, prefix: "staging-" });
        const { result, resources } = await runProgram({ configuration });

        expect(namesOf(resources, "network")).to.include("staging-authentik-networks-monitoring");
        const on = (name: string) => JSON.stringify(container(resources, `staging-authentik-${name}`).inputs);
        for (const name of ["server", "worker", "ak-outpost-organizr"]) expect(on(name), name).to.contain("monitoring");
        expect(on("postgres-server")).to.not.contain("monitoring");
        const { scrape_configs: scrapes } = parse((await valueOf(result.monitoring?.prometheus)) ?? "") as {
            scrape_configs: { static_configs: { targets: string[] }[] }[];
        };
        expect(scrapes.flatMap((one) => one.static_configs.flatMap(({ targets }) => targets))).to.have.members([
            "staging-authentik-server:9300",
            "staging-authentik-worker:9300",
            "staging-ak-outpost-organizr:9300",
            "staging-ak-outpost-cwad:9300",
        ]);
    });

    it("is not there unless it is asked for", async () => {
        const { result, resources } = await runProgram();
        expect(result).to.not.have.property("monitoring");
        expect(namesOf(resources, "network")).to.have.lengthOf(3);
    });
});
