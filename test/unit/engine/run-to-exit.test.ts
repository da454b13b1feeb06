import { expect } from "chai";
import { connect } from "../../../engine/host";
import { type JobRun, runToExit } from "../../../engine/run-to-exit";
import { type Behaviour, type FakeEngine, startEngine } from "../../support/engine";
import { startMocks } from "../../support/mocks";

const job: JobRun = {
    name: "authentik-blueprints-applied",
    title: "applying blueprints",
    image: "authentik:2025.8.4",
    entrypoint: ["/bin/sh", "-c"],
    command: ["ak apply_blueprint a.yaml"],
    settings: { AUTHENTIK_SECRET_KEY: "file:///run/secrets/key" },
    documents: { "/blueprints/a.yaml": "version: 1\n" },
    files: [
        { path: "/run/secrets/key", content: "hunter2-hunter2" },
        { path: "/run/secrets/pgpass", content: "*:*:*:*:pw-of-nine", owner: "0" },
    ],
    mounts: [
        { source: "ak_media", target: "/media" },
        { source: "/srv/blueprints", target: "/blueprints/custom", readOnly: true },
    ],
    networks: [
        { network: "net-a", aliases: [] },
        { network: "net-b", aliases: [] },
    ],
    secrets: ["hunter2-hunter2", "pw-of-nine"],
    seconds: 10,
    cure: "Mend it and run `pulumi up` again.",
};

describe("a job", () => {
    let engine: FakeEngine;
    const run = async (behaviour: Behaviour, changes: Partial<JobRun> = {}) => {
        engine = await startEngine(behaviour);
        return runToExit(await connect(engine.host), { ...job, ...changes }).then(
            () => undefined,
            (reason: unknown) => (reason as Error).message,
        );
    };
    before(() => startMocks({ stack: "dev" }));
    afterEach(() => engine.close());

    it("gets its secrets as files that its user alone can read, and in no other way", async () => {
        expect(await run({})).to.equal(undefined);

        const [created] = engine.created;
        expect(created?.files).to.deep.equal([
            { path: "/blueprints/a.yaml", content: "version: 1\n", mode: 0o400, uid: 1000 },
            { path: "/run/secrets/key", content: "hunter2-hunter2", mode: 0o400, uid: 1000 },
            { path: "/run/secrets/pgpass", content: "*:*:*:*:pw-of-nine", mode: 0o400, uid: 0 },
        ]);
        expect(JSON.stringify(created?.body)).to.not.contain("hunter2").and.not.contain("pw-of-nine");
    });

    it("is told image, command, settings and mounts", async () => {
        await run({});

        expect(engine.created[0]?.body).to.deep.include({
            Image: "authentik:2025.8.4",
            Entrypoint: ["/bin/sh", "-c"],
            Cmd: ["ak apply_blueprint a.yaml"],
            Env: ["AUTHENTIK_SECRET_KEY=file:///run/secrets/key"],
        });
        expect((engine.created[0]?.body.HostConfig as { Mounts: unknown }).Mounts).to.deep.equal([
            { Type: "volume", Source: "ak_media", Target: "/media", ReadOnly: false },
            { Type: "bind", Source: "/srv/blueprints", Target: "/blueprints/custom", ReadOnly: true },
        ]);
    });

    it("has no capability, no new privileges and limits of processes and memory", async () => {
        await run({});

        expect(engine.created[0]?.body.HostConfig).to.deep.include({
            CapDrop: ["ALL"],
            SecurityOpt: ["no-new-privileges:true"],
            PidsLimit: 256,
            Memory: 1024 ** 3,
        });
    });

    it("has a read-only root file system, and a volume for each folder of files, which the engine takes them into", async () => {
        await run({}, { documents: { "/blueprints/own/a.yaml": "a", "/blueprints/own/old/b.yaml": "b" } });

        expect(engine.created[0]?.body.HostConfig).to.deep.include({
            ReadonlyRootfs: true,
            Tmpfs: { "/tmp": "mode=1777" },
        });
        expect(engine.created[0]?.body.Volumes).to.deep.equal({ "/blueprints/own": {}, "/run/secrets": {} });
        expect(engine.created[0]?.files.map(({ path }) => path)).to.include("/blueprints/own/old/b.yaml");
        expect(engine.requests.some((line) => line.startsWith("DELETE") && line.includes("v=true"))).to.equal(true);
    });

    it("joins every one of its networks before it starts", async () => {
        await run({});

        expect(engine.created[0]?.body.HostConfig).to.include({ NetworkMode: "net-a" });
        expect(engine.created[0]?.connected).to.deep.equal(["net-b"]);
        const at = (pattern: RegExp) => engine.requests.findIndex((line) => pattern.test(line));
        expect(at(/networks\/net-b\/connect/)).to.be.lessThan(at(/start$/));
        expect(at(/archive/)).to.be.lessThan(at(/start$/));
    });

    it("carries the stack's label, and is removed when it ended", async () => {
        await run({});

        expect(engine.created[0]?.body.Labels).to.include({ "authentik-stack.stack": "authentik-stack/dev" });
        expect(engine.created[0]?.removed).to.equal(true);
    });

    it("removes what a killed run of the same job has left behind, and nothing else", async () => {
        await run({ lists: { containers: [{ Id: "left-over" }] } });

        const removed = engine.requests.filter((line) => line.startsWith("DELETE"));
        expect(removed[0]).to.match(/containers\/left-over\?/);
        const list = engine.requests.find((line) => line.startsWith("GET /containers/json")) ?? "";
        expect(decodeURIComponent(list)).to.contain("authentik-stack.stack=authentik-stack/dev");
        expect(decodeURIComponent(list)).to.contain("authentik-stack.job=authentik-blueprints-applied");
    });

    it("fails with its own last words, the cure and no secret", async () => {
        const error = await run({ exit: () => 1, log: () => "token hunter2-hunter2 is invalid\n" });

        expect(error).to.equal(
            "applying blueprints failed with exit code 1:\ntoken [secret] is invalid\nMend it and run `pulumi up` again.",
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

    it("that does not end in time is ended", async () => {
        const error = await run({ exit: () => undefined, log: () => "waiting\n" }, { seconds: 1 });

        expect(error).to.match(/^applying blueprints did not end within 1 seconds:\nwaiting/);
        expect(engine.created[0]?.removed).to.equal(true);
    });
});
