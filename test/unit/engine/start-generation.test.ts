import { expect } from "chai";
import { DockerConnection } from "../../../engine/connection";
import { DockerHost } from "../../../engine/docker-host";
import type { Workload } from "../../../engine/workload";
import { type Clock, startClock } from "../../support/clock";
import { type Behaviour, type FakeEngine, type Listed, startEngine } from "../../support/engine";
import { step } from "../../support/find";
import { failureOf } from "../../support/hooks";
import { runUnderMocks } from "../../support/mocks";

const workload: Workload = {
    ...{ title: "server", image: "server:2", networks: [], stopSeconds: 10 },
    health: { command: ["check"], startSeconds: 30, readySeconds: 30 },
};
const unmarked = { "authentik-stack.stack": "authentik-stack/", "authentik-stack.resource": "thing" };

describe("the start of a container whose data is of another generation than what runs", () => {
    let engine: FakeEngine;
    let clock: Clock;
    beforeEach(() => {
        clock = startClock();
    });
    afterEach(async () => {
        clock.stop();
        await engine.close();
    });

    const start = async (behaviour: Behaviour, changes: Partial<Workload>) => {
        engine = await startEngine(behaviour);
        engine.provide("thing-id", "999");
        const host = () => new DockerHost({ connection: new DockerConnection({ host: engine.host }) });
        const { resources } = await runUnderMocks(() => host().run("thing", { ...workload, ...changes }, {}));
        return failureOf(step(resources, "thing-healthy"), "beforeCreate");
    };
    /** What was done with containers, in order. */
    const deeds = () =>
        engine.requests.flatMap((line) => {
            const [, id, deed] = /^POST \/containers\/([^/]+)\/(start|stop)/.exec(line) ?? [];
            return deed === undefined ? [] : [`${deed} ${id}`];
        });
    const unhealthy = (id: string): Behaviour => ({
        exec: (_, __, asked) => ({ code: asked === id ? 1 : 0, output: "no" }),
    });
    const of = (generation: string, resource = "thing") => ({
        ...{ "authentik-stack.stack": "authentik-stack/", "authentik-stack.resource": resource },
        "authentik-stack.generation": generation,
    });
    const containers: Listed[] = [
        { Id: "old-id", Names: ["/old"], Labels: of("2025.8") },
        { Id: "old-worker-id", Names: ["/old-worker"], Labels: of("2025.8", "worker") },
        { Id: "same-id", Names: ["/same"], Labels: of("2025.10", "worker") },
        { Id: "database-id", Names: ["/database"], Labels: { ...unmarked, "authentik-stack.resource": "database" } },
        { Id: "their-id", Names: ["/theirs"], Labels: { ...of("2025.8"), "authentik-stack.stack": "other/" } },
    ];

    it("stops every container of the other one first, and nothing else", async () => {
        expect(await start({ lists: { containers } }, { generation: "2025.10" })).to.equal(undefined);

        expect(deeds()).to.deep.equal(["stop old-id", "stop old-worker-id", "start thing-id"]);
    });

    it("leaves them stopped when it does not get healthy, since it may have changed the data", async () => {
        const failure = await start({ lists: { containers }, ...unhealthy("thing-id") }, { generation: "2025.10" });

        expect(failure).to.contain("The previous containers stay stopped");
        expect(deeds().filter((deed) => deed.startsWith("start"))).to.deep.equal(["start thing-id"]);
    });

    it("stops its own predecessor that was made before there were generations", async () => {
        const before = { Id: "old-id", Names: ["/old"], Labels: unmarked };
        expect(await start({ lists: { containers: [before] } }, { generation: "2025.10" })).to.equal(undefined);

        expect(deeds()).to.deep.equal(["stop old-id", "start thing-id"]);
    });
});
