import { expect } from "chai";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { DockerConnection } from "../../../engine/connection";
import type { Images } from "../../../engine/swarm-images";
import { ended, servicesOn, toEnd } from "../../../engine/swarm-job";
import { scale } from "../../../engine/swarm-services";
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

describe("an image that asks for credentials, on a Swarm", () => {
    const registryAuth = [{ address: "registry.example.com", username: "me", password: "mine" }];
    const Image = "registry.example.com/own/server:1";
    const service = { ID: "new", Version: { Index: 7 }, Spec: { Name: "new", Mode: { Replicated: { Replicas: 0 } } } };
    let server: Server;
    let connection: DockerConnection;
    const asked: { line: string; auth: unknown; body: string }[] = [];
    before(async () => {
        server = createServer((request, response) => {
            const { "x-registry-auth": auth } = request.headers;
            const [path = ""] = (request.url ?? "").split("?");
            void text(request).then((body) => {
                const credentials: unknown = auth && JSON.parse(Buffer.from(String(auth), "base64url").toString());
                asked.push({ line: `${request.method} ${request.url}`, auth: credentials, body });
                const task = { ID: "task", CreatedAt: "", DesiredState: "complete", Status: { State: "complete" } };
                const TaskTemplate = { ContainerSpec: { Image } };
                if (path.endsWith("/logs")) response.end();
                else if (path.endsWith("/tasks")) response.end(JSON.stringify([task]));
                else response.end(JSON.stringify({ ...service, Spec: { ...service.Spec, TaskTemplate } }));
            });
        });
        server.listen(0, "127.0.0.1");
        await once(server, "listening");
        const { port } = server.address() as AddressInfo;
        connection = new DockerConnection({ host: `tcp://127.0.0.1:${port}`, registryAuth }, {});
    });
    after(() => server.close());
    afterEach(() => void asked.splice(0));

    it("is run by a job with them", async () => {
        await toEnd(connection, { Name: "job" }, Image, { title: "asking", seconds: 5 });
        const made = asked.find(({ line }) => line.includes("/services/create"));
        expect(made?.auth).to.include({ username: "me", password: "mine" });
        expect(JSON.parse(made?.body ?? "")).to.deep.equal({ Name: "job" });
    });

    it("is started with them, which are in no URL", async () => {
        await scale(connection, "new", 1, 10);
        const updated = asked.find(({ line }) => line.includes("/update"));
        expect(updated?.line).to.match(/^POST .*\/services\/new\/update\?version=7$/);
        expect(updated?.auth).to.include({ username: "me", password: "mine" });
        expect(JSON.parse(updated?.body ?? "")).to.deep.include({ Mode: { Replicated: { Replicas: 1 } } });
    });
});
