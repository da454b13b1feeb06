import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { DockerConnection } from "../../../engine/connection";
import { DockerHost } from "../../../engine/docker-host";
import type { Workload } from "../../../engine/workload";
import { type Clock, startClock } from "../../support/clock";
import { type Behaviour, type FakeEngine, type Listed, startEngine } from "../../support/engine";
import { container, recordOf, step } from "../../support/find";
import { failureOf } from "../../support/hooks";
import { runUnderMocks } from "../../support/mocks";

const password = "hunter2-hunter2";
const workload: Workload = {
    title: "redis",
    image: "redis:7",
    user: "999",
    files: [
        {
            path: "/etc/redis/redis.conf",
            content: pulumi.secret(`requirepass ${password}\n`),
            secrets: [pulumi.secret(password)],
        },
    ],
    networks: [],
    health: { command: ["redis-cli", "ping"], startSeconds: 30, readySeconds: 30 },
    stopSeconds: 10,
    pids: 64,
};
const labels = { "authentik-stack.stack": "authentik-stack/", "authentik-stack.resource": "thing" };
const theirs = { "authentik-stack.stack": "other/", "authentik-stack.resource": "thing" };
const exclusive = [{ source: "redis_data", target: "/data", exclusive: true }];

describe("the start of a workload's container", () => {
    let engine: FakeEngine;
    let clock: Clock;
    beforeEach(() => {
        clock = startClock();
    });
    afterEach(async () => {
        clock.stop();
        await engine.close();
    });

    const registered = async (behaviour: Behaviour, changes: Partial<Workload> = {}) => {
        engine = await startEngine(behaviour);
        engine.provide("thing-id", "999");
        const host = () => new DockerHost({ connection: new DockerConnection({ host: engine.host }) });
        return (await runUnderMocks(() => host().run("thing", { ...workload, ...changes }, {}))).resources;
    };
    const start = async (behaviour: Behaviour = {}, changes: Partial<Workload> = {}) =>
        failureOf(step(await registered(behaviour, changes), "thing-healthy"), "beforeCreate");
    const at = (pattern: RegExp) => engine.requests.findIndex((line) => pattern.test(line));
    /** What was done with containers, in order. */
    const deeds = () =>
        engine.requests.flatMap((line) => {
            const [, id, deed] = /^POST \/containers\/([^/]+)\/(start|stop)/.exec(line) ?? [];
            return deed === undefined ? [] : [`${deed} ${id}`];
        });
    const unhealthy = (id: string): Behaviour => ({
        exec: (_, __, asked) => ({ code: asked === id ? 1 : 0, output: "no" }),
    });

    it("limits processes, starts it and is over when the health check passes", async () => {
        expect(await start({ exec: (_, runs) => ({ code: runs === 0 ? 1 : 0, output: "" }) })).to.equal(undefined);

        expect(engine.updated).to.deep.equal([{ container: "thing-id", body: { PidsLimit: 64 } }]);
        expect(deeds()).to.deep.equal(["start thing-id"]);
        expect(engine.executed.map(({ container: id, command }) => [id, ...command])).to.deep.equal([
            ["thing-id", "redis-cli", "ping"],
            ["thing-id", "redis-cli", "ping"],
        ]);
    });

    it("fails with the container's last words, and no secret of a file in them, even out of its middle", async () => {
        const failure = await start({
            state: () => ({ Status: "exited", ExitCode: 1 }),
            log: () => `Bad directive at line 1\n>>> 'requirepass ${password}'\n`,
        });

        expect(failure).to.match(/^redis exited with code 1; its last log lines:\nBad directive/);
        expect(failure).to.contain("[secret]").and.not.contain(password);
    });

    it("is done again when the container, its check or its limit of processes is another", async () => {
        const facts = async (changes: Partial<Workload> = {}) =>
            recordOf(step(await registered({}, changes), "thing-healthy")).facts;

        const check = "redis-cli ping";
        expect(await facts()).to.deep.equal({ container: "thing-id", check, pids: "64" });
        expect(await facts({ pids: undefined })).to.deep.equal({ container: "thing-id", check, pids: "256" });
    });

    it("comes before the container's revision is known, on which others depend", async () => {
        engine = await startEngine();
        const make = () => {
            const { revision, healthy, title } = new DockerHost().run("thing", workload, {});
            return { title, revision, healthy };
        };
        const { result } = await runUnderMocks(make);
        const { revision } = result as unknown as { revision: { allResources: () => Promise<Set<pulumi.Resource>> } };

        expect(result.title).to.equal("redis");
        expect([...(await revision.allResources())]).to.include(result.healthy);
    });

    describe("that is given files", () => {
        it("puts them in before, for its user to read and not to change", async () => {
            expect(await start()).to.equal(undefined);

            expect(engine.provided[0]?.files).to.deep.equal([
                {
                    ...{ path: "/etc/redis/redis.conf", content: `requirepass ${password}\n` },
                    ...{ mode: 0o440, uid: 0, gid: 1000 },
                },
            ]);
            expect(at(/^PUT .*archive/)).to.be.within(0, at(/start$/));
        });

        it("does not do so again with one that was started before", async () => {
            expect(await start({ state: (looks) => ({ Status: looks === 0 ? "exited" : "running" }) })).to.equal(
                undefined,
            );

            expect(engine.provided[0]?.files).to.deep.equal([]);
            expect(deeds()).to.deep.equal(["start thing-id"]);
        });
    });

    describe("that writes to a volume of another owner", () => {
        const mounts = [
            { source: pulumi.output("sessions"), target: "/sessions", owner: { user: "1000", image: "authentik:1" } },
            { source: "other", target: "/other" },
        ];

        it("hands the volume over to its user first, and only then", async () => {
            expect(await start({}, { mounts, files: undefined })).to.equal(undefined);

            expect(engine.created.map(({ body }) => [body.Image, body.Entrypoint, body.Cmd, body.User])).to.deep.equal([
                ["authentik:1", ["chown"], ["-R", "1000", "/sessions"], "0"],
            ]);
            const [handOver] = engine.created;
            expect(handOver?.body.HostConfig).to.deep.include({
                ...{ NetworkMode: "none", CapDrop: ["ALL"], CapAdd: ["CHOWN", "DAC_READ_SEARCH"] },
                ...{ ReadonlyRootfs: true, Memory: 256 * 1024 ** 2, PidsLimit: 64 },
                Mounts: [{ Type: "volume", Source: "sessions", Target: "/sessions", ReadOnly: false }],
            });
            expect(handOver?.body.Labels).to.deep.equal({
                "authentik-stack.stack": "authentik-stack/",
                "authentik-stack.job": "thing-owner-0",
            });
            expect(handOver?.name, "by which what a killed run left is found").to.equal("thing-owner-0");
            expect(handOver?.removed).to.equal(true);
            expect(deeds()).to.deep.equal(["start job-0", "start thing-id"]);
        });

        it("shows in its record what will run with which rights", async () => {
            const resources = await registered({}, { mounts });

            const [handOver, ...others] = recordOf(step(resources, "thing-healthy")).containers ?? [];
            expect(others).to.deep.equal([]);
            expect(handOver).to.deep.include({
                ...{ image: "authentik:1", user: "0", entrypoints: ["chown"], command: ["-R", "1000", "/sessions"] },
                capabilities: { drops: ["ALL"], adds: ["CHOWN", "DAC_READ_SEARCH"] },
            });
            expect(container(resources, "thing").inputs.mounts, "the mounts of the container itself").to.deep.equal([
                { type: "volume", source: "sessions", target: "/sessions" },
                { type: "volume", source: "other", target: "/other" },
            ]);
        });

        it("removes what a killed run left of the hand-over", async () => {
            const job = { "authentik-stack.stack": "authentik-stack/", "authentik-stack.job": "thing-owner-0" };
            await start({ lists: { containers: [{ Id: "left-over", State: "exited", Labels: job }] } }, { mounts });

            expect(at(/^DELETE .*\/left-over\?/)).to.be.within(0, at(/create/));
        });

        it("fails with what the hand-over said", async () => {
            const failure = await start({ exit: () => 1, log: () => "Operation not permitted\n" }, { mounts });

            expect(failure).to.equal(
                "giving /sessions to the user of redis failed with exit code 1:\nOperation not permitted",
            );
            expect(deeds()).to.deep.equal(["start job-0"]);
        });
    });

    describe("with a predecessor", () => {
        const before: Listed = { Id: "before", Labels: labels };
        const port = { port: 6379, ip: "127.0.0.1" };
        const publish = { port: 6379, on: [port] };
        const published = { IP: "127.0.0.1", PrivatePort: 6379, PublicPort: 6379, Type: "tcp" };
        const usesData = { ...before, Mounts: [{ Name: "redis_data" }] };

        it("leaves its predecessor running, which Pulumi removes when all is done", async () => {
            expect(await start({ lists: { containers: [before] } })).to.equal(undefined);

            expect(deeds()).to.deep.equal(["start thing-id"]);
        });

        it("stops the new one when it does not get healthy, since the old one serves on", async () => {
            const failure = await start({ lists: { containers: [before] }, ...unhealthy("thing-id") });

            expect(failure).to.match(/^redis was not healthy within 30 seconds/);
            expect(failure).to.not.contain("started again");
            expect(deeds()).to.deep.equal(["start thing-id", "stop thing-id"]);
        });

        it("leaves the new one alone when there is no other, so that it can be looked at", async () => {
            expect(await start(unhealthy("thing-id"))).to.match(/^redis was not healthy/);

            expect(deeds()).to.deep.equal(["start thing-id"]);
        });

        it("stops a predecessor that uses the same data before it starts", async () => {
            expect(await start({ lists: { containers: [usesData] } }, { mounts: exclusive })).to.equal(undefined);

            expect(deeds()).to.deep.equal(["stop before", "start thing-id"]);
            expect(engine.requests[at(/before\/stop/)], "the time that it has").to.contain("t=10");
        });

        it("leaves a predecessor that uses a volume which both may use", async () => {
            const mounts = [{ source: "redis_data", target: "/data" }];
            await start({ lists: { containers: [usesData] } }, { mounts });

            expect(deeds()).to.deep.equal(["start thing-id"]);
        });

        const ports: [what: string, on: { port: number; ip: string }, listens: object, stopped: boolean][] = [
            ["the same port of the same address", port, published, true],
            ["the same port of every address", port, { ...published, IP: "0.0.0.0" }, true],
            ["the same port, and the new one that of every address", { ...port, ip: "0.0.0.0" }, published, true],
            ["another port", port, { ...published, PublicPort: 6380 }, false],
            ["the same port of another address", port, { ...published, IP: "192.0.2.1" }, false],
            ["the same port of another protocol", port, { ...published, Type: "udp" }, false],
        ];
        for (const [what, on, listens, stopped] of ports) {
            it(`${stopped ? "stops" : "leaves"} a predecessor that publishes ${what}`, async () => {
                const containers = [{ ...before, Ports: [listens] }];
                await start({ lists: { containers } }, { publish: { ...publish, on: [on] } });

                expect(deeds()).to.deep.equal([...(stopped ? ["stop before"] : []), "start thing-id"]);
            });
        }

        it("stops another workload of the stack that publishes the port, as when it moves from one to the other", async () => {
            const moved = { ...before, Labels: { ...labels, "authentik-stack.resource": "other" }, Ports: [published] };
            await start({ lists: { containers: [moved] } }, { publish });

            expect(deeds()).to.deep.equal(["stop before", "start thing-id"]);
        });

        it("starts what it stopped again when the new one does not get healthy: the previous one keeps serving", async () => {
            const containers = [usesData];
            const failure = await start({ lists: { containers }, ...unhealthy("thing-id") }, { mounts: exclusive });

            expect(failure).to.match(/^redis was not healthy within 30 seconds/);
            expect(failure).to.match(/\nThe previous container was started again\.$/);
            expect(deeds()).to.deep.equal(["stop before", "start thing-id", "stop thing-id", "start before"]);
        });

        it("does so too when Docker refuses to start the new one", async () => {
            const refused = { "thing-id": "port is already allocated" };
            const failure = await start({ lists: { containers: [usesData] }, refused }, { mounts: exclusive });

            expect(failure).to.contain("port is already allocated");
            expect(deeds()).to.deep.equal(["stop before", "start thing-id", "stop thing-id", "start before"]);
        });

        it("names why the new one failed also when the old one cannot be started again", async () => {
            const refused = { before: "no space left on device" };
            const lists = { containers: [usesData] };
            const failure = await start({ lists, refused, ...unhealthy("thing-id") }, { mounts: exclusive });

            expect(failure).to.match(/^redis was not healthy within 30 seconds/);
            expect(failure).to.match(/\nThe previous container could not be started again: no space left on device$/);
        });

        it("starts what it stopped again when it cannot stop another", async () => {
            const stuck = { ...usesData, Id: "stuck" };
            const lists = { containers: [usesData, stuck] };
            const failure = await start({ lists, unstoppable: { stuck: "cannot stop" } }, { mounts: exclusive });

            expect(failure).to.contain("cannot stop").and.contain("was started again");
            expect(deeds()).to.include("start before").and.not.include("start thing-id");
        });

        it("lets a predecessor finish that is still starting, since half a cluster is never completed", async () => {
            let asked = 0;
            const failure = await start(
                {
                    lists: { containers: [usesData] },
                    state: (_, id) =>
                        id === "before" ? { Status: "running", health: "starting", check: ["pg_isready"] } : undefined,
                    exec: ([command]) => ({ code: command === "pg_isready" && asked++ < 3 ? 1 : 0, output: "" }),
                },
                { mounts: exclusive },
            );

            expect(failure).to.equal(undefined);
            expect(engine.executed.filter(({ container: id }) => id === "before")).to.have.length(4);
            expect(deeds()).to.deep.equal(["stop before", "start thing-id"]);
        });

        it("does not wait forever for one that is starting", async () => {
            const state: Behaviour["state"] = (_, id) =>
                id === "before" ? { Status: "running", health: "starting", check: ["pg_isready"] } : undefined;
            const lists = { containers: [usesData] };

            expect(await start({ lists, state, ...unhealthy("before") }, { mounts: exclusive })).to.equal(undefined);
            expect(clock.seconds()).to.be.within(30, 35);
            expect(deeds()).to.deep.equal(["stop before", "start thing-id"]);
        });

        it("refuses when a foreign container uses its data, and stops nothing", async () => {
            for (const others of [{}, theirs]) {
                const containers = [{ Id: "gitea", Labels: others, Mounts: [{ Name: "redis_data" }] }, usesData];

                expect(await start({ lists: { containers } }, { mounts: exclusive })).to.equal(
                    "redis cannot start: the container gitea uses its volume redis_data; stop that container",
                );
                expect(deeds()).to.deep.equal([]);
            }
        });

        it("leaves another stack's containers alone", async () => {
            const containers = [{ Id: "staging", Labels: theirs, Ports: [published] }];
            await start({ lists: { containers } }, { publish });

            expect(deeds()).to.deep.equal(["start thing-id"]);
        });

        it("knows a predecessor of an earlier version of this program, which labelled it with its URN", async () => {
            const urn = "urn:pulumi:dev::authentik-stack::authentik-stack:index:Redis$docker:index/container:Container";
            const former = { ...usesData, Labels: { "authentik-stack.urn": `${urn}::thing` } };
            await start({ lists: { containers: [former] } }, { mounts: exclusive });

            expect(deeds()).to.deep.equal(["stop before", "start thing-id"]);
        });
    });

    it("says what to do when the container was removed by hand", async () => {
        expect(await start({ gone: ["thing-id"] })).to.equal(
            "redis was removed outside of Pulumi; `pulumi up --refresh` creates it again",
        );
    });

    it("only waits for one that runs already", async () => {
        expect(await start({ state: () => ({ Status: "running" }) })).to.equal(undefined);

        expect(deeds()).to.deep.equal([]);
        expect(engine.executed).to.have.length(1);
    });
});
