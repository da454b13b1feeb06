import { expect } from "chai";
import { stackConfig } from "../../../components/index";
import { AuthentikStack } from "../../../components/stack";
import type { ContainerTransform } from "../../../engine/workload";
import { devConfiguration } from "../../support/configuration";
import { all, namesOf } from "../../support/find";
import { runUnderMocks } from "../../support/mocks";

describe("a stack", () => {
    const config = () => stackConfig(devConfiguration() as Parameters<typeof stackConfig>[0]);

    it("takes a key without a value in a program as if it were missing", () => {
        const given = { ...devConfiguration(), networks: { monitoring: undefined }, backup: undefined };
        const { networks, backup } = stackConfig(given as unknown as Parameters<typeof stackConfig>[0]);

        expect(networks).to.not.have.property("monitoring");
        expect(backup.run).to.equal(true);
    });

    it("hands each transform to the container that it names, and to no other", async () => {
        const dns: ContainerTransform = (args) => void (args.dns = ["192.0.2.53"]);
        for (const [role, name] of [
            ["server", "auth-server"],
            ["worker", "auth-worker"],
            ["postgres", "auth-postgres-server"],
            ["redis", "auth-redis-server"],
            ["ak-outpost-cwad", "auth-ak-outpost-cwad"],
        ] as const) {
            const { resources } = await runUnderMocks(
                () => new AuthentikStack("auth", { config: config(), transform: { [role]: dns } }),
            );
            const changed = all(resources, "container").filter(({ inputs }) => inputs.dns !== undefined);
            expect(
                changed.map((container) => container.name),
                role,
            ).to.deep.equal([name]);
        }
    });

    it("runs on the Docker host that Docker's own command uses, unless it is told", async () => {
        const { resources } = await runUnderMocks(() => new AuthentikStack("auth", { config: config() }));

        expect(namesOf(resources, "container")).to.include("auth-server").and.have.length(7);
    });

    it("can be there twice in one program, on one host by its prefix", async () => {
        const { resources } = await runUnderMocks(() => [
            new AuthentikStack("auth", { config: config() }),
            new AuthentikStack("staging", { config: { ...config(), prefix: "staging-" } }),
        ]);

        const urns = resources.map(({ urn }) => urn);
        expect(new Set(urns).size).to.equal(urns.length);
        const roots = resources.filter(({ options }) => options.parent === undefined).map(({ name }) => name);
        expect(roots.filter((name) => !name.endsWith("-label-key"))).to.deep.equal(["auth", "staging"]);
    });
});
