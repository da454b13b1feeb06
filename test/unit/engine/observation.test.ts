import { expect } from "chai";
import { DockerConnection } from "../../../engine/connection";
import { DockerHost } from "../../../engine/docker-host";
import type { Workload } from "../../../engine/workload";
import { absentEngine, type Behaviour, type FakeEngine, type Listed, startEngine } from "../../support/engine";
import { recordOf, step } from "../../support/find";
import { runUnderMocks } from "../../support/mocks";

const health = { command: ["redis-cli", "ping"], startSeconds: 30 };
const workload: Workload = { title: "redis", image: "redis:7", networks: [], health, stopSeconds: 10 };
const job = { title: "proving", image: "x:1", networks: [], seconds: 1, cure: "" };
const stack = { "authentik-stack.stack": "authentik-stack/" };
const of = (resource: string) => ({ ...stack, "authentik-stack.resource": resource });
const time = / at \d{4}-\d\d-\d\dT[\d:.]+Z$/;

describe("what runs when the program starts", () => {
    let engine: FakeEngine | undefined;
    afterEach(async () => {
        await engine?.close();
        engine = undefined;
    });

    /** The reasons why the workloads redis and server, and the jobs after them, are done again. */
    const reasons = async (behaviour: Behaviour | undefined) => {
        if (behaviour !== undefined) engine = await startEngine(behaviour);
        const connection = new DockerConnection({ host: engine?.host ?? absentEngine });
        const make = async () => {
            const runtime = await DockerHost.observed({ connection });
            runtime.run("redis", workload, {});
            runtime.run("server", { ...workload, title: "server" }, {});
            runtime.job("applied", job, {});
            return runtime.job("proven", { ...job, proves: true }, {});
        };
        const { resources } = await runUnderMocks(make);
        const again = (name: string) => {
            const made = step(resources, name);
            expect(made.options.ignoreChanges, name).to.deep.equal(recordOf(made).again === "" ? ["input.again"] : []);
            return recordOf(made).again.replace(time, "");
        };
        const [redis, server] = [again("redis-healthy"), again("server-healthy")];
        expect(again("applied"), "a job that proves nothing").to.equal("");
        return { redis, server, proven: again("proven") };
    };
    const nothing = { redis: "", server: "", proven: "" };
    const running = (...changes: Partial<Listed>[]): Behaviour => ({
        lists: {
            containers: ["redis", "server"].map((name, index) => ({
                ...{ Id: name, Labels: of(name), Status: "Up 2 hours (healthy)" },
                ...changes[index],
            })),
        },
    });

    it("is no reason to wait for anything where all of it is healthy", async () => {
        expect(await reasons(running())).to.deep.equal(nothing);
    });

    const states: [what: string, change: Partial<Listed>, reason: string][] = [
        ["was stopped", { State: "exited", Status: "Exited (0) 2 minutes ago" }, "exited"],
        ["was created and not started", { State: "created", Status: "Created" }, "created"],
        ["is restarted over and over", { State: "restarting", Status: "Restarting (1) 5 seconds ago" }, "restarting"],
        ["is unhealthy", { Status: "Up 2 hours (unhealthy)" }, "Up 2 hours (unhealthy)"],
        ["has no health check", { Status: "Up 2 hours" }, "Up 2 hours"],
    ];
    for (const [what, change, reason] of states) {
        it(`has a workload waited for, and the proof done again, where it ${what}`, async () => {
            expect(await reasons(running({}, change))).to.deep.equal({ redis: "", server: reason, proven: reason });
        });
    }

    it("waits for a workload that does not exist", async () => {
        const containers = [{ Id: "redis", Labels: of("redis") }];

        expect(await reasons({ lists: { containers } })).to.deep.equal({
            ...{ redis: "", server: "missing", proven: "missing" },
        });
    });

    it("asks one that was started just now itself, since Docker's own check comes later", async () => {
        const starting = { Status: "Up 2 seconds (health: starting)" };
        const check = ["redis-cli", "ping"];
        const state: Behaviour["state"] = () => ({ Status: "running", check });

        expect(await reasons({ ...running(starting), state })).to.deep.equal(nothing);
        expect(engine?.executed).to.deep.equal([{ container: "redis", command: check }]);
        await engine?.close();

        const exec = () => ({ code: 1, output: "LOADING" });
        expect(await reasons({ ...running(starting), state, exec })).to.deep.equal({
            ...{ redis: starting.Status, server: "", proven: starting.Status },
        });
    });

    it("knows of the others where one stops while it is asked", async () => {
        const starting = { Status: "Up 2 seconds (health: starting)" };
        const stopped = { State: "exited", Status: "Exited (0) 2 minutes ago" };

        expect(await reasons({ ...running(starting, stopped), gone: ["redis"] })).to.deep.equal({
            ...{ redis: starting.Status, server: "exited", proven: starting.Status },
        });
    });

    it("is judged by the newest container of a workload, which the engine lists first", async () => {
        const old = { Id: "old", Labels: of("redis"), State: "exited" };
        const { containers = [] } = running().lists ?? {};

        expect(await reasons({ lists: { containers: [...containers, old] } })).to.deep.equal(nothing);
        await engine?.close();
        const newer = { ...old, Id: "new" };
        expect((await reasons({ lists: { containers: [newer, ...containers] } })).redis).to.equal("exited");
    });

    it("only looks at this stack's containers", async () => {
        const theirs = { "authentik-stack.stack": "authentik-stack/staging-", "authentik-stack.resource": "redis" };

        expect((await reasons(running({ Labels: theirs }))).redis).to.equal("missing");
    });

    it("is known of an engine that is in a Swarm as well, whose own network has no labels", async () => {
        const { lists } = running({}, { State: "exited" });
        const networks = [{ Name: "ingress", Labels: null }];

        expect((await reasons({ lists: { ...lists, networks } })).server).to.equal("exited");
    });

    it("is known although a network is removed while it is asked for", async () => {
        const { lists } = running({}, { State: "exited" });
        const networks = [{ Name: "backend", Labels: of("backend"), removed: true }];

        expect((await reasons({ lists: { ...lists, networks } })).server).to.equal("exited");
    });

    it("is not known where no engine answers, and then no reason for anything", async () => {
        expect(await reasons(undefined)).to.deep.equal(nothing);
    });

    it("is looked at without a change to it", async () => {
        await reasons(running());

        expect(engine?.requests.filter((line) => !line.startsWith("GET "))).to.deep.equal([]);
    });
});
