import { expect } from "chai";
import { volumesOf } from "../../config/volumes";
import { handOverProgram } from "../../ground/hand-over";
import { type Configuration, devConfiguration, devWith } from "../support/configuration";
import { type FakeEngine, startEngine } from "../support/engine";
import { all, one, recordOf } from "../support/find";
import { runHooks } from "../support/hooks";
import { runProgram } from "../support/mocks";

describe("the prefix of a stack's names", () => {
    const memory = async (prefix: string) => {
        const { resources } = await runProgram({ configuration: { ...devConfiguration(), prefix } });
        return one(resources, "step", "prefix");
    };
    const from = async (before: string, after: string) => {
        const resource = await memory(after);
        return runHooks(resource, "beforeUpdate", await memory(before)).then(String, (error: Error) => error.message);
    };

    it("cannot change, which is told with both before anything is made", async () => {
        expect(await from("", "staging-")).to.equal(
            "1 problem in the configuration; nothing was changed:\n" +
                '  authentik-stack:prefix = "staging-" cannot change from "", since the names of this stack\'s volumes begin ' +
                "with it; change it back, or create another stack with `pulumi stack init`",
        );
        expect(await from("staging-", "")).to.contain('prefix = "" cannot change from "staging-"');
    });

    it("is free on a first update, and kept later", async () => {
        const engine = await startEngine({});
        try {
            const { resources } = await runProgram({
                configuration: { ...devConfiguration(), prefix: "staging-" },
                dockerHost: engine.host,
            });
            const kept = one(resources, "step", "prefix");
            await runHooks(kept, "beforeCreate");
            await runHooks(kept, "beforeUpdate", kept);
        } finally {
            await engine.close();
        }
    });
});

describe("the volumes of a stack", () => {
    const named = ["pg_data", "redis_data", "ak_media", "ak_templates", "ak_certs", "ak_backups"];
    const volumes = [...named, "compose_media"].map((Name) => ({ Name }));
    let engine: FakeEngine;
    before(async () => {
        engine = await startEngine({ lists: { volumes } });
    });
    after(() => engine.close());

    const everywhere = { ip: "0.0.0.0" };
    const onSwarm = {
        runtime: "swarm",
        "server.ports[0]": { port: 9000, ...everywhere },
        "outposts[0].ports[0]": { port: 9080, ...everywhere },
        "outposts[1].ports[0]": { port: 9081, ...everywhere },
    };
    const run = (changes: Configuration) =>
        runProgram({ configuration: devWith(changes), dockerHost: engine.host }).then(({ resources }) => resources);
    const becomes = async (changes: Configuration, before: Configuration = {}) => {
        const [was, is] = [one(await run(before), "step", "prefix"), one(await run(changes), "step", "prefix")];
        return runHooks(is, "beforeUpdate", was).then(String, (error: Error) => error.message);
    };

    it("have the names of the configuration, without the prefix", async () => {
        const resources = await run({
            prefix: "staging-",
            volumes: { media: { name: "compose_media" }, redis: { name: "r1" } },
        });

        expect(all(resources, "volume").map(({ inputs }) => inputs.name)).to.deep.equal([
            "staging-pg_data",
            "staging-pg_socket",
            "r1",
            "compose_media",
            "staging-ak_templates",
            "staging-ak_certs",
            "staging-ak-outpost-organizr-sessions",
            "staging-ak-outpost-cwad-sessions",
            "staging-ak_backups",
        ]);
    });

    it("become ones that exist", async () => {
        expect(await becomes({ "volumes.media.name": "compose_media" })).to.equal("undefined");
        expect(await becomes({}, { "volumes.media.name": "compose_media" }), "and back").to.equal("undefined");
    });

    it("do not become ones that are missing, while their data are elsewhere", async () => {
        expect(await becomes({ "volumes.media.name": "other" })).to.contain(
            'volumes.media.name = "other" does not exist yet, so the data in ak_media would be missing; stop the stack and ' +
                "copy the data with `docker run --rm -v ak_media:/from:ro -v other:/to ",
        );
    });

    it("are not exchanged where the former one would be deleted", async () => {
        expect(await becomes({ "volumes.media.name": "compose_media", protectData: false })).to.contain(
            "with protectData off the volume ak_media would be deleted",
        );
    });

    it("are made with what remembers them, and none that was there is made anew in silence", async () => {
        const lists = { volumes: [{ Name: "pg_data" }] };
        const host = await startEngine({ lists });
        try {
            const kept = async () => {
                const { resources } = await runProgram({ configuration: devConfiguration(), dockerHost: host.host });
                return one(resources, "step", "prefix");
            };
            const first = await kept();
            await runHooks(first, "beforeCreate");
            expect(host.volumes, "the one that exists is used").to.have.members(named.slice(1));
            expect(recordOf(await kept()).again, "nothing to look for").to.equal("");

            lists.volumes = [];
            const later = await kept();
            expect(recordOf(later).again).to.match(/^no volume pg_data at /);
            expect(await runHooks(later, "beforeUpdate", first).then(String, String)).to.contain(
                'volumes.postgres.name = "pg_data" no longer exists on the Docker host, and its data is lost; restore a backup with ' +
                    "`npm run restore -- <id>`, which `npm run backups` lists, or run `npm stop` and create it again, empty, with `docker volume create pg_data`",
            );
            expect(host.volumes).to.not.include("pg_data");
        } finally {
            await host.close();
        }
    });

    it("of one host are not left to an update alone that goes to a Swarm", async () => {
        expect(await becomes(onSwarm)).to.contain(
            'runtime = "swarm" is new for this stack, whose volumes are on one host (ak_backups, ak_certs, ak_media, pg_data, redis_data, ' +
                "ak_templates); copy them as docs/swarm.md says, and run `npm start -- dev`, which leaves the former ones as they are",
        );
        expect(await becomes(onSwarm, onSwarm), "later").to.equal("undefined");
        expect(engine.volumes, "they are on a node that cannot be asked").to.deep.equal([]);
    });

    it("are copied from a Swarm to one host, and not made anew there in silence", async () => {
        expect(await becomes({}, onSwarm), "all are there").to.equal("undefined");
        const host = await startEngine({ lists: { volumes: volumes.filter(({ Name }) => Name !== "pg_data") } });
        try {
            const onHost = await runProgram({ configuration: devConfiguration(), dockerHost: host.host });
            const is = one(onHost.resources, "step", "prefix");
            expect(await runHooks(is, "beforeUpdate", one(await run(onSwarm), "step", "prefix")).then(String, String))
                .to.contain("1 problem")
                .and.contain(
                    'volumes.postgres.name = "pg_data" is not on this Docker host; copy it from the Swarm\'s node with the data, as ' +
                        "docs/swarm.md says, or create it again, empty, with `docker volume create pg_data`",
                );
            expect(host.volumes).to.deep.equal([]);
        } finally {
            await host.close();
        }
    });

    it("are made where they are remembered by a program that did not make them", async () => {
        const host = await startEngine({});
        try {
            const { resources } = await runProgram({ configuration: devConfiguration(), dockerHost: host.host });
            const step = one(resources, "step", "prefix");
            const { input } = step.inputs as { input: { memory: Record<string, string> } };
            const memory = Object.fromEntries(Object.keys(input.memory).map((key) => [key, ""]));

            await runHooks(step, "beforeUpdate", { ...step, inputs: { input: { ...input, memory } } });

            expect(host.volumes).to.have.members(named);
        } finally {
            await host.close();
        }
    });

    it("are not looked for where nothing is backed up", async () => {
        const memoryOf = async (changes: Configuration) => {
            const { memory = {} } = recordOf(one(await run(changes), "step", "prefix")) as { memory?: object };
            return Object.keys(memory).join();
        };
        expect(await memoryOf({})).to.contain("backups ak_backups");
        expect(await memoryOf({ "backup.run": false })).to.not.contain("backups");
        const elsewhere = { prefix: "", version: "2025.8.6", outposts: [], consumers: [], postgres: { external: {} } };
        expect(volumesOf({ ...elsewhere, redis: {} }).map(([role]) => role)).to.not.include("backups");
    });

    it("are given to authentik's user before its containers start, since they may have been another's", async () => {
        const resources = await run({ volumes: { media: { name: "compose_media" } } });

        for (const name of ["server", "worker"]) {
            const { containers = [] } = recordOf(one(resources, "step", `authentik-${name}-healthy`));
            const [handOver, ...others] = containers;
            expect(others).to.deep.equal([]);
            expect(handOver).to.deep.include({
                command: handOverProgram("1000", ["/media", "/templates", "/certs"]).slice(1),
            });
        }
    });
});
