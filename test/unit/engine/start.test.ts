import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { runContainer } from "../../../engine/docker-host";
import type { Workload } from "../../../engine/workload";
import { type Behaviour, type FakeEngine, startEngine } from "../../support/engine";
import { container } from "../../support/find";
import { failureOf } from "../../support/hooks";
import { runUnderMocks } from "../../support/mocks";

const password = "hunter2-hunter2";
const workload: Workload = {
    title: "redis",
    image: "redis:7",
    files: [
        {
            path: "/etc/redis/redis.conf",
            content: pulumi.secret(`requirepass ${password}\n`),
            secrets: [pulumi.secret(password)],
        },
    ],
    networks: [],
    health: { command: ["redis-cli", "ping"], startSeconds: 30 },
    readySeconds: 30,
    stopSeconds: 10,
    limits: {},
    pids: 64,
};

describe("the start of a workload's container", () => {
    let engine: FakeEngine;
    const started = async (behaviour: Behaviour, changes: Partial<Workload> = {}) => {
        engine = await startEngine(behaviour);
        const make = () => runContainer("thing", { ...workload, ...changes }, engine.host, {});
        return container((await runUnderMocks(make)).resources, "thing");
    };
    afterEach(() => engine.close());

    it("limits processes and is over when the health check passes", async () => {
        const thing = await started({ exec: (_, runs) => ({ code: runs === 0 ? 1 : 0, output: "" }) });

        expect(await failureOf(thing, "afterCreate")).to.equal(undefined);
        expect(engine.updated).to.deep.equal([{ container: "thing-id", body: { PidsLimit: 64 } }]);
        expect(engine.executed.map(({ container: id, command }) => [id, ...command])).to.deep.equal([
            ["thing-id", "redis-cli", "ping"],
            ["thing-id", "redis-cli", "ping"],
        ]);
    });

    it("fails with the container's last words, and no secret of a file in them, even out of its middle", async () => {
        const thing = await started({
            state: () => ({ Status: "exited", ExitCode: 1 }),
            log: () => `Bad directive at line 1\n>>> 'requirepass ${password}'\n`,
        });

        const failure = await failureOf(thing, "afterCreate");

        expect(failure).to.match(/^redis exited with code 1; its last log lines:\nBad directive/);
        expect(failure).to.contain("[secret]").and.not.contain(password);
    });

    it("hands a new volume over to the user that writes to it, before the container is created", async () => {
        const mounts = [
            { source: pulumi.output("sessions"), target: "/sessions", owner: { user: "1000", image: "authentik:1" } },
            { source: "other", target: "/other" },
        ];
        const thing = await started({}, { mounts, files: undefined });

        expect(await failureOf(thing, "beforeCreate")).to.equal(undefined);
        expect(engine.created.map(({ body }) => [body.Image, body.Entrypoint, body.Cmd, body.User])).to.deep.equal([
            ["authentik:1", ["chown"], ["-R", "1000", "/sessions"], "0"],
        ]);
        expect(engine.created[0]?.body.HostConfig).to.deep.include({ NetworkMode: "none", CapDrop: ["ALL"] });
        expect(engine.created[0]?.removed).to.equal(true);
        expect(thing.inputs.mounts, "the mounts of the container itself").to.deep.equal([
            { type: "volume", source: "sessions", target: "/sessions" },
            { type: "volume", source: "other", target: "/other" },
        ]);
    });

    it("does nothing before the container where no volume has to be handed over and no file is needed", async () => {
        const thing = await started({}, { files: undefined });

        expect(await failureOf(thing, "beforeCreate")).to.equal(undefined);
        expect(engine.requests).to.deep.equal([]);
    });

    it("has its files brought by a container of the same image that never starts", async () => {
        const thing = await started({});

        expect(await failureOf(thing, "beforeCreate")).to.equal(undefined);

        const [feeder, ...others] = engine.created;
        expect(others).to.deep.equal([]);
        const volumes = thing.inputs.volumes as { fromContainer: string }[];
        expect(volumes, "the container takes its volumes over").to.deep.equal([
            { fromContainer: `${feeder?.name}:ro` },
        ]);
        expect(feeder?.body).to.deep.include({ Image: "redis:7", Volumes: { "/etc/redis": {} } });
        expect(feeder?.body.Labels).to.include({ "authentik-stack.job": "thing-files" });
        expect(JSON.stringify(feeder?.body)).to.not.contain(password);
        expect(feeder?.files).to.deep.equal([
            { path: "/etc/redis/redis.conf", content: `requirepass ${password}\n`, mode: 0o400, uid: 1000 },
        ]);
        expect(engine.requests.filter((line) => line.includes("/start"))).to.deep.equal([]);
    });

    it("removes what brought the files once they are the container's own, with the volumes that nobody has", async () => {
        const thing = await started({ lists: { containers: [{ Id: "feeder" }] } });

        expect(await failureOf(thing, "afterCreate")).to.equal(undefined);

        const at = (pattern: RegExp) => engine.requests.findIndex((line) => pattern.test(line));
        expect(at(/^DELETE .*containers\/feeder\?.*v=true/)).to.be.within(0, at(/exec/));
        const list = decodeURIComponent(engine.requests.find((line) => line.startsWith("GET /containers/json")) ?? "");
        expect(list).to.contain("authentik-stack.job=thing-files").and.contain("authentik-stack.stack=");
    });
});
