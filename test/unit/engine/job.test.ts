import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { type Job, runJob } from "../../../engine/job";
import { type FakeEngine, startEngine } from "../../support/engine";
import { stepType, theOne } from "../../support/find";
import { failureOf, runHooks } from "../../support/hooks";
import { runUnderMocks } from "../../support/mocks";

const job: Job = {
    title: "applying",
    image: pulumi.output("authentik:1"),
    entrypoint: ["sh"],
    command: ["apply"],
    settings: { HOST: pulumi.output("db") },
    documents: { "/blueprints/a.yaml": "version: 1" },
    files: [{ path: "/run/secrets/a", content: pulumi.secret("hunter2-hunter2") }],
    mounts: [{ source: pulumi.output("ak_media"), target: "/media" }],
    networks: [{ network: pulumi.output("net-id"), aliases: [] }],
    triggers: { revision: "r1" },
    seconds: 5,
    cure: "Mend it.",
};

async function registered(changes: Partial<Job> = {}, host?: string) {
    const make = () => runJob("applied", { ...job, ...changes }, host, {});
    return theOne((await runUnderMocks(make)).resources, stepType, "applied");
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
        const step = await registered({}, engine.host);

        expect(await failureOf(step, "beforeCreate")).to.equal(undefined);
        const [created] = engine.created;
        expect(created?.body).to.deep.include({ Image: "authentik:1", Env: ["HOST=db"] });
        expect(created?.body.HostConfig).to.include({ NetworkMode: "net-id" });
        expect(created?.files.map(({ path, content }) => [path, content])).to.deep.equal([
            ["/blueprints/a.yaml", "version: 1"],
            ["/run/secrets/a", "hunter2-hunter2"],
        ]);
    });

    it("gets what it no longer remembers as documents in a folder, beside its own", async () => {
        engine = await startEngine();
        const memory = (documents: Record<string, string>) => ({ memory: { folder: "/removed", documents } });
        const before = await registered(memory({ a: "absent a", b: "absent b", c: "absent c" }));
        const after = await registered(memory({ b: "absent b" }), engine.host);

        await runHooks(after, "beforeUpdate", before);

        const documents = engine.created[0]?.files.filter(({ path }) => path.endsWith(".yaml"));
        expect(documents?.map(({ path, content }) => [path, content])).to.deep.equal([
            ["/blueprints/a.yaml", "version: 1"],
            ["/removed/0.yaml", "absent a"],
            ["/removed/1.yaml", "absent c"],
        ]);
    });

    it("fails without showing the secrets of its files, or those that its witnesses could show", async () => {
        engine = await startEngine({ exit: () => 1, log: () => "hunter2-hunter2 and pw-of-nine\n" });
        const secrets = [pulumi.secret("pw-of-nine")];
        const step = await registered({ secrets, witnesses: [{ title: "server", id: "s" }] }, engine.host);

        const failure = await failureOf(step, "beforeCreate");

        expect(failure).to.equal(
            "applying failed with exit code 1:\n[secret] and [secret]\nlast log lines of server:\n[secret] and [secret]\nMend it.",
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
