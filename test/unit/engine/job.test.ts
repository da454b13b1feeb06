import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { DockerConnection } from "../../../engine/connection";
import { DockerHost } from "../../../engine/docker-host";
import type { Job, Workload } from "../../../engine/workload";
import { type FakeEngine, startEngine } from "../../support/engine";
import { recordOf, step } from "../../support/find";
import { failureOf, runHooks } from "../../support/hooks";
import { runUnderMocks } from "../../support/mocks";

const job: Job = {
    title: "applying",
    image: pulumi.output("authentik:1"),
    entrypoint: ["sh"],
    command: ["apply"],
    variables: { HOST: pulumi.output("db") },
    documents: { "/blueprints/a.yaml": "version: 1" },
    files: [{ path: "/run/secrets/a", content: pulumi.secret("hunter2-hunter2") }],
    mounts: [{ source: pulumi.output("ak_media"), target: "/media" }],
    networks: [{ network: pulumi.output("net-id"), aliases: [] }],
    triggers: { revision: "r1" },
    seconds: 5,
    cure: "Fix it.",
};

async function registered(changes: Partial<Job> = {}, host?: string) {
    const make = () =>
        new DockerHost({ connection: new DockerConnection({ host }) }).job("applied", { ...job, ...changes }, {});
    return step((await runUnderMocks(make)).resources, "applied");
}

async function recorded(changes: Partial<Job> = {}): Promise<unknown> {
    return (await registered(changes)).inputs.input;
}

describe("a recorded job", () => {
    let engine: FakeEngine | undefined;
    afterEach(async () => {
        await engine?.close();
        engine = undefined;
    });

    it("runs with every value that was an output", async () => {
        engine = await startEngine();
        const made = await registered({}, engine.host);

        expect(await failureOf(made, "beforeCreate")).to.equal(undefined);
        const [created] = engine.created;
        expect(created?.body).to.deep.include({ Image: "authentik:1", Env: ["HOST=db"] });
        expect(created?.body.HostConfig).to.include({ NetworkMode: "net-id" });
        expect(created?.files.map(({ path, content }) => [path, content])).to.have.deep.members([
            ["/blueprints/a.yaml", "version: 1"],
            ["/run/secrets/a", "hunter2-hunter2"],
        ]);
    });

    it("shows the container that will run, and no secret of it", async () => {
        const [shown, ...others] = recordOf(await registered()).containers ?? [];

        expect(others).to.deep.equal([]);
        expect(shown).to.deep.include({
            ...{ image: "authentik:1", entrypoints: ["sh"], command: ["apply"], envs: ["HOST=db"], memory: 1024 },
            ...{ capabilities: { drops: ["ALL"] }, securityOpts: ["no-new-privileges:true"], readOnly: true },
            mounts: [{ type: "volume", source: "ak_media", target: "/media" }],
            volumes: [{ containerPath: "/run/secrets" }, { containerPath: "/blueprints" }],
        });
        expect(JSON.stringify(await recorded())).to.not.contain("hunter2");
    });

    it("gets what it no longer remembers as documents in a folder, beside its own", async () => {
        engine = await startEngine();
        const memory = (documents: Record<string, string>) => ({
            memory: { folder: "/blueprints/removed", documents, names: "/blueprints/names.json" },
        });
        const before = await registered(memory({ a: "absent a", b: "absent b", c: "absent c" }));
        const after = await registered(memory({ b: "absent b" }), engine.host);

        await runHooks(after, "beforeUpdate", before);

        const documents = engine.created[0]?.files.filter(({ path }) => path.endsWith(".yaml"));
        expect(documents?.map(({ path, content }) => [path, content])).to.deep.equal([
            ["/blueprints/a.yaml", "version: 1"],
            ["/blueprints/removed/0.yaml", "absent a"],
            ["/blueprints/removed/1.yaml", "absent c"],
        ]);
        const names = engine.created[0]?.files.find(({ path }) => path === "/blueprints/names.json");
        expect(JSON.parse(names?.content ?? ""), "of all that it had").to.deep.equal(["a", "b", "c"]);
    });

    it("gets what it no longer remembers also where none of its own is in that folder", async () => {
        engine = await startEngine();
        const memory = (documents: Record<string, string>) => ({ memory: { folder: "/removed", documents } });
        const after = await registered(memory({}), engine.host);

        await runHooks(after, "beforeUpdate", await registered(memory({ a: "absent a" })));

        const [created] = engine.created;
        expect(created?.files.map(({ path }) => path)).to.include("/removed/0.yaml");
        expect(created?.body.Volumes, "the root takes no file").to.have.property("/removed");
    });

    it("fails without showing the secrets of its files, or those that its witnesses could show", async () => {
        engine = await startEngine({ exit: () => 1, log: () => "hunter2-hunter2 and pw-of-nine\n" });
        const secrets = [pulumi.secret("pw-of-nine")];
        const host = engine.host;
        const make = () => {
            const runtime = new DockerHost({ connection: new DockerConnection({ host }) });
            const health = { command: ["check"], startSeconds: 1 };
            const workload: Workload = { title: "server", image: "s:1", networks: [], health, stopSeconds: 1 };
            const witnesses = [runtime.run("server", workload, {})];
            return runtime.job("applied", { ...job, secrets, witnesses }, {});
        };
        const made = step((await runUnderMocks(make)).resources, "applied");

        expect(await failureOf(made, "beforeCreate")).to.equal(
            "applying failed with exit code 1:\n[secret] and [secret]\nlast log lines of server:\n[secret] and [secret]\nFix it.",
        );
    });

    const changes: [what: string, change: Partial<Job>][] = [
        ["its image", { image: "authentik:2" }],
        ["its command", { command: ["apply", "more"] }],
        ["its entrypoint", { entrypoint: ["bash"] }],
        ["a document", { documents: { "/blueprints/a.yaml": "version: 2" } }],
        ["a document's name", { documents: { "/b.yaml": "version: 1" } }],
        ["a secret", { files: [{ path: "/run/secrets/a", content: pulumi.secret("another-secret") }] }],
        ["a trigger", { triggers: { revision: "r2" } }],
    ];
    for (const [what, change] of changes) {
        it(`is run again when ${what} changes`, async () => {
            expect(await recorded(change)).to.not.deep.equal(await recorded());
        });
    }

    it("is not run again when nothing changes, nor for another time limit or cure", async () => {
        expect(await recorded({ seconds: 99, cure: "Try." })).to.deep.equal(await recorded());
    });
});
