import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { DockerConnection } from "../../../engine/connection";
import { type Gate, untilHealthy, Starts } from "../../../engine/health";
import { type Clock, startClock } from "../../support/clock";
import { type Behaviour, type FakeEngine, startEngine } from "../../support/engine";

describe("waiting for a container's health", () => {
    let engine: FakeEngine;
    let clock: Clock;
    const gate: Gate = {
        title: "authentik-server",
        health: { command: ["ak", "healthcheck"], readySeconds: 30 },
        secrets: ["hunter2"],
    };
    const lacking = /connection failed[^\n]*/;
    const wait = async (behaviour: Behaviour, health: Partial<Gate["health"]> = {}) => {
        engine = await startEngine(behaviour);
        const changed = { ...gate, health: { ...gate.health, ...health } };
        const error = await untilHealthy(await new DockerConnection({ host: engine.host }).client(), "c", changed).then(
            () => undefined,
            (reason: unknown) => (reason as Error).message,
        );
        return { error, seconds: clock.seconds() };
    };
    beforeEach(() => {
        clock = startClock();
    });
    afterEach(async () => {
        clock.stop();
        await engine.close();
    });

    it("ends at once when the health check passes", async () => {
        const { error, seconds } = await wait({});

        expect(error).to.equal(undefined);
        expect(seconds).to.equal(0);
        expect(engine.executed.map(({ command }) => command)).to.deep.equal([["ak", "healthcheck"]]);
    });

    it("asks again every second until the health check passes", async () => {
        const { error, seconds } = await wait({ exec: (_, runs) => ({ code: runs < 2 ? 1 : 0, output: "not yet" }) });

        expect(error).to.equal(undefined);
        expect(engine.executed).to.have.length(3);
        expect(seconds).to.equal(2);
    });

    it("notices a container that exited long before the time is over", async () => {
        const { error, seconds } = await wait({
            state: () => ({ Status: "exited", ExitCode: 78 }),
            log: () => "cannot read the configuration\n",
        });

        expect(error).to.equal(
            "authentik-server exited with code 78; its last log lines:\ncannot read the configuration",
        );
        expect(seconds).to.be.lessThan(5);
        expect(engine.executed, "checks inside a container that does not run").to.deep.equal([]);
    });

    it("says when a container ran out of memory", async () => {
        const { error } = await wait({ state: () => ({ Status: "exited", ExitCode: 137, OOMKilled: true }) });

        expect(error).to.match(/^authentik-server exited with code 137 \(out of memory\);/);
    });

    it("ends after one restart where the log says that it always will end so", async () => {
        const log = () => "Traceback:\nFieldError: Cannot resolve keyword\n";
        const state = () => ({ Status: "restarting", ExitCode: 1, restarts: 1 });

        const told = await wait({ state, log }, { fatal: /Traceback:\n(.*Error.*)/ });

        expect(told.error).to.contain(
            "ended, and would end again: FieldError: Cannot resolve keyword; its last log lines",
        );
        expect(told.seconds).to.be.lessThan(5);
    });

    it("forgives one restart and notices the second", async () => {
        const { error } = await wait({
            state: (looks) => ({ Status: looks === 0 ? "restarting" : "running", restarts: looks + 1 }),
            exec: () => ({ code: 1, output: "" }),
            died: 3,
        });

        expect(error).to.match(/^authentik-server keeps crashing \(exit code 3, restarted 2 times\);/);
        expect(engine.requests.filter((line) => line.includes("/json"))).to.have.length.at.least(2);
    });

    it("gives up when the time is over, and says what the health check said last", async () => {
        const { error, seconds } = await wait(
            { exec: () => ({ code: 1, output: "trying\nHTTP Error 503\n" }), log: () => "migrating\n" },
            { readySeconds: 2 },
        );

        expect(error).to.equal(
            "authentik-server was not healthy within 2 seconds (its health check says: HTTP Error 503); its last log lines:\nmigrating",
        );
        expect(seconds).to.be.within(2, 6);
    });

    it("gives a first boot a quarter of an hour by default", async () => {
        const exec = () => {
            clock.pass(99);
            return { code: 1, output: "" };
        };
        const { error, seconds } = await wait({ exec }, { readySeconds: undefined });

        expect(error).to.match(/^authentik-server was not healthy within 900 seconds/);
        expect(seconds).to.be.within(900, 1001);
    });

    it("shows no secret, neither of the log nor of the health check", async () => {
        const { error } = await wait(
            { exec: () => ({ code: 1, output: "401 for hunter2" }), log: () => "password hunter2 refused\n" },
            { readySeconds: 0 },
        );

        expect(error).to.contain("401 for [secret]").and.contain("password [secret] refused");
        expect(error).to.not.contain("hunter2");
    });

    it("ends after 30 seconds in which the log says what the process lacks, in its own words", async () => {
        const { error, seconds } = await wait(
            {
                exec: () => ({ code: 1, output: "HTTP Error 503" }),
                log: () => "booting\nconnection failed, host=db hunter2\nretrying\n",
            },
            { readySeconds: 900, lacking },
        );

        expect(error).to.equal(
            "authentik-server is alive but not ready: connection failed, host=db [secret]; its last log lines:\nbooting\nconnection failed, host=db [secret]\nretrying",
        );
        expect(seconds).to.be.within(30, 40);
    });

    it("goes on while the log says so only now and then, as during a restart of the database", async () => {
        const { error, seconds } = await wait(
            {
                exec: () => ({ code: 1, output: "" }),
                log: () => (clock.seconds() < 20 || clock.seconds() > 45 ? "connection failed\n" : "migrating\n"),
            },
            { readySeconds: 60, lacking },
        );

        expect(error).to.match(/^authentik-server was not healthy within 60 seconds/);
        expect(seconds).to.be.within(60, 65);
    });

    it("tells every ten seconds what is waited for and what the health check says, without a secret", async () => {
        await wait({ exec: () => ({ code: 1, output: "401 for hunter2" }) }, { readySeconds: 25 });

        expect(clock.told).to.deep.equal(
            [10, 20].map(
                (seconds) =>
                    `info: [runtime] waiting for authentik-server (${seconds} s); its health check says: 401 for [secret]`,
            ),
        );
    });
});

describe("the starts of one update", () => {
    const failing = () => Promise.reject(new Error("worker exited with code 1; its last log lines:\nTraceback"));
    const outcomeOf = (wait: Promise<void>) => wait.then(String, (error: Error) => error.message);

    it("end with the cause of the one that failed, without its log", async () => {
        const starts = new Starts();
        const server = outcomeOf(starts.race("server", () => new Promise(() => undefined)));
        const worker = outcomeOf(starts.race("worker", failing));

        expect(await worker).to.match(/^worker exited with code 1; its last log lines:\nTraceback/);
        expect(await server).to.equal("server: the wait ended, since worker exited with code 1");
    });

    it("do not begin once one has failed, and tell what waits to stop", async () => {
        const starts = new Starts();
        let told: AbortSignal | undefined;
        const server = outcomeOf(
            starts.race("server", (signal) => {
                told = signal;
                return new Promise(() => undefined);
            }),
        );
        await outcomeOf(starts.race("worker", failing));
        await server;

        expect(told?.aborted).to.equal(true);
        expect(await outcomeOf(starts.race("outpost", () => new Promise(() => undefined)))).to.equal(
            "outpost: the wait ended, since worker exited with code 1",
        );
    });

    it("fail only once the others have stopped what they started: the engine waits for no hook after that", async () => {
        const starts = new Starts();
        const order: string[] = [];
        const start = (title: string, wait: () => Promise<void>, undo: () => Promise<void>) =>
            outcomeOf(
                starts
                    .attempt(title, () =>
                        starts.race(title, wait).catch(async (error: unknown) => {
                            await undo();
                            order.push(`${title} undone`);
                            throw error;
                        }),
                    )
                    .finally(() => order.push(`${title} failed`)),
            );
        const server = start(
            "server",
            () => new Promise(() => undefined),
            () => sleep(20),
        );
        const worker = start("worker", failing, () => Promise.resolve());

        await Promise.all([server, worker]);

        expect(order.slice(0, 2)).to.deep.equal(["worker undone", "server undone"]);
        expect(await outcomeOf(starts.attempt("outpost", () => Promise.resolve()))).to.equal(
            "outpost: the wait ended, since worker exited with code 1",
        );
    });

    it("all name the first cause, and not each other", async () => {
        const starts = new Starts();
        const never = () => new Promise<void>(() => undefined);
        const outcomes = ["server", "outpost"].map((title) => outcomeOf(starts.race(title, never)));
        await outcomeOf(starts.race("worker", failing));
        await outcomeOf(starts.race("redis", () => Promise.reject(new Error("redis exited with code 2"))));

        for (const outcome of await Promise.all(outcomes)) expect(outcome).to.contain("since worker exited");
    });

    it("let each succeed by itself", async () => {
        const starts = new Starts();

        expect(await outcomeOf(starts.race("redis", () => Promise.resolve()))).to.equal("undefined");
        expect(await outcomeOf(starts.race("server", () => Promise.resolve()))).to.equal("undefined");
    });

    it("of containers end together: one that is ready in no time goes on, one that waits ends", async () => {
        const engine = await startEngine({
            state: (_, id) => (id === "worker" ? { Status: "exited", ExitCode: 1 } : undefined),
            exec: () => ({ code: 1, output: "" }),
        });
        try {
            const client = await new DockerConnection({ host: engine.host }).client();
            const starts = new Starts();
            const wait = (title: string) =>
                outcomeOf(untilHealthy(client, title, { title, health: { command: ["x"] }, secrets: [], starts }));

            const [server] = await Promise.all([wait("server"), wait("worker")]);

            expect(server).to.equal("server: the wait ended, since worker exited with code 1");
        } finally {
            await engine.close();
        }
    });
});
