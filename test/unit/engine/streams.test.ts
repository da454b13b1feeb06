import { expect } from "chai";
import { DockerConnection } from "../../../engine/connection";
import { demultiplex, execute, lastLogLines, logSince, redact } from "../../../engine/streams";
import { type Behaviour, type FakeEngine, startEngine } from "../../support/engine";
import { framed } from "../../support/engine-wire";

describe("redaction", () => {
    const secret = "p@ss word/ü+9";

    it("redacts a secret wherever it occurs", () => {
        expect(redact(`a ${secret} b${secret}`, [secret])).to.equal("a [secret] b[secret]");
    });

    it("blots it out URL-encoded, as in the URL of a database", () => {
        const text = `postgres://authentik:${encodeURIComponent(secret)}@db/authentik`;

        expect(redact(text, [secret])).to.equal("postgres://authentik:[secret]@db/authentik");
    });

    it("blots it out in base64, as in an Authorization header", () => {
        expect(redact(`Basic ${Buffer.from(secret).toString("base64")}`, [secret])).to.equal("Basic [secret]");
    });

    it("blots it out in JSON, and between quotes of SQL", () => {
        const quoted = `it's "so"\\`;

        expect(redact(JSON.stringify({ password: quoted }), [quoted])).to.equal('{"password":"[secret]"}');
        expect(redact(`PASSWORD '${quoted.replaceAll("'", "''")}'`, [quoted])).to.equal("PASSWORD '[secret]'");
    });

    it("leaves nothing of a secret that contains another", () => {
        expect(redact("hunter2-and-more", ["hunter2", "hunter2-and-more"])).to.equal("[secret]");
    });

    it("does not mind the line break at the end of a file", () => {
        expect(redact("key=hunter2;", ["hunter2\n"])).to.equal("key=[secret];");
    });

    it("takes a secret as text, not as a pattern", () => {
        expect(redact("a.c abc $&", ["a.c", "$&"])).to.equal("[secret] abc [secret]");
    });

    it("leaves a text alone when there is no secret, or an empty one", () => {
        expect(redact("as it is", [])).to.equal("as it is");
        expect(redact("as it is", ["", "\n"])).to.equal("as it is");
    });
});

describe("Docker's framed stream", () => {
    it("is put together in order, whichever stream a line came on", () => {
        expect(demultiplex(framed("one\ntwo\nthree ü\n"))).to.equal("one\ntwo\nthree ü\n");
    });

    it("keeps a character whole that two frames share", () => {
        const bytes = Buffer.from("ü");
        const frame = (part: Buffer) => Buffer.concat([Buffer.from([1, 0, 0, 0, 0, 0, 0, part.length]), part]);

        expect(demultiplex(Buffer.concat([frame(bytes.subarray(0, 1)), frame(bytes.subarray(1))]))).to.equal("ü");
    });

    it("is empty where nothing was printed", () => {
        expect(demultiplex(Buffer.alloc(0))).to.equal("");
    });
});

describe("the connection to the engine", () => {
    let engine: FakeEngine;
    const start = async (behaviour: Behaviour, at?: "tcp" | "unix") => {
        engine = await startEngine(behaviour, at);
        return (await new DockerConnection({ host: engine.host }).client()).getContainer("authentik");
    };
    afterEach(() => engine.close());

    for (const at of ["tcp", "unix"] as const) {
        it(`reaches the engine that docker:host names by ${at}`, async () => {
            const container = await start({ log: (id) => `hello from ${id}\n` }, at);

            expect(await lastLogLines(container, [])).to.equal("hello from authentik");
        });
    }

    it("asks for no more than the last lines of a log, and blots the secrets out", async () => {
        const container = await start({ log: () => "connecting with hunter2\n" });

        expect(await lastLogLines(container, ["hunter2"], 7)).to.equal("connecting with [secret]");
        expect(engine.requests.at(-1)).to.match(/logs\?.*tail=7/);
    });

    it("asks for a log since a time, of which it shows everything", async () => {
        const container = await start({ log: () => "connecting with hunter2\n" });

        expect(await logSince(container, 1_790_000_000.9)).to.equal("connecting with hunter2\n");
        expect(engine.requests.at(-1)).to.match(/logs\?.*since=1790000000(&|$)/);
    });

    it("runs a command without a shell, and returns its exit code and what it printed", async () => {
        const container = await start({ exec: (command) => ({ code: 3, output: `${command.join(" ")}\nno\n` }) });

        expect(await execute(container, ["ak", "healthcheck"])).to.deep.equal({
            code: 3,
            output: "ak healthcheck\nno\n",
        });
        expect(engine.executed).to.deep.equal([{ container: "authentik", command: ["ak", "healthcheck"] }]);
    });

    it("waits for a command that hangs no longer than it is told to", async () => {
        const container = await start({ exec: () => ({ code: undefined, output: "asking the database\n" }) });

        expect(await execute(container, ["ak", "healthcheck"], undefined, 0.05)).to.deep.equal({
            code: -1,
            output: "no answer within 0.05 seconds",
        });
    });
});
