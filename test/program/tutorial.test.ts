import { expect } from "chai";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { projectRoot } from "../../cli/project";
import { authentikStack, copyProject } from "../support/project-copy";
import { argumentsOf, commands, configuration, runBy, stackFile } from "../support/tutorial";

describe("docs/tutorial.md", function () {
    this.timeout(60_000);
    let folder: string;
    let copy: string;
    const run = async (command: string) => {
        const { code, stdout, stderr } = await authentikStack(copy, argumentsOf(command));
        expect(code, `${command}: ${stderr}`).to.equal(0);
        return stdout;
    };
    before(() => {
        folder = mkdtempSync(join(tmpdir(), "authentik-stack-tutorial-"));
        copy = join(folder, "project");
        copyProject(copy, ["test", "docs", "offline"]);
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    it("has no command that no test runs", () => {
        for (const command of commands)
            expect(
                Object.values(runBy).filter((runs) => runs(command)),
                command,
            ).to.have.lengthOf(1);
    });

    it("has a file of the stack that is what its command writes, and what it tells to add", async () => {
        const [init = ""] = commands.filter((command) => command.includes(" init "));
        await run(init);
        const { config: written } = parse(readFileSync(join(copy, "Pulumi.prod.yaml"), "utf8")) as {
            config: Record<string, unknown>;
        };
        const {
            "authentik-stack:consumers": consumers,
            "authentik-stack:applications": applications,
            ...others
        } = configuration;
        const [paperless] = applications as { provider: { upstream?: string } }[];
        const { upstream, ...provider } = paperless?.provider ?? {};
        expect({ ...others, "authentik-stack:applications": [{ ...paperless, provider }] }).to.deep.equal(written);
        expect({ upstream, consumers }).to.deep.equal({
            upstream: "http://paperless:8000",
            consumers: [{ name: "paperless", redisIndex: 2 }],
        });
    });

    it("shows the topology that its command draws; UPDATE_DOCS=1 draws it again", async () => {
        writeFileSync(join(copy, "Pulumi.prod.yaml"), stackFile);
        const [graph = ""] = commands.filter((command) => command.includes(" graph "));
        const drawn = await run(graph);
        const picture = join(projectRoot, "docs/pictures/tutorial.svg");
        if (process.env.UPDATE_DOCS === "1") writeFileSync(picture, drawn);
        expect(drawn).to.equal(readFileSync(picture, "utf8"));
    });
});
