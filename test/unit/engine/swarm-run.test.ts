import { expect } from "chai";
import { Buffer } from "node:buffer";
import type { DockerConnection } from "../../../engine/connection";
import { resourceLabel, stackLabel } from "../../../engine/labels";
import { Images } from "../../../engine/swarm-images";
import { type ServiceStart, startService, stopServices } from "../../../engine/swarm-start";
import { startClock } from "../../support/clock";
import { framed } from "../../support/engine-wire";
import { runUnderMocks } from "../../support/mocks";
import { failure, manager, task } from "../../support/swarm-manager";

describe("what images hold", () => {
    it("is not known in a preview where the manager does not have one, and nothing is pulled or made for it", async () => {
        const asked: string[] = [];
        const connection = {
            isPresent: (image: string) => Promise.resolve(asked.push(`is there ${image}`) < 0),
            pullIfMissing: (image: string) => Promise.resolve(asked.push(`pull ${image}`)),
            client: () => Promise.reject(new Error("no container")),
        };
        const of = async (preview: boolean) => {
            const images = new Images(() => Promise.resolve(connection as unknown as DockerConnection), "stack");
            let message = "";
            await runUnderMocks(
                async () => {
                    message = await failure(images.idOf("postgres:16", "postgres"));
                    return {};
                },
                { preview },
            );
            return message;
        };
        expect(await of(true)).to.contain("a preview does not pull postgres:16");
        expect(await of(false)).to.equal("no container");
        expect(asked).to.deep.equal(["is there postgres:16", "pull postgres:16"]);
    });
});

const healthy = (replicas: number) =>
    Array.from({ length: replicas }, (_, index) => task("running", { ID: `${index}` }));
const refused = (replicas: number) =>
    replicas === 0 ? [] : ["1", "2"].map((ID) => task("rejected", { Err: "no such image", ID }));
const start: ServiceStart = {
    ...{ title: "authentik-server", stack: "stack", resource: "server", replicas: 1, stopSeconds: -29, pids: 10 },
    ...{ exclusive: [], ports: [], handOvers: [], secrets: [], health: { command: [] } },
    place: { once: () => Promise.reject(new Error("no job")), lastLines: () => Promise.resolve("") },
};
describe("the start of a service on a Swarm", () => {
    it("leaves the new one serving when a former one does not end, and names that one", async () => {
        const { connection, changes } = manager({
            new: { replicas: 0, tasks: healthy },
            old: { replicas: 1, tasks: () => [task("running")] },
        });
        expect(await failure(startService(connection, "new", start))).to.equal(
            "the service old did not stop within 1 seconds",
        );
        expect(changes()).to.deep.equal(["new=1", "old=0"]);
    });

    it("says what could not be set back after a failure", async () => {
        const { connection } = manager(
            { new: { replicas: 0, tasks: refused }, old: { replicas: 1, tasks: healthy } },
            { fails: ["new=0"] },
        );
        expect(await failure(startService(connection, "new", start)))
            .to.contain("authentik-server cannot run: no such image")
            .and.to.contain("authentik-server could not be stopped: no leader");
    });

    it("fails once nothing of it runs any more, and the former one has its containers again", async () => {
        // The first look is that before it starts.
        let late = 3;
        const ending = task("failed", { DesiredState: "ready" });
        const { connection, done } = manager({
            new: {
                replicas: 0,
                tasks: (replicas) =>
                    replicas === 1
                        ? healthy(1)
                        : replicas === 2
                          ? [...healthy(1), ...refused(2)]
                          : late-- > 0
                            ? [ending]
                            : [],
            },
            old: { replicas: 2, tasks: (replicas, looks) => healthy(looks < 3 ? replicas - 1 : replicas) },
        });
        expect(await failure(startService(connection, "new", { ...start, replicas: 2, stopSeconds: 0 }))).to.equal(
            "authentik-server cannot run: no such image on one",
        );
        const after = done.slice(done.indexOf("new=0"));
        expect(after.filter((one) => one === "look new")).to.have.length(3);
        expect(after).to.include("old=2");
        expect(done.filter((one) => one === "look old")).to.have.length(3);
    });

    it("says why a node could not pull an image, or that the manager could", async () => {
        const image = "registry.example.com/own/server:1@sha256:0a";
        const rejected = ["1", "2"].map((ID) => task("rejected", { Err: `No such image: ${image}`, ID }));
        const of = async (refusal?: string) => {
            const { connection, done } = manager(
                { new: { replicas: 0, tasks: (replicas) => (replicas === 0 ? [] : rejected) } },
                { refusal },
            );
            const message = await failure(startService(connection, "new", start));
            expect(done).to.include(`ask for ${image}`);
            return message;
        };
        const said = `authentik-server cannot run: No such image: ${image}`;
        expect(await of("unauthorized: authentication required")).to.equal(
            `${said} (unauthorized: authentication required) on one`,
        );
        expect(await of()).to.contain(`${said} (the manager could pull it`);
    });

    it("does not say that a former one was started again where it was not", async () => {
        const alone = { ...start, exclusive: ["data"] };
        const of = (fails: string[]) =>
            manager(
                {
                    new: { replicas: 0, volume: "data", tasks: refused },
                    old: { replicas: 1, volume: "data", tasks: (replicas) => (replicas === 0 ? [] : healthy(1)) },
                },
                { fails },
            ).connection;
        const message = await failure(startService(of(["old=1"]), "new", alone));
        expect(message).to.contain("The previous service old could not be started again: no leader");
    });

    it("waits first for a former one that still stops and has the same data", async () => {
        const { connection, done } = manager({
            new: { replicas: 0, volume: "data", tasks: healthy },
            old: { replicas: 0, volume: "data", tasks: (_, looks) => (looks < 2 ? [task("running")] : []) },
            job: { replicas: 0, volume: "data", isJob: true, tasks: healthy },
        });
        await startService(connection, "new", { ...start, exclusive: ["data"] });
        expect(done.slice(0, 2)).to.deep.equal(["look old", "look old"]);
        expect(done).not.to.include("look job");
    });

    it("counts the crashes of each further container anew", async () => {
        const { connection } = manager(
            {
                new: {
                    replicas: 0,
                    tasks: (replicas, looks) => [
                        ...healthy(looks > 2 * replicas ? replicas : replicas - 1),
                        ...["8", "9"].slice(0, replicas).map((ID) => task("failed", { ID })),
                    ],
                },
            },
            { log: () => Buffer.alloc(0) },
        );
        await startService(connection, "new", { ...start, replicas: 2 });
    });
});

describe("a service on a Swarm that is alive but lacks something", () => {
    const waiting = { ...task("starting"), Status: { State: "starting", ContainerStatus: { ContainerID: "id" } } };
    const health = { command: [], lacking: /no database/, readySeconds: 900 };
    const watch = async (says: (seconds: number) => string) => {
        const clock = startClock();
        const log = () => framed(says(clock.seconds()));
        const { connection, done } = manager({ new: { replicas: 0, tasks: () => [waiting as never] } }, { log });
        try {
            const message = await failure(startService(connection, "new", { ...start, health }));
            return { message, seconds: clock.seconds(), asked: done.filter((one) => one.includes("/logs?")) };
        } finally {
            clock.stop();
        }
    };

    it("fails after 30 seconds, and what it printed in the last ten is read each five", async () => {
        const { message, seconds, asked } = await watch(() => "no database");
        expect(message).to.match(/^authentik-server is alive but not ready: no database on one; its last log lines:/);
        expect(seconds).to.equal(30);
        const lately = asked.filter((one) => one.includes("&since="));
        expect(lately).to.have.length(7);
    });

    it("is waited for where it lacks it no longer", async () => {
        const { message, seconds } = await watch((now) => (now < 20 ? "no database" : "ready soon"));
        expect(message).to.contain("was not healthy within 900 seconds");
        expect(seconds).to.be.greaterThan(900);
    });
});

describe("taking down a Swarm's services", () => {
    it("leaves jobs and other stacks alone", async () => {
        const { connection, done } = manager({
            own: { replicas: 1, tasks: () => [] },
            job: { replicas: 0, isJob: true, labels: { [stackLabel]: "stack" }, tasks: () => [] },
            other: { replicas: 1, labels: { [stackLabel]: "other", [resourceLabel]: "server" }, tasks: () => [] },
        });
        await stopServices(connection, "stack");
        expect(done).to.deep.equal(["own=0", "look own"]);
    });

    it("has the manager look again at one that goes on without a number, and at no other", async () => {
        let changes = () => [] as string[];
        const goesOn = () => (changes().filter((one) => one === "own=0").length < 3 ? [task("starting")] : []);
        const stopping = (_: number, looks: number) =>
            looks < 100 ? [task("running", { DesiredState: "remove" })] : [];
        const made = manager({ own: { replicas: 1, tasks: goesOn }, slow: { replicas: 1, tasks: stopping } });
        changes = made.changes;
        const clock = startClock();
        try {
            await stopServices(made.connection, "stack", () => true);
        } finally {
            clock.stop();
        }
        expect(made.changes()).to.have.members(["own=0", "own=0", "own=0", "slow=0"]);
    });

    it("stops only those that it is asked to", async () => {
        const labels = (resource: string) => ({ [stackLabel]: "stack", [resourceLabel]: resource });
        const { connection, done } = manager({
            outpost: { replicas: 1, labels: labels("auth-outpost"), tasks: () => [] },
            server: { replicas: 1, labels: labels("auth-server"), tasks: () => [] },
        });
        await stopServices(connection, "stack", (resource) => resource === "auth-outpost");
        expect(done).to.deep.equal(["outpost=0", "look outpost"]);
    });
});
