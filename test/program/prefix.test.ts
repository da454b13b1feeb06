import { expect } from "chai";
import { devWith } from "../support/configuration";
import { startEngine } from "../support/engine";
import { all, container, environmentOf, step } from "../support/find";
import { failureOf } from "../support/hooks";
import { runProgram } from "../support/mocks";
import type { Registered } from "../support/recording";

/** Every name that Docker knows a resource by: its own, its host's, its names on networks. */
function dockerNames({ inputs }: Registered): unknown[] {
    const joined = (inputs.networksAdvanced ?? []) as { aliases: string[] }[];
    const mounted = (inputs.mounts ?? []) as { source: string }[];
    const names = [inputs.name, inputs.hostname, ...joined.flatMap(({ aliases }) => aliases)];
    return [...names, ...mounted.map(({ source }) => source)].filter((name) => name !== undefined);
}

describe("the program with a prefix", () => {
    let plain: Registered[];
    let resources: Registered[];
    let checks: string;
    before(async () => {
        const engine = await startEngine();
        try {
            const configuration = devWith({ prefix: "staging-" });
            ({ resources } = await runProgram({ configuration, stack: "staging", dockerHost: engine.host }));
            ({ resources: plain } = await runProgram());
            expect(await failureOf(step(resources, "staging-authentik-serving-proven"), "beforeCreate")).to.equal(
                undefined,
            );
            checks = engine.created[0]?.files.find(({ path }) => path.endsWith("checks.json"))?.content ?? "";
        } finally {
            await engine.close();
        }
    });

    it("puts it before every name that Docker knows, so that two environments share nothing on a host", () => {
        const docker = (["container", "network", "volume"] as const).flatMap((kind) => all(resources, kind));

        expect(docker).to.have.length(17);
        for (const resource of docker) {
            const names = dockerNames(resource);
            expect(names, resource.urn).to.not.have.length(0);
            for (const name of names) expect(name, resource.urn).to.match(/^staging-/);
        }
    });

    it("changes nothing but the names", () => {
        const names = (made: Registered[]) => made.map(({ type, name }) => `${type} ${name}`);

        expect(names(resources)).to.deep.equal(
            names(plain).map((line) => line.replace(" authentik", " staging-authentik")),
        );
    });

    it("leads authentik, its outposts and the proof to their own neighbours", () => {
        expect(environmentOf(container(resources, "staging-authentik-server"))).to.include({
            AUTHENTIK_POSTGRESQL__HOST: "staging-postgres",
            AUTHENTIK_REDIS__HOST: "staging-redis",
        });
        expect(environmentOf(container(resources, "staging-authentik-ak-outpost-cwad"))).to.include({
            AUTHENTIK_HOST: "http://staging-authentik-server:9000",
        });
        expect(checks)
            .to.contain("http://staging-authentik-server:9000/")
            .and.contain("http://staging-ak-outpost-cwad:9000/");
        expect(checks).to.not.match(/http:\/\/(authentik|ak)-/);
    });

    it("labels its containers as the other stack's", () => {
        const labels = container(resources, "staging-authentik-server").inputs.labels as { value: string }[];

        expect(labels[0]?.value).to.equal("authentik-stack/staging-");
    });
});
