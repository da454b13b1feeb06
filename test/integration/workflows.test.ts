import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { pulumiVersion } from "../../ground/pulumi";
import { tryRun } from "../../cli/run";

const folder = join(__dirname, "../../.github/workflows");
const workflows = readdirSync(folder).map((name) => join(folder, name));
const actionlint = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12";

describe("the workflows", function () {
    this.timeout(300_000);

    before(async function () {
        const { code, stderr } = await lint("-version").catch((error: Error) => ({ code: 127, stderr: error.message }));
        if (code === 0) return;
        console.log(`      actionlint cannot be had here, so nothing is linted: ${stderr.trim().split("\n").at(-1)}`);
        this.skip();
    });

    it("pass actionlint", async () => {
        const { code, stdout, stderr } = await lint(...workflows);

        expect(code, stdout + stderr).to.equal(0);
        expect(workflows).to.not.be.empty;
    });

    it("would not pass with a mistake in them", async () => {
        const copy = mkdtempSync(join(tmpdir(), "authentik-stack-workflow-"));
        const file = join(copy, "pull-request.yml");
        try {
            const text = readFileSync(join(folder, "pull-request.yml"), "utf8");
            writeFileSync(file, text.replace("stack: [prod]", "stak: [prod]"));
            const { code, stdout } = await lint(file);

            expect(code).to.equal(1);
            expect(stdout).to.contain('property "stack" is not defined');
        } finally {
            rmSync(copy, { recursive: true, force: true });
        }
    });
});

describe("the versions that the workflows install", () => {
    it("are the release of Pulumi that the program is tested with", () => {
        const versions = workflows.flatMap((path) => steps(path).map((step) => step.with?.["pulumi-version"]));

        expect([...new Set(versions)].filter((version) => version !== undefined)).to.deep.equal([pulumiVersion]);
    });

    it("pin actions by commit if they are not GitHub's and can read secrets", () => {
        const foreign = workflows
            .flatMap(steps)
            .flatMap(({ uses = "actions/" }) => (/^actions\//.test(uses) ? [] : uses));

        expect(foreign).to.not.be.empty;
        for (const uses of foreign) expect(uses).to.match(/@[0-9a-f]{40}$/);
    });
});

function lint(...args: string[]) {
    return tryRun("go", ["run", actionlint, ...args], {
        env: { GOFLAGS: "-buildvcs=false" },
        signal: AbortSignal.timeout(240_000),
    });
}

function steps(path: string): { uses?: string; with?: Record<string, unknown> }[] {
    const { jobs } = parse(readFileSync(path, "utf8")) as {
        jobs: Record<string, { steps?: ReturnType<typeof steps> }>;
    };
    return Object.values(jobs).flatMap((job) => job.steps ?? []);
}
