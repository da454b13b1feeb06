import { expect } from "chai";
import type { Behaviour, Listed } from "../../support/engine";
import { startBench } from "../../support/workload-start";

const labels = { "authentik-stack.stack": "authentik-stack/", "authentik-stack.resource": "thing" };
const theirs = { "authentik-stack.stack": "other/", "authentik-stack.resource": "thing" };
const exclusive = [{ source: "redis_data", target: "/data", exclusive: true }];

describe("the start of a workload's container where others run", () => {
    const bench = startBench();
    const { start, at, deeds, unhealthy } = bench;

    describe("whose data is of another generation than what runs", () => {
        const of = (generation: string, resource = "thing") => ({
            ...{ "authentik-stack.stack": "authentik-stack/", "authentik-stack.resource": resource },
            "authentik-stack.generation": generation,
        });
        const containers: Listed[] = [
            { Id: "old-id", Names: ["/old"], Labels: of("2025.8") },
            { Id: "old-worker-id", Names: ["/old-worker"], Labels: of("2025.8", "worker") },
            { Id: "same-id", Names: ["/same"], Labels: of("2025.10", "worker") },
            { Id: "database-id", Names: ["/database"], Labels: { ...labels, "authentik-stack.resource": "database" } },
            { Id: "their-id", Names: ["/theirs"], Labels: { ...of("2025.8"), ...theirs } },
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
            const before = { Id: "old-id", Names: ["/old"], Labels: labels };
            expect(await start({ lists: { containers: [before] } }, { generation: "2025.10" })).to.equal(undefined);

            expect(deeds()).to.deep.equal(["stop old-id", "start thing-id"]);
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
            expect(bench.engine().requests[at(/before\/stop/)], "the time that it has").to.contain("t=10");
        });

        it("stops a predecessor whose data are in a volume of another name", async () => {
            const moved = { ...before, Mounts: [{ Name: "redis_before" }] };
            await start({ lists: { containers: [moved] } }, { mounts: exclusive });

            expect(deeds()).to.deep.equal(["stop before", "start thing-id"]);
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

        it("waits until what it started again serves, and says where it does not", async () => {
            let asked = 0;
            const before: Behaviour = {
                lists: { containers: [usesData] },
                state: (_, id) => (id === "before" ? { Status: "running", check: ["ping-before"] } : undefined),
            };
            const answering = (after: number): Behaviour => ({
                exec: ([command]) => ({ code: command === "ping-before" && ++asked > after ? 0 : 1, output: "no" }),
            });

            const failure = await start({ ...before, ...answering(3) }, { mounts: exclusive });
            expect(failure).to.match(/\nThe previous container was started again\.$/);
            expect(asked).to.equal(4);

            const late = await start({ ...before, ...answering(Infinity) }, { mounts: exclusive });
            expect(late).to.match(/^redis was not healthy within 30 seconds/);
            expect(late).to.contain("was started again, and does not serve yet: ");
        });

        it("does so too when Docker refuses to start the new one", async () => {
            const refused = { "thing-id": "port is already allocated" };
            const failure = await start({ lists: { containers: [usesData] }, refused }, { mounts: exclusive });

            expect(failure).to.match(/^redis cannot start: Docker says: port is already allocated\n/);
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
            expect(bench.engine().executed.filter(({ container: id }) => id === "before")).to.have.length(4);
            expect(deeds()).to.deep.equal(["stop before", "start thing-id"]);
        });

        it("does not wait forever for one that is starting", async () => {
            const state: Behaviour["state"] = (_, id) =>
                id === "before" ? { Status: "running", health: "starting", check: ["pg_isready"] } : undefined;
            const lists = { containers: [usesData] };

            expect(await start({ lists, state, ...unhealthy("before") }, { mounts: exclusive })).to.equal(undefined);
            expect(bench.clock().seconds()).to.be.within(30, 35);
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
});
