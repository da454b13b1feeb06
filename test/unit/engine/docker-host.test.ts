import type * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { DockerConnection } from "../../../engine/connection";
import { DockerHost } from "../../../engine/docker-host";
import { startClock } from "../../support/clock";
import { absentEngine, type Behaviour, startEngine } from "../../support/engine";
import { all, namesOf, one } from "../../support/find";
import { runUnderMocks } from "../../support/mocks";
import { valueOf } from "../../support/outputs";

const labels = (resource: string) => ({
    "authentik-stack.stack": "authentik-stack/staging-",
    "authentik-stack.resource": resource,
});

/** What a function makes on a host that was looked at, and what people are told meanwhile. */
async function made(behaviour: Behaviour | undefined, make: (host: DockerHost) => pulumi.Input<string> | void) {
    const engine = behaviour && (await startEngine(behaviour));
    const clock = startClock();
    const { warn } = console;
    console.warn = console.log;
    try {
        const connection = new DockerConnection({ host: engine?.host ?? absentEngine });
        const { resources, result } = await runUnderMocks(async () => {
            const host = await DockerHost.observed({ connection, prefix: "staging-" });
            return { value: await valueOf(make(host) ?? "") };
        });
        return { resources, value: result.value, told: clock.told };
    } finally {
        console.warn = warn;
        clock.stop();
        await engine?.close();
    }
}

describe("a network of the stack's own", () => {
    const network = (host: DockerHost) => host.network("nets-db", { name: "db_net", internal: true }, {});
    const onIt = (Name: string): Behaviour => ({
        lists: {
            containers: [{ Id: "ours", Labels: labels("server") }, { Id: "gitea" }],
            networks: [
                {
                    ...{ Name, Labels: labels("nets-db"), Internal: true },
                    Containers: { ours: { Name: "authentik" }, gitea: { Name: "gitea" } },
                },
            ],
        },
    });

    it("is labelled, and known by its id, so that a re-created one is noticed", async () => {
        const { resources, value } = await made(undefined, network);

        expect(value).to.equal("nets-db-id");
        expect(one(resources, "network", "nets-db").inputs).to.deep.equal({
            name: "db_net",
            internal: true,
            labels: Object.entries(labels("nets-db")).map(([label, text]) => ({ label, value: text })),
        });
    });

    it("is replaced delete-first, since two of one name would be mistaken for each other, and never for its labels", async () => {
        const { options } = one((await made(undefined, network)).resources, "network", "nets-db");

        expect(options.deleteBeforeReplace).to.equal(true);
        expect(options.ignoreChanges).to.deep.equal(["labels"]);
    });

    it("is not renamed while other containers use it", async () => {
        const failure = await made(onIt("data_net"), network).catch((error: Error) => error.message);

        expect(failure).to.equal(
            "the network data_net cannot be renamed to db_net while other containers use it (gitea); disconnect them, or keep its name",
        );
    });

    it("is deleted when it is no longer needed and no other container uses it", async () => {
        for (const behaviour of [
            undefined,
            {},
            { lists: { networks: [{ Name: "db_net", Labels: labels("nets-db") }] } },
        ]) {
            const { resources, told } = await made(behaviour, (host) => host.releaseNetwork("nets-db", {}));

            expect(resources).to.deep.equal([]);
            expect(told).to.deep.equal([]);
        }
    });

    it("is kept while other containers use it, and they are named", async () => {
        const { resources, told } = await made(onIt("db_net"), (host) => host.releaseNetwork("nets-db", {}));

        const { inputs } = one(resources, "network", "nets-db");
        expect(inputs).to.deep.include({ name: "db_net", internal: true });
        expect(told.join()).to.contain(
            "the network db_net is no longer needed but is kept, since other containers use it: gitea",
        );
    });
});

describe("a named volume", () => {
    const args = (keep: boolean) => ({ name: "pg_data", keep });
    const there: Behaviour = { lists: { volumes: [{ Name: "pg_data" }] } };

    it("is labelled, known by its name, and never replaced because of its labels: an existing one is used", async () => {
        const { resources, value } = await made(undefined, (host) => host.volume("pg-data", args(true), {}));

        const { inputs, options } = one(resources, "volume", "pg-data");
        expect(value).to.equal("pg_data");
        expect(inputs).to.deep.equal({
            name: "pg_data",
            labels: Object.entries(labels("pg-data")).map(([label, text]) => ({ label, value: text })),
        });
        expect(options.ignoreChanges).to.deep.equal(["labels", "driver", "driverOpts"]);
        expect(options.deleteBeforeReplace, "the container of the old one would go with it").to.equal(false);
    });

    for (const keep of [true, false]) {
        it(`${keep ? "stays" : "goes"} when the stack is destroyed where it is ${keep ? "" : "not "}to be kept`, async () => {
            const { resources } = await made(undefined, (host) => host.volume("pg-data", args(keep), {}));

            expect(one(resources, "volume", "pg-data").options.retainOnDelete).to.equal(keep);
        });
    }

    it("leaves the state when it is no longer needed, is kept, and is named", async () => {
        const { resources, told } = await made(there, (host) => host.releaseVolume("pg-data", args(true), {}));

        expect(resources).to.deep.equal([]);
        expect(told.join()).to.contain(
            "the volume pg_data is no longer needed but is kept; `docker volume rm pg_data` deletes it",
        );
    });

    it("is known where an earlier version of this program labelled it with its URN", async () => {
        const former = {
            "authentik-stack.stack": "authentik-stack/dev",
            "authentik-stack.urn": "urn:pulumi:…::pg-data",
        };
        const lists = { volumes: [{ Name: "pg_data", Labels: former }] };
        const { resources } = await made({ lists }, (host) => host.releaseVolume("pg-data", args(false), {}));

        expect(namesOf(resources, "volume")).to.deep.equal(["pg-data"]);
    });

    it("stays in the state when it is no longer needed, if it is deleted with the stack", async () => {
        const { resources, told } = await made(there, (host) => host.releaseVolume("pg-data", args(false), {}));

        expect(one(resources, "volume", "pg-data").options.retainOnDelete).to.equal(false);
        expect(told).to.have.length(1);
    });

    it("stays in the state also where no engine tells of it, and is kept: it may be another stack's", async () => {
        const release = (keep: boolean) => made(undefined, (host) => host.releaseVolume("pg-data", args(keep), {}));
        const { resources, told } = await release(false);

        expect(one(resources, "volume", "pg-data").options.retainOnDelete).to.equal(true);
        expect(told).to.deep.equal([]);
        expect((await release(true)).resources, "one that is kept").to.deep.equal([]);
    });

    it("is not mentioned, and not taken up to go with the stack, where there is none or it is another stack's", async () => {
        const theirs = { Name: "pg_data", Labels: { ...labels("pg-data"), "authentik-stack.stack": "other/" } };
        for (const behaviour of [{}, { lists: { volumes: [theirs] } }]) {
            const { resources, told } = await made(behaviour, (host) => host.releaseVolume("pg-data", args(false), {}));

            expect(all(resources, "volume")).to.deep.equal([]);
            expect(told).to.deep.equal([]);
        }
    });
});
