import { expect } from "chai";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { projectRoot } from "../../cli/workplace";
import { type Finished, run, tryRun } from "../../cli/run";
import { copyProject } from "../support/project-copy";

describe("offline/", function () {
    this.timeout(180_000);
    let folder: string;
    let copy: string;

    before(() => {
        folder = mkdtempSync(join(tmpdir(), "authentik-stack-without-"));
        copy = join(folder, "project");
        copyProject(copy, ["offline"]);
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    it("needs nothing of the project around it", async () => {
        const alone = join(folder, "alone");
        const offline = join(projectRoot, "offline");
        cpSync(offline, alone, { recursive: true, filter: (path) => basename(path) !== "node_modules" });
        symlinkSync(join(offline, "node_modules"), join(alone, "node_modules"));
        await run(program("tsc"), ["--project", "."], { cwd: alone });
    });

    it("is not needed for types and lint", async () => {
        await Promise.all([
            run(program("tsc"), ["--noEmit"], { cwd: copy }),
            run(program("eslint"), ["cli"], { cwd: copy }),
        ]);
    });

    it("is not needed for the tests of the command line", async () => {
        const output = await run(program("mocha"), ["test/unit/cli/**/*.test.ts"], { cwd: copy });
        expect(output)
            .to.match(/\d+ passing/)
            .and.not.match(/failing|pending/);
    });

    it("is not needed for any command", async () => {
        const missing = /^\n?(There is no stack nosuch|No stack nosuch was started)/;
        const names = ["start", "stop", "output", "rotate", "pulumi"];
        const ended = await Promise.all(names.map((name) => command(name, "nosuch", "--stack", "nosuch")));
        for (const [index, { code, stderr }] of ended.entries()) {
            expect({ name: names[index], code }, stderr).to.deep.equal({ name: names[index], code: 1 });
            expect(stderr, names[index]).to.match(missing);
        }
        const doctor = await command("doctor");
        expect(doctor.code, doctor.stderr).to.equal(0);
        expect(doctor.stdout).to.match(/^missing {2}Stand-in images +the folder offline\/ is missing/m);
    });

    it("is reported as missing, with the cure, if nothing else works", async () => {
        const script = join(copy, "nothing-helps.ts");
        writeFileSync(
            script,
            `import { ensurePulumi } from "./cli/engine";
            import { chooseImages } from "./cli/images";
            const say = (error: Error) => console.log(error.name, error.message);
            // Without a folder for it, nothing can be downloaded; without a PATH there is no Pulumi.
            Object.assign(process.env, { TMPDIR: "/nowhere", PATH: "" });
            chooseImages(() => undefined, { images: {}, host: "", version: "2025.8.6", standIns: "always" }).catch(say)
                .then(() => ensurePulumi(() => undefined)).catch(say);`,
        );
        const { stdout, stderr } = await tryRun(process.execPath, ["--import", "tsx", script], options());
        const [images, pulumi] = stdout.trim().split("\n");
        expect(images, stderr).to.match(/^ToolError A rehearsal was requested, and the folder offline\/.* is missing/);
        expect(images).to.contain("docker load").and.contain("git restore offline");
        expect(pulumi, stderr).to.match(/^ToolError Pulumi [\d.]+ cannot be downloaded \(.*\/nowhere.*\), and/);
        expect(pulumi).to.contain("put it on PATH").and.contain("git restore offline");
    });

    /** A command of the copy, as its script in package.json runs it. */
    function command(name: string, ...args: string[]): Promise<Finished> {
        return tryRun(program("tsx"), [join(copy, `cli/${name}.ts`), ...args], options());
    }

    /** Neither a login nor a download of the user's is found. */
    function options() {
        return { cwd: copy, env: { HOME: folder, XDG_CACHE_HOME: join(folder, "cache"), PULUMI_BACKEND_URL: "" } };
    }
});

function program(name: string): string {
    return join(projectRoot, "node_modules/.bin", name);
}
