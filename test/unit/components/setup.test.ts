import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setupCode } from "../../../components/setup";

/** What the code does where authentik's module has this content. */
function runWith(apps: string) {
    const folder = mkdtempSync(join(tmpdir(), "setup-"));
    try {
        mkdirSync(join(folder, "authentik/core"), { recursive: true });
        writeFileSync(join(folder, "authentik/core/apps.py"), apps);
        const { status, stdout } = spawnSync("python3", ["-c", setupCode], {
            env: { ...process.env, PYTHONPATH: folder },
        });
        return { status, said: stdout.toString().trim() };
    } finally {
        rmSync(folder, { recursive: true });
    }
}

const flag = (kept: boolean) => `
class Setup:
    value = False
    @classmethod
    def set(cls, value):
        print("set to", value)
        cls.value = ${kept ? "value" : "False"}
    @classmethod
    def get(cls):
        return cls.value
`;

describe("telling authentik that it is set up", () => {
    it("sets its flag", () => {
        expect(runWith(flag(true))).to.deep.equal({ status: 0, said: "set to True" });
    });

    it("fails where the flag does not stay", () => {
        expect(runWith(flag(false))).to.deep.equal({ status: 1, said: "set to True" });
    });

    it("does nothing in a candidate for the release that is older than the flag", () => {
        expect(runWith("")).to.deep.equal({ status: 0, said: "" });
    });
});
