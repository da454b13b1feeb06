import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";

const script = join(__dirname, "../../../authentik/apply.sh");

describe("the script that applies blueprints", () => {
    let folder: string;
    before(() => {
        folder = mkdtempSync(join(tmpdir(), "apply-"));
    });
    after(() => rmSync(folder, { recursive: true }));

    /** Runs the script with commands of ours in the place of authentik's and Python. */
    const run = (ak: string) => {
        for (const [name, body] of [
            ["ak", ak],
            ["python", 'echo "python: $@"'],
        ] as const) {
            writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
            chmodSync(join(folder, name), 0o755);
        }
        const env = { PATH: `${folder}:${process.env.PATH}` };
        return new Promise<{ code: number; output: string }>((resolve) => {
            execFile("/bin/sh", [script, "60", "a.yaml", "b c.yaml"], { env }, (error, output) =>
                resolve({ code: error === null ? 0 : Number(error.code), output }),
            );
        });
    };

    it("applies them in their order and leaves the verdict to the probe", async () => {
        const written = join(folder, "arguments");

        const { code, output } = await run(`printf '%s\\n' "$@" >${written}; echo "a warning of no account"`);

        expect(code).to.equal(0);
        expect(output).to.equal("python: /run/authentik-stack/probe.py /run/authentik-stack/checks.json 60\n");
        expect(readFileSync(written, "utf8").split("\n")).to.deep.equal(["apply_blueprint", "a.yaml", "b c.yaml", ""]);
    });

    it("ends with authentik's own words when it refuses one, and asks nothing more", async () => {
        expect(await run("echo 'entry invalid' >&2; exit 3")).to.deep.equal({ code: 1, output: "entry invalid\n" });
    });

    it("ends when authentik went on without a secret whose file it could not read", async () => {
        const { code, output } = await run("echo 'a'; echo 'Failed to read file /run/secrets/x'");

        expect(code).to.equal(1);
        expect(output).to.equal("Failed to read file /run/secrets/x\n");
    });
});
