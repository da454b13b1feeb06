import { expect } from "chai";
import { untilHealthy } from "../../../engine/health";
import { connect } from "../../../engine/host";
import { type Behaviour, type FakeEngine, startEngine } from "../../support/engine";

describe("waiting for a container's health", () => {
    let engine: FakeEngine;
    const gate = { title: "authentik-server", command: ["ak", "healthcheck"], seconds: 30, secrets: ["hunter2"] };
    const wait = async (behaviour: Behaviour, changes: Partial<typeof gate> = {}) => {
        engine = await startEngine(behaviour);
        const started = Date.now();
        const error = await untilHealthy(await connect(engine.host), "c", { ...gate, ...changes }).then(
            () => undefined,
            (reason: unknown) => (reason as Error).message,
        );
        return { error, seconds: (Date.now() - started) / 1000 };
    };
    afterEach(() => engine.close());

    it("ends at once when the health check passes", async () => {
        const { error, seconds } = await wait({});

        expect(error).to.equal(undefined);
        expect(seconds).to.be.lessThan(1);
        expect(engine.executed.map(({ command }) => command)).to.deep.equal([["ak", "healthcheck"]]);
    });

    it("asks again until the health check passes", async () => {
        const { error } = await wait({ exec: (_, runs) => ({ code: runs < 2 ? 1 : 0, output: "not yet" }) });

        expect(error).to.equal(undefined);
        expect(engine.executed).to.have.length(3);
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
            { seconds: 2 },
        );

        expect(error).to.equal(
            "authentik-server was not healthy within 2 seconds (its health check says: HTTP Error 503); its last log lines:\nmigrating",
        );
        expect(seconds).to.be.within(2, 6);
    });

    it("shows no secret, neither of the log nor of the health check", async () => {
        const { error } = await wait(
            { exec: () => ({ code: 1, output: "401 for hunter2" }), log: () => "password hunter2 refused\n" },
            { seconds: 0 },
        );

        expect(error).to.contain("401 for [secret]").and.contain("password [secret] refused");
        expect(error).to.not.contain("hunter2");
    });
});
