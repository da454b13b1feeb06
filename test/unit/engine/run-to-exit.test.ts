import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { DockerConnection } from "../../../engine/connection";
import { processArgs } from "../../../engine/container";
import { type JobRun, removeJobs, runToExit } from "../../../engine/job";
import type { Process } from "../../../engine/workload";
import { type Behaviour, type FakeEngine, startEngine } from "../../support/engine";
import { startMocks } from "../../support/mocks";
import { valueOf } from "../../support/outputs";

const labels = {
    "authentik-stack.stack": "authentik-stack/staging-",
    "authentik-stack.job": "authentik-blueprints-applied",
};
const files = [
    { path: "/blueprints/a.yaml", content: "version: 1\n" },
    { path: "/run/secrets/key", content: "hunter2-hunter2" },
    { path: "/run/secrets/pgpass", content: "*:*:*:*:pw-of-nine", owner: "postgres" },
];
const process: Process = {
    image: "authentik:2025.8.4",
    entrypoint: ["/bin/sh", "-c"],
    command: ["ak apply_blueprint a.yaml"],
    variables: { AUTHENTIK_SECRET_KEY: "file:///run/secrets/key" },
    files,
    mounts: [
        { source: "ak_media", target: "/media" },
        { source: "/srv/blueprints", target: "/blueprints/custom", readOnly: true },
    ],
    networks: [
        { network: "net-a", aliases: [] },
        { network: "net-b", aliases: [] },
    ],
    limits: { memory: "1g" },
};
const job = {
    name: "authentik-blueprints-applied",
    title: "applying blueprints",
    pids: 256,
    files,
    secrets: ["hunter2-hunter2", "pw-of-nine"],
    seconds: 10,
    cure: "Fix it and run `pulumi up` again.",
};

describe("a job", () => {
    let engine: FakeEngine;
    const run = async (behaviour: Behaviour, changes: Partial<JobRun> = {}, other: Partial<Process> = {}) => {
        engine = await startEngine(behaviour);
        const args = await valueOf(pulumi.output(processArgs({ ...process, ...other }, labels)));
        return runToExit(new DockerConnection({ host: engine.host }), { ...job, args, ...changes }).then(
            () => undefined,
            (reason: unknown) => (reason as Error).message,
        );
    };
    before(() => startMocks({ stack: "dev" }));
    afterEach(() => engine.close());
    const removals = () => engine.requests.filter((line) => line.startsWith("DELETE"));

    it("gets its secrets as files that root owns and its user alone can read, and in no other way", async () => {
        expect(await run({})).to.equal(undefined);

        const [created] = engine.created;
        expect(created?.files).to.deep.equal([
            { path: "/blueprints/a.yaml", content: "version: 1\n", mode: 0o440, uid: 0, gid: 1000 },
            { path: "/run/secrets/key", content: "hunter2-hunter2", mode: 0o440, uid: 0, gid: 1000 },
            { path: "/run/secrets/pgpass", content: "*:*:*:*:pw-of-nine", mode: 0o400, uid: 70, gid: 70 },
        ]);
        expect(JSON.stringify(created?.body)).to.not.contain("hunter2").and.not.contain("pw-of-nine");
    });

    it("returns what it printed, without secrets", async () => {
        const log = () => "first\nwarning: removed the binding of group family\nwarning: key hunter2-hunter2\n";
        engine = await startEngine({ log });
        const args = await valueOf(pulumi.output(processArgs(process, labels)));

        expect(await runToExit(new DockerConnection({ host: engine.host }), { ...job, args })).to.equal(
            "first\nwarning: removed the binding of group family\nwarning: key [secret]",
        );
    });

    it("is told image, command, user, settings and mounts", async () => {
        await run({}, {}, { user: "postgres" });

        expect(engine.created[0]?.body).to.deep.include({
            Image: "authentik:2025.8.4",
            Entrypoint: ["/bin/sh", "-c"],
            Cmd: ["ak apply_blueprint a.yaml"],
            User: "postgres",
            Env: ["AUTHENTIK_SECRET_KEY=file:///run/secrets/key"],
        });
        expect((engine.created[0]?.body.HostConfig as { Mounts: unknown }).Mounts).to.deep.equal([
            { Type: "volume", Source: "ak_media", Target: "/media", ReadOnly: false },
            { Type: "bind", Source: "/srv/blueprints", Target: "/blueprints/custom", ReadOnly: true },
        ]);
    });

    it("has no capability, no new privileges and limits of processes, memory and processors", async () => {
        await run({}, {}, { limits: { memory: "1g", cpus: 0.5 } });

        expect(engine.created[0]?.body.HostConfig).to.deep.include({
            CapDrop: ["ALL"],
            SecurityOpt: ["no-new-privileges:true"],
            PidsLimit: 256,
            Memory: 1024 ** 3,
            MemorySwap: 1024 ** 3,
            NanoCpus: 500_000_000,
        });
    });

    it("rotates its log, and is asked for no health, whatever its image says", async () => {
        await run({});

        expect(engine.created[0]?.body.HostConfig).to.deep.include({
            LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "3" } },
        });
        expect(engine.created[0]?.body.Healthcheck).to.deep.equal({ Test: ["NONE"] });
    });

    it("has a read-only root file system, and a volume for each folder of files, which the engine takes them into", async () => {
        const own = ["/blueprints/own/a.yaml", "/blueprints/own/old/b.yaml", "/run/secrets/key"];
        const all = own.map((path) => ({ path, content: "" }));
        await run({}, { files: all }, { files: all });

        expect(engine.created[0]?.body.HostConfig).to.deep.include({
            ReadonlyRootfs: true,
            Tmpfs: { "/tmp": "mode=1777" },
        });
        expect(engine.created[0]?.body.Volumes).to.deep.equal({ "/blueprints/own": {}, "/run/secrets": {} });
        expect(engine.created[0]?.files.map(({ path }) => path)).to.include("/blueprints/own/old/b.yaml");
        expect(removals().some((line) => line.includes("v=true"))).to.equal(true);
    });

    it("joins every one of its networks before it starts", async () => {
        await run({});

        expect(engine.created[0]?.body.HostConfig).to.include({ NetworkMode: "net-a" });
        expect(engine.created[0]?.connected).to.deep.equal(["net-b"]);
        const at = (pattern: RegExp) => engine.requests.findIndex((line) => pattern.test(line));
        expect(at(/networks\/net-b\/connect/)).to.be.lessThan(at(/start$/));
        expect(at(/archive/)).to.be.lessThan(at(/start$/));
    });

    it("that has no network reaches none", async () => {
        await run({}, {}, { networks: [] });

        expect(engine.created[0]?.body.HostConfig).to.include({ NetworkMode: "none" });
    });

    it("carries the labels of its stack and its job, and is removed when it ended", async () => {
        await run({});

        expect(engine.created[0]?.body.Labels).to.deep.equal(labels);
        expect(engine.created[0]?.removed).to.equal(true);
    });

    it("pulls a missing image before it removes anything", async () => {
        expect(await run({ missing: ["authentik:2025.8.4"] })).to.contain("pull access denied");

        expect(engine.created).to.deep.equal([]);
        expect(removals()).to.deep.equal([]);
    });

    it("removes what a killed run of the same job has left behind, and nothing else", async () => {
        const left = (Id: string, changes: object) => ({ Id, State: "created", Labels: { ...labels, ...changes } });
        await run({
            lists: {
                containers: [
                    left("left-over", {}),
                    left("another", { "authentik-stack.job": "authentik-serving-proven" }),
                    left("theirs", { "authentik-stack.stack": "authentik-stack/" }),
                ],
            },
        });

        expect(removals()).to.have.length(2);
        expect(removals()[0]).to.match(/containers\/left-over\?.*v=true/);
        expect(removals()[1]).to.match(/containers\/job-0\?/);
    });

    it("fails with the verdict on what it printed, although it succeeded", async () => {
        const judge = (output: string) => (output.includes("2025.8.4") ? "the database is of 2025.8.4" : undefined);

        expect(await run({ log: () => "2025.8.4\n" }, { judge })).to.equal("the database is of 2025.8.4");
        expect(await run({ log: () => "2025.8.6\n" }, { judge })).to.equal(undefined);
    });

    it("fails with its own last words, the cure and no secret", async () => {
        const error = await run({ exit: () => 1, log: () => "token hunter2-hunter2 is invalid\n" });

        expect(error).to.equal(
            "applying blueprints failed with exit code 1:\ntoken [secret] is invalid\nFix it and run `pulumi up` again.",
        );
        expect(engine.created[0]?.removed).to.equal(true);
    });

    it("says which job it is that Docker refuses", async () => {
        expect(await run({ refused: { "job-0": "no space left on device" } })).to.equal(
            "applying blueprints failed: Docker says: no space left on device",
        );
        expect(engine.created[0]?.removed).to.equal(true);
    });

    it("shows the last words of its witnesses too, without a secret", async () => {
        const error = await run(
            { exit: () => 1, log: (id) => `${id} saw hunter2-hunter2\n` },
            { witnesses: [{ title: "the server", id: "server-id" }] },
        );

        expect(error).to.contain("last log lines of the server:\nserver-id saw [secret]");
    });

    it("shows of a witness whose log has much else what tells of a problem, however long ago", async () => {
        const noise = "a request\n".repeat(20);
        const error = await run(
            { exit: () => 1, log: (id) => (id === "door-id" ? `${noise}the CA refused\n${noise}` : "") },
            { witnesses: [{ title: "the door", id: "door-id", telling: /refused/ }] },
        );

        expect(error).to.contain("last log lines of the door:\nthe CA refused\nFix it");
    });

    it("that does not end in time is ended", async () => {
        const error = await run({ exit: () => undefined, log: () => "waiting\n" }, { seconds: 1 });

        expect(error).to.match(/^applying blueprints did not end within 1 seconds:\nwaiting/);
        expect(error)
            .to.match(/Run `pulumi up` again, which starts it from/)
            .and.not.contain("Fix it");
        expect(engine.created[0]?.removed).to.equal(true);
    });

    it("that does not end in time, and printed nothing, names no cause", async () => {
        const error = await run({ exit: () => undefined, log: () => "" }, { seconds: 1 });

        expect(error).to.match(
            /^applying blueprints did not end within 1 seconds, and printed nothing\.\nIt was stopped/,
        );
    });
});

describe("the containers of a stack's jobs", () => {
    it("are removed all at once, and no workload with them", async () => {
        const ofStack = { "authentik-stack.stack": "authentik-stack/staging-" };
        const containers = [
            { Id: "one", State: "exited", Labels: { ...ofStack, "authentik-stack.job": "one" } },
            { Id: "two", State: "created", Labels: { ...ofStack, "authentik-stack.job": "two" } },
            { Id: "server", Labels: { ...ofStack, "authentik-stack.resource": "server" } },
        ];
        const engine = await startEngine({ lists: { containers } });
        try {
            await removeJobs(
                await new DockerConnection({ host: engine.host }).client(),
                ofStack["authentik-stack.stack"],
            );

            const removed = engine.requests.filter((line) => line.startsWith("DELETE"));
            expect(removed.map((line) => /containers\/(\w+)/.exec(line)?.[1])).to.deep.equal(["one", "two"]);
        } finally {
            await engine.close();
        }
    });
});
