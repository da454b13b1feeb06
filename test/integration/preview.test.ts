import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { ensurePulumi } from "../../cli/engine";
import { Description } from "../../cli/preview/description";
import { nowhere } from "../../cli/preview/throwaway";
import { throwawayStack } from "../../cli/preview/workspace";
import { type Finished, tryRun } from "../../cli/run";

const root = join(__dirname, "../..");
const workflow = readFileSync(join(root, ".github/workflows/pull-request.yml"), "utf8");
const { jobs } = parse(workflow) as {
    jobs: { preview: { env: Record<string, string>; steps: { name?: string; run?: string }[] } };
};
const command = jobs.preview.steps.find(({ name }) => name === "Preview")?.run ?? "";

describe("the preview of a pull request", function () {
    this.timeout(600_000);

    it("gets no secret and no engine from its workflow", () => {
        expect(jobs.preview.env.DOCKER_HOST).to.equal(nowhere);
        expect(workflow).to.not.match(/secrets\.|secrets:|pull_request_target/);
        expect(command).to.match(/^npm run preview -- /);
        expect(readFileSync(join(root, ".gitlab-ci.yml"), "utf8")).to.contain("npm run --silent preview -- ");
    });

    it("shows by the workflow's own command what would be made, twice the same", async () => {
        const first = await preview("prod");
        const described = readFileSync(join(root, ".local/after.yaml"), "utf8");
        const second = await preview("prod");

        expect(first.code, first.stderr).to.equal(0);
        expect(first.stdout).to.match(/\+ +docker:index:Container authentik-server create/);
        expect(first.stdout).to.match(/^ +\+ \d+ to create$/m);
        expect(second.code, second.stderr).to.equal(0);
        expect(readFileSync(join(root, ".local/after.yaml"), "utf8")).to.equal(described);
        const resources = parse(described) as Record<string, unknown>;
        expect(resources["authentik-server (docker:index/container:Container)"]).to.have.property("image");
    });

    it("says which configuration does not exist", async () => {
        const { code, stderr } = await preview("nosuch");

        expect(code).to.equal(1);
        expect(stderr).to.contain("There is neither Pulumi.nosuch.yaml nor Pulumi.nosuch.yaml.example.");
    });

    it("needs no key for encrypted secrets, and still reports other problems", async () => {
        const sound = await previewOf("secrets: {secret-key: {secure: v1:unreadable}}");
        const unsound = await previewOf("secrets: {secret-key: {secure: v1:unreadable}, no-such: {secure: v1:x}}");

        expect(sound.failed).to.equal(false, sound.output);
        expect(sound.description).to.contain("authentik-server (docker:index/container:Container)");
        expect(unsound.failed).to.equal(true);
        expect(unsound.output).to.contain("secrets.no-such");
        expect(unsound.output).to.not.contain("placeholder-for-a-secret");
    });
});

/** Runs the command of the workflow's step as the workflow would. */
function preview(stack: string): Promise<Finished> {
    const env = { ...jobs.preview.env, STACK: stack };
    return tryRun("bash", ["-c", `cd "${root}" && ${command}`], { env, signal: AbortSignal.timeout(300_000) });
}

/** A preview of the least configuration and one more line, in a project of its own that shares this one's files. */
async function previewOf(line: string): Promise<{ failed: boolean; output: string; description: string }> {
    const project = mkdtempSync(join(tmpdir(), "authentik-stack-preview-"));
    try {
        for (const name of readdirSync(root).filter((name) => !/^(\.git|\.local|Pulumi\..+\.yaml)$/.test(name)))
            symlinkSync(join(root, name), join(project, name));
        const keys = ["url: https://auth.example.com", "admin: {email: admin@example.com}", line];
        const text = `config:\n${keys.map((key) => `  authentik-stack:${key}\n`).join("")}`;
        writeFileSync(join(project, "Pulumi.encrypted.yaml"), `encryptionsalt: v1:lost\n${text}`);
        const pulumi = await ensurePulumi(() => undefined);
        const { stack, configFile } = await throwawayStack(project, "encrypted", join(project, ".local"), pulumi);
        const description = new Description();
        let output = "";
        const take = (text: string) => (output += text);
        const ran = stack.preview({ configFile, onOutput: take, onError: take, onEvent: description.onEvent });
        const failed = await ran.then(
            () => false,
            (error: unknown) => (output += String(error)) !== "",
        );
        return { failed, output, description: description.toString() };
    } finally {
        rmSync(project, { recursive: true, force: true });
    }
}
