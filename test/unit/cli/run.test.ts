import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { downloadPulumi, findDownload, whileGrowing } from "../../../cli/engine/download";
import { run, tryRun } from "../../../cli/run";

describe("running a program", () => {
    it("returns what it prints on standard output, and tells every line", async () => {
        const lines: string[] = [];
        const output = await run("sh", ["-c", "echo out; echo err >&2"], { onLine: (line) => lines.push(line) });

        expect(output).to.equal("out");
        expect(lines.sort()).to.deep.equal(["err", "out"]);
    });

    it("fails with the program's last lines", async () => {
        const error = await run("sh", ["-c", "echo why >&2; exit 3"]).catch((reason: Error) => reason);

        expect(error).to.be.instanceOf(Error);
        expect((error as Error).message)
            .to.include("ended with code 3")
            .and.to.include("why");
    });

    it("returns the exit code and both streams of one that may fail", async () => {
        const ended = await tryRun("sh", ["-c", "echo out; echo err >&2; exit 3"]);

        expect(ended).to.deep.equal({ code: 3, stdout: "out\n", stderr: "err\n" });
    });

    it("fails when there is no such program", async () => {
        const error = await run("/no/such/program", []).catch((reason: Error) => reason);
        expect((error as Error).message).to.include("/no/such/program cannot be run");
    });

    it("ends what a program started when it is given up", async () => {
        const controller = new AbortController();
        setTimeout(() => controller.abort("took too long"), 200);
        const began = Date.now();

        const error = await run("sh", ["-c", "sleep 30 & wait"], { signal: controller.signal }).catch(
            (reason: Error) => reason,
        );

        expect((error as Error).message).to.include("took too long");
        expect(Date.now() - began).to.be.lessThan(5000);
    });

    it("gives a download up that does not grow", async () => {
        const folder = mkdtempSync(join(tmpdir(), "growing-"));
        const limit = whileGrowing([folder, "/no/such/folder"], 0.5, "nothing arrived");

        const error = await run("sleep", ["30"], { signal: limit.signal }).catch((reason: Error) => reason);

        expect((error as Error).message).to.include("nothing arrived");
        limit.end();
        rmSync(folder, { recursive: true });
    });
});

describe("a download of the Pulumi CLI", () => {
    const { XDG_CACHE_HOME: cache } = process.env;
    let folder = "";
    before(() => (process.env.XDG_CACHE_HOME = folder = mkdtempSync(join(tmpdir(), "cache-"))));
    after(() => {
        if (cache === undefined) delete process.env.XDG_CACHE_HOME;
        else process.env.XDG_CACHE_HOME = cache;
        rmSync(folder, { recursive: true });
    });

    it("counts once it is whole", async () => {
        const installer = join(folder, "installer.mjs");
        const ending = (code: number) => {
            const pulumi = JSON.stringify("#!/bin/sh\necho v3.999.0\n");
            const program = [
                'import { mkdirSync, writeFileSync } from "node:fs";',
                "const bin = `${process.argv[2]}/bin`;",
                "mkdirSync(bin);",
                `writeFileSync(\`\${bin}/pulumi\`, ${pulumi}, { mode: 0o755 });`,
                `process.exit(${code});`,
            ];
            writeFileSync(installer, program.join("\n"));
            return downloadPulumi(() => undefined, "3.999.0", installer);
        };

        expect(await ending(1).catch(() => "cut short")).to.equal("cut short");
        expect(await findDownload("3.999.0")).to.equal(undefined);
        expect(await ending(0)).to.have.property("command");
        expect((await findDownload("3.999.0"))?.version?.version).to.equal("3.999.0");
    });
});
