import { expect } from "chai";
import { Buffer } from "node:buffer";
import { setTimeout as sleep } from "node:timers/promises";
import type { DockerConnection } from "../../../engine/connection";
import type { Images } from "../../../engine/swarm-images";
import { ended, servicesOn } from "../../../engine/swarm-job";
import { startClock } from "../../support/clock";
import { failure, manager, task } from "../../support/swarm-manager";

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
