import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type { DockerConnection } from "../../../engine/connection";
import { madeOfLabel } from "../../../engine/labels";
import { Observation } from "../../../engine/observation";
import { Swarm, type SwarmArgs } from "../../../engine/swarm";
import { observeSwarm } from "../../../engine/swarm-observation";
import { swarmName } from "../../../engine/swarm-service";
import type { Workload } from "../../../engine/workload";
import { startClock } from "../../support/clock";
import { recordOf, step } from "../../support/find";
import { runUnderMocks } from "../../support/mocks";
import type { Registered } from "../../support/recording";

const workload: Workload = {
    title: "authentik-server",
    image: "example/server:1",
    user: "1000",
    command: ["server"],
    variables: { HOST: "db", TEMPLATE: "{{ value }}" },
    networks: [{ network: pulumi.output("net-id"), aliases: ["authentik-server"] }],
    health: { command: ["healthcheck"], startSeconds: 180 },
    stopSeconds: 90,
    limits: { memory: "512m", cpus: 0.5 },
    shm: "512m",
};

/** What the Swarm was asked to make. */
async function made(changes: Partial<Workload>, args: SwarmArgs = {}): Promise<Registered[]> {
    const { resources } = await runUnderMocks(() => {
        const swarm = new Swarm(args);
        const volume = (name: string, shared?: "data" | "passing") =>
            swarm.volume(name, { name, keep: true, shared }, {});
        const sources: Record<string, pulumi.Output<string>> = {
            pg_data: volume("pg_data"),
            ak_media: volume("ak_media", "data"),
            sessions: volume("sessions", "passing"),
        };
        const { mounts = [], ...rest } = changes;
        const own = mounts.map((mount) => ({ ...mount, source: sources[mount.source as string] ?? mount.source }));
        swarm.run("authentik-server", { ...workload, ...rest, mounts: own }, {});
        return {};
    });
    return resources;
}

interface Inputs {
    mode: object;
    labels: { label: string; value: string }[];
    endpointSpec: { mode: string; ports?: object[] };
    taskSpec: {
        containerSpec: Record<string, unknown> & { mounts: Record<string, unknown>[]; healthcheck: object };
        placement: { constraints: string[] };
        resources?: object;
        networksAdvanceds: object[];
    };
}

const service = async (changes: Partial<Workload> = {}, args: SwarmArgs = {}) => {
    const found = (await made(changes, args)).find(({ type }) => type === "docker:index/service:Service");
    return found?.inputs as unknown as Inputs;
};
const storage = { name: "local", options: { type: "nfs", device: ":/srv/{volume}" } };
const refusal = (changes: Partial<Workload>) =>
    made(changes).then(
        () => undefined,
        (error: Error) => error.message,
    );

describe("a workload on a Swarm", () => {
    it("is a service without a container, which its step starts", async () => {
        const { mode, endpointSpec } = await service({ replicas: 3 });
        expect(mode).to.deep.equal({ replicated: { replicas: 0 } });
        expect(endpointSpec.mode).to.equal("dnsrr");
    });

    it("has durations, sizes and variables in the form that a refresh reads back", async () => {
        const { taskSpec } = await service();
        expect(taskSpec.containerSpec).to.include({
            stopGracePeriod: "1m30s",
            hostname: "authentik-server-{{.Task.Slot}}",
        });
        expect(taskSpec.containerSpec.healthcheck).to.include({ interval: "5s", startPeriod: "3m", timeout: "30s" });
        expect(taskSpec.resources).to.deep.equal({ limits: { memoryBytes: 512 * 1024 ** 2, nanoCpus: 5e8 } });
        // Swarm takes braces for a template.
        expect(taskSpec.containerSpec.env).to.deep.equal({ HOST: "db", TEMPLATE: '{{"{{"}} value }}' });
        expect(taskSpec.networksAdvanceds).to.deep.equal([{ id: "net-id", aliases: ["authentik-server"] }]);
    });

    it("has no limits at all rather than empty ones, which crash the provider", async () => {
        expect((await service({ limits: {} })).taskSpec.resources).to.equal(undefined);
    });

    it("has its folders in memory as mounts", async () => {
        const { mounts } = (await service()).taskSpec.containerSpec;
        expect(mounts.map(({ type, target }) => `${String(type)} ${String(target)}`)).to.deep.equal([
            "tmpfs /tmp",
            "tmpfs /dev/shm",
        ]);
    });

    it("asks for its health with what tells that it has started, since Swarm ends what is unhealthy", async () => {
        const health = { command: ["last backup worked"], ready: ["started"], startSeconds: 10 };
        expect((await service({ health })).taskSpec.containerSpec.healthcheck).to.deep.include({
            tests: ["CMD", "started"],
            retries: 60,
        });
    });

    it("gets its files as secrets, and as configs where nothing in them is secret", async () => {
        const resources = await made({
            files: [
                { path: "/run/secrets/token", content: pulumi.secret("hunter2-hunter2") },
                { path: "/etc/plain.conf", content: "plain", secrets: [] },
            ],
        });
        const [secret] = resources.filter(({ type }) => type === "docker:index/secret:Secret");
        const [config] = resources.filter(({ type }) => type === "docker:index/serviceConfig:ServiceConfig");
        expect(secret).to.deep.include({ name: "authentik-server-token", secretInputs: ["data"] });
        expect(secret?.inputs.data).to.equal(Buffer.from("hunter2-hunter2").toString("base64"));
        expect(config?.name).to.equal("authentik-server-etc-plain.conf");
        const { taskSpec } = resources.find(({ type }) => type.endsWith(":Service"))?.inputs as unknown as Inputs;
        const { secrets, configs } = taskSpec.containerSpec as unknown as { secrets: object[]; configs: object[] };
        expect(secrets).to.deep.equal([
            {
                secretId: "authentik-server-token-id",
                ...{ fileName: "/run/secrets/token", fileUid: "1000", fileGid: "0", fileMode: 0o400 },
            },
        ]);
        expect(configs).to.deep.equal([
            {
                configId: "authentik-server-etc-plain.conf-id",
                ...{ fileName: "/etc/plain.conf", fileUid: "0", fileGid: "0", fileMode: 0o444 },
            },
        ]);
    });

    describe("is placed", () => {
        const constraints = async (source: string | undefined, args?: SwarmArgs) =>
            (await service({ mounts: source === undefined ? [] : [{ source, target: "/data" }] }, args)).taskSpec
                .placement.constraints;
        const data = ["node.labels.authentik-stack.data==true"];

        it("where its volumes are", async () => {
            expect(await constraints("pg_data")).to.deep.equal(data);
            expect(await constraints("ak_media")).to.deep.equal(data);
            expect(await constraints("of-others")).to.deep.equal(data);
        });
        it("anywhere without a volume, or with one that may be lost", async () => {
            expect(await constraints(undefined)).to.deep.equal([]);
            expect(await constraints("sessions")).to.deep.equal([]);
        });
        it("anywhere where all nodes reach the volume, but not with what one container alone may use", async () => {
            expect(await constraints("ak_media", { storage })).to.deep.equal([]);
            expect(await constraints("pg_data", { storage })).to.deep.equal(data);
        });
        it("by the label of the configuration", async () => {
            expect(await constraints("pg_data", { dataNode: "disk=big" })).to.deep.equal(["node.labels.disk==big"]);
        });
    });

    it("has what may be lost in memory, or on the storage of all nodes", async () => {
        const mounts = [{ source: "sessions", target: "/sessions" }];
        const of = async (args?: SwarmArgs) =>
            (await service({ mounts, shm: undefined }, args)).taskSpec.containerSpec.mounts.find(
                ({ target }) => target === "/sessions",
            );
        expect(await of()).to.deep.include({ type: "tmpfs", tmpfsOptions: { mode: 0o777 } });
        expect(await of({ storage })).to.deep.include({
            ...{ type: "volume", source: "sessions" },
            volumeOptions: { driverName: "local", driverOptions: { type: "nfs", device: ":/srv/sessions" } },
        });
    });

    it("keeps its user's volume from the owner of the image's own folder", async () => {
        const owner = { user: "1000", image: "caddy:2" };
        const mounts = [
            { source: "gateway", target: "/data", owner },
            { source: "media", target: "/media" },
        ];
        const made = (await service({ mounts })).taskSpec.containerSpec.mounts;
        const of = (source: string) => made.find((mount) => mount.source === source);
        expect(of("gateway")).to.deep.include({ volumeOptions: { noCopy: true } });
        expect(of("media")).to.not.have.property("volumeOptions");
    });

    it("is reached under the alias that leads to a former one too, which serves until this one does", async () => {
        let address: pulumi.Output<string> | undefined;
        await runUnderMocks(() => {
            ({ address } = new Swarm().run("authentik-server", workload, {}));
            return { address };
        });
        const known = await new Promise((resolve) => address?.apply(resolve));
        expect(known).to.equal("authentik-server");
    });

    it("is made anew for another number of processes, which is in no argument", async () => {
        const madeOf = async (pids?: number) =>
            (await service({ pids })).labels.find(({ label }) => label === madeOfLabel)?.value;
        expect(await madeOf(100)).not.to.equal(await madeOf());
        expect(await madeOf(256)).to.equal(await madeOf());
    });

    it("is waited for again where somebody else has scaled it", () => {
        const seen = { labels: {}, ports: [], replicas: 3 };
        const observation = new Observation({
            workloads: new Map([["server", seen]]),
            networks: new Map(),
            volumes: { ours: new Set() },
        });
        expect(observation.whyAgain("server", 2)).to.match(/^3 instead of 2 containers at /);
        expect([observation.whyAgain("server", 3), observation.whyAgain("server")]).to.deep.equal([
            undefined,
            undefined,
        ]);
    });

    it("publishes on the nodes that run it", async () => {
        const { endpointSpec } = await service({ publish: { port: 9000, on: [{ port: 80, ip: "0.0.0.0" }] } });
        const [port] = endpointSpec.ports ?? [];
        expect(port).to.deep.equal({ targetPort: 9000, publishedPort: 80, protocol: "tcp", publishMode: "host" });
    });

    it("is refused with everything that Swarm cannot do, at once", async () => {
        const message = await refusal({
            mounts: [{ source: "/srv/geoip", target: "/geoip" }],
            publish: { port: 9000, on: [{ port: 80, ip: "127.0.0.1" }] },
            hosts: { nas: "host-gateway" },
            transform: (args) => void Object.assign(args, { privileged: true, gpus: "all" }),
        });
        expect(message).to.contain("Swarm cannot run authentik-server with:");
        for (const what of ["privileged", "gpus", "/srv/geoip", "127.0.0.1", "nas"]) expect(message).to.contain(what);
    });
});

describe("what a Swarm no longer runs", () => {
    const workloadOn = (volume: string) => ({
        ...{ ID: "old", CreatedAt: "", Version: { Index: 1 } },
        Spec: {
            ...{ Name: "old", Mode: { Replicated: { Replicas: 1 } } },
            Labels: { "authentik-stack.stack": "authentik-stack/dev", "authentik-stack.resource": "auth-redis-server" },
            TaskTemplate: { ContainerSpec: { Image: "x", Mounts: [{ Type: "volume", Source: volume }] } },
        },
    });

    it("is stopped by a step that says what goes on, and touches nothing of another name", async () => {
        const { resources } = await runUnderMocks(() => {
            const swarm = new Swarm();
            for (const name of ["auth-worker", "auth-server", "other-server"]) swarm.run(name, workload, {});
            swarm.releaseWorkloads("auth", {});
            return {};
        });
        expect(recordOf(step(resources, "auth-workloads")).facts).to.deep.equal({
            workloads: "auth-server auth-worker",
        });
    });

    it("leaves a volume behind, which is named with its place", async () => {
        const services = [workloadOn("redis_data")];
        const get = (path: string) => Promise.resolve(path === "/services" ? services : []);
        const connection = { get } as unknown as DockerConnection;
        const observation = await observeSwarm(connection, "authentik-stack/dev");
        const clock = startClock();
        try {
            const { resources } = await runUnderMocks(() => {
                const swarm = new Swarm({ observation });
                for (const name of ["redis_data", "pg_data"]) swarm.releaseVolume(name, { name, keep: true }, {});
                return {};
            });
            expect(resources).to.deep.equal([]);
        } finally {
            clock.stop();
        }
        expect(clock.told.join()).to.contain(
            "the volume redis_data is no longer needed but is kept; `docker volume rm redis_data` deletes it on the node with the label authentik-stack.data=true",
        );
        expect(clock.told).to.have.length(1);
    });
});

describe("a name on a Swarm", () => {
    it("has room for what Pulumi adds to it", () => {
        expect(swarmName("authentik-server")).to.equal("authentik-server");
        const long = swarmName(`staging-authentik-${"o".repeat(60)}`);
        expect(long).to.match(/^[a-z0-9-]+$/);
        expect(long.length).to.be.at.most(55);
        expect(swarmName(`staging-authentik-${"o".repeat(61)}`)).not.to.equal(long);
    });
});
