import { expect } from "chai";
import { Buffer } from "node:buffer";
import { setTimeout as sleep } from "node:timers/promises";
import type { DockerConnection } from "../../../engine/connection";
import { resourceLabel, stackLabel } from "../../../engine/labels";
import { Images } from "../../../engine/swarm-images";
import { ended, servicesOn } from "../../../engine/swarm-job";
import { type ServiceStart, startService, stopServices } from "../../../engine/swarm-start";
import { startClock } from "../../support/clock";
import { framed } from "../../support/engine-wire";
import { runUnderMocks } from "../../support/mocks";

/** A task as the manager tells it. */
function task(State: string, more: { Err?: string; DesiredState?: string; ID?: string } = {}) {
    const { Err, DesiredState = "running", ID = "task" } = more;
    return {
        ID,
        CreatedAt: ID,
        NodeID: "node",
        DesiredState,
        Status: { State, Err, ContainerStatus: { ExitCode: 0 } },
    };
}

interface Fake {
    replicas: number;
    /** Of another stack or a job, where it is not a workload of this one. */
    labels?: Record<string, string>;
    isJob?: boolean;
    volume?: string;
    /** Its tasks with so many containers. */
    tasks: (replicas: number, looks: number) => ReturnType<typeof task>[];
}

/** A manager with these services. What is done to them is in `done`, e.g. `new=1`. */
function manager(services: Record<string, Fake>, options: { log?: () => Buffer; fails?: string[] } = {}) {
    const done: string[] = [];
    const looks = new Map<string, number>();
    const specOf = (id: string) => {
        const { replicas, labels, isJob, volume } = services[id] as Fake;
        return {
            ...{ ID: id, CreatedAt: id, Version: { Index: 1 } },
            Spec: {
                Name: id,
                Labels: labels ?? { [stackLabel]: "stack", [resourceLabel]: "server" },
                Mode: isJob === true ? { ReplicatedJob: {} } : { Replicated: { Replicas: replicas } },
                TaskTemplate: { ContainerSpec: { Image: "image", Mounts: [{ Type: "volume", Source: volume }] } },
            },
        };
    };
    const connection = {
        get: (path: string) => {
            if (path === "/nodes")
                return Promise.resolve([{ ID: "node", Description: { Hostname: "one" }, Status: { State: "ready" } }]);
            if (path === "/services") return Promise.resolve(Object.keys(services).map(specOf));
            const id = Object.keys(services).find((one) => decodeURIComponent(path).includes(`"${one}"`)) ?? "";
            looks.set(id, (looks.get(id) ?? 0) + 1);
            done.push(`look ${id}`);
            const fake = services[id] as Fake;
            return Promise.resolve(fake.tasks(fake.replicas, looks.get(id) ?? 0));
        },
        bytes: (path: string) => {
            done.push(path);
            const { log } = options;
            return log === undefined ? Promise.reject(new Error("the node is silent")) : Promise.resolve(log());
        },
        credentials: () => Promise.resolve(undefined),
        client: () =>
            Promise.resolve({
                getService: (id: string) => ({
                    inspect: () => Promise.resolve(specOf(id)),
                    update: ({ Mode }: { Mode: { Replicated: { Replicas: number } } }) => {
                        const change = `${id}=${Mode.Replicated.Replicas}`;
                        if (options.fails?.includes(change) === true) return Promise.reject(new Error("no leader"));
                        done.push(change);
                        (services[id] as Fake).replicas = Mode.Replicated.Replicas;
                        return Promise.resolve();
                    },
                }),
            }),
    };
    const changes = () => done.filter((one) => /^\w+=/.test(one));
    return { connection: connection as unknown as DockerConnection, done, changes };
}

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
const failure = (promise: Promise<unknown>) =>
    promise.then(
        () => "",
        (error: Error) => error.message,
    );

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

describe("a job on a Swarm", () => {
    const job = { title: "asking", seconds: 60 };
    const of = (state: ReturnType<typeof task>, log?: () => Buffer) =>
        manager({ job: { replicas: 0, isJob: true, tasks: () => [state] } }, { log }).connection;

    it("that cannot have one of its files leaves no secret of the others behind", async () => {
        const secrets = new Set<string>();
        const done = () => Promise.resolve();
        const docker = {
            createSecret: async ({ Name }: { Name: string }) => {
                await sleep(20);
                secrets.add(Name);
                return { id: Name };
            },
            listServices: () => Promise.resolve([]),
            listSecrets: () => Promise.resolve([...secrets].map((ID) => ({ ID }))),
            getSecret: (ID: string) => ({ remove: () => done().then(() => secrets.delete(ID)) }),
        };
        const idOf = (_: string, user?: string) =>
            user === "nobody" ? Promise.reject(new Error("no user nobody")) : Promise.resolve("0");
        const place = servicesOn(
            { client: () => Promise.resolve(docker) } as unknown as DockerConnection,
            { idOf } as unknown as Images,
            { constraintsOf: () => [], driverOf: () => undefined },
        );
        const files = ["root", "nobody"].map((owner) => ({ path: `/run/${owner}`, content: "", owner }));
        const run = { ...job, name: "asking", args: { name: "asking", image: "image" }, pids: 1, files };
        expect(await failure(place.once(run))).to.equal("no user nobody");
        await sleep(50);
        expect([...secrets]).to.deep.equal([]);
    });

    it("that nobody can read the answer of has failed", async () => {
        expect(await failure(ended(of(task("complete")), "job", job))).to.equal(
            "asking succeeded, but its log cannot be read: the node is silent",
        );
    });

    it("that failed says so, also where its log cannot be read", async () => {
        const { log } = await ended(of(task("failed")), "job", job);
        expect(log).to.equal("(its log cannot be read: the node is silent)");
    });

    it("that ends without a result has failed", async () => {
        for (const state of ["shutdown", "orphaned", "remove"])
            expect(await failure(ended(of(task(state, { Err: "lost" })), "job", job))).to.equal(
                `asking ended without a result (${state}): lost`,
            );
    });

    it("that no node takes says why after a minute, however long it may take", async () => {
        const connection = of(task("pending", { Err: "no suitable node" }));
        const clock = startClock();
        try {
            expect(await failure(ended(connection, "job", { ...job, seconds: 6 * 3600 }))).to.equal(
                "asking finds no place: no suitable node",
            );
            expect(clock.seconds()).to.equal(60);
        } finally {
            clock.stop();
        }
    });
});
