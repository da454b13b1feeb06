import { expect } from "chai";
import { devConfiguration, devWith } from "../support/configuration";
import { type Behaviour, type Listed, startEngine } from "../support/engine";
import { all, namesOf, one, recordOf } from "../support/find";
import { runProgram } from "../support/mocks";

const labels = (resource: string) => ({
    "authentik-stack.stack": "authentik-stack/",
    "authentik-stack.resource": resource,
});
const workloads = [
    ...["postgres-server", "redis-server", "server", "worker", "ak-outpost-organizr", "ak-outpost-cwad"],
].map((name) => `authentik-${name}`);

/** The stack as it runs, with a change to one of its containers. */
function running(changed?: string, change: Partial<Listed> = {}): Listed[] {
    return workloads.map((name) => ({ Id: name, Labels: labels(name), ...(name === changed ? change : {}) }));
}

async function resourcesOf(lists: Behaviour["lists"], configuration = devConfiguration()) {
    const engine = await startEngine({ lists });
    try {
        return (await runProgram({ configuration, dockerHost: engine.host })).resources;
    } finally {
        await engine.close();
    }
}

describe("the program on a host where its stack runs", () => {
    const again = async (containers: Listed[]) => {
        const steps = all(await resourcesOf({ containers }), "step");
        return Object.fromEntries(
            steps.flatMap((step) => {
                const reason = recordOf(step).again.replace(/ at .*/, "");
                return reason === "" ? [] : [[step.name, reason]];
            }),
        );
    };

    it("does nothing again where everything is healthy", async () => {
        expect(await again(running())).to.deep.equal({});
    });

    for (const name of workloads) {
        it(`waits for ${name} again, and proves again that a person can sign in, where it was stopped`, async () => {
            expect(await again(running(name, { State: "exited" }))).to.deep.equal({
                [`${name}-healthy`]: "exited",
                "authentik-serving-proven": "exited",
            });
        });
    }
});

describe("the program on a host where another release runs", () => {
    const others = (version: string, preview = false) => {
        const image = { "org.opencontainers.image.version": version };
        const containers = running("authentik-server", { Labels: { ...labels("authentik-server"), ...image } });
        return failureOf(containers, preview);
    };
    const failureOf = async (containers: Listed[], preview: boolean) => {
        const engine = await startEngine({ lists: { containers } });
        try {
            await runProgram({ configuration: devConfiguration(), dockerHost: engine.host, preview });
            return undefined;
        } catch (error) {
            expect(engine.requests.filter((line) => !line.startsWith("GET "))).to.deep.equal([]);
            return (error as Error).message;
        } finally {
            await engine.close();
        }
    };

    for (const preview of [false, true])
        it(`refuses a release that cannot follow it, before anything is made${preview ? ", in a preview" : ""}`, async () => {
            const failure = await others("2025.10.4", preview);

            expect(failure).to.contain("1 problem in the configuration; nothing was changed");
            expect(failure).to.contain(
                'version = "2025.8.6" is older than 2025.10.4, which the database of this stack is of',
            );
        });

    it("takes a release that can follow it, and one whose image does not say", async () => {
        for (const version of ["2025.8.4", "2025.6.4", "my own"])
            expect(await others(version), version).to.equal(undefined);
    });
});

describe("the program, when its stack needs something no longer", () => {
    const volumes = ["pg_data", "redis_data"].map((Name) => ({ Name }));
    const external = { host: "db.example.com", database: "ak", user: "ak", sslMode: "require" };

    it("leaves the data of PostgreSQL where it is, and no longer knows of it", async () => {
        const configuration = devWith({
            ...{ "postgres.external": external, consumers: undefined },
            secrets: { "database/authentik": "supplied-by-me" },
        });
        const engine = await startEngine({ lists: { volumes } });
        try {
            const { resources } = await runProgram({ configuration, secretKeys: ["secrets"], dockerHost: engine.host });
            expect(namesOf(resources, "volume")).to.not.include("authentik-postgres-data");
        } finally {
            await engine.close();
        }
    });

    it("keeps the data of Redis until the stack goes, where the configuration wants it to go with the stack", async () => {
        const configuration = devWith({ version: "2025.12.1", protectData: false, consumers: undefined });
        const resources = await resourcesOf({ volumes }, configuration);

        const { inputs, options } = one(resources, "volume", "authentik-redis-data");
        expect(inputs.name).to.equal("redis_data");
        expect(options.retainOnDelete).to.equal(false);
        const kept = await resourcesOf({ volumes }, { ...configuration, protectData: true });
        expect(namesOf(kept, "volume")).to.not.include("authentik-redis-data");
    });

    it("keeps a network that others are on, where one of another name is adopted in its place", async () => {
        const mine = {
            ...{ Name: "frontend_net", Labels: labels("authentik-networks-frontend") },
            Containers: { npm: { Name: "npm" } },
        };
        const configuration = devWith({ "networks.frontend": { name: "proxy_net", adopt: true } });

        const kept = await resourcesOf({ networks: [mine, { Name: "proxy_net" }] }, configuration);
        expect(one(kept, "network", "authentik-networks-frontend").inputs.name).to.equal("frontend_net");
        const gone = await resourcesOf(
            { networks: [{ ...mine, Containers: {} }, { Name: "proxy_net" }] },
            configuration,
        );
        expect(namesOf(gone, "network")).to.not.include("authentik-networks-frontend");
    });
});
