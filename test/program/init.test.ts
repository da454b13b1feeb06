import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { presetNames } from "../../authentik/presets";
import { configurationOf } from "../../cli/graph/record";
import {
    type Answers,
    fileText,
    readApplications,
    schedules,
    suggestedApplicationUrl,
    suggestedUrl,
    type Way,
    ways,
} from "../../cli/init/answers";

describe("the file of a new stack", () => {
    const answers = (way: Way, more: Partial<Answers> = {}): Answers => ({
        ...{ way, url: suggestedUrl(way), email: "admin@example.com", applications: {} },
        ...{ backups: "daily", prefix: "" },
        ...more,
    });

    it("is one that the program takes, for every way in and every schedule", () => {
        for (const way of Object.keys(ways) as Way[])
            for (const backups of schedules) {
                const config = configurationOf(fileText(answers(way, { backups })));
                expect(config.backup.run).to.equal(backups !== "none");
                expect(config.gateway === undefined).to.equal(way !== "gateway");
            }
    });

    it("is one that the program takes, with every application that has a preset", () => {
        const url = "https://auth.example.com";
        const applications = readApplications(presetNames, url);
        const config = configurationOf(fileText(answers("gateway", { url, applications })));
        expect(config.applications.map(({ slug }) => slug)).to.have.members(presetNames);
    });

    it("publishes the port that the URL names on this machine, and 9000 for a reverse proxy", () => {
        const local = configurationOf(fileText(answers("local", { url: "http://auth.localhost:9123", prefix: "x-" })));
        expect(local.server.ports.map(({ port }) => port)).to.deep.equal([9123]);
        expect(local.prefix).to.equal("x-");
        expect(configurationOf(fileText(answers("proxy"))).server.ports.map(({ port }) => port)).to.deep.equal([9000]);
    });

    it("has applications beside authentik, or where they are said to be", () => {
        expect(suggestedApplicationUrl("paperless", "https://auth.example.com:8443")).to.equal(
            "https://paperless.example.com",
        );
        expect(readApplications(["paperless=https://docs.example.org/a=b"], "https://auth.example.com")).to.deep.equal({
            paperless: "https://docs.example.org/a=b",
        });
        expect(() => readApplications(["paperles"], "https://auth.example.com")).to.throw(
            /no preset paperles.*paperless/,
        );
    });

    it("is not that of the rehearsal, and what `--yes` has no suggestion for has to be given", () => {
        const init = (...args: string[]) =>
            spawnSync(process.execPath, ["--import", "tsx", "cli/init.ts", ...args, "--yes"], {
                cwd: join(__dirname, "../.."),
                encoding: "utf8",
            }).stderr;
        expect(init("rehearsal", "--email", "admin@example.com")).to.contain("rehearsal is the name of the stack with");
        expect(init("of-a-test")).to.contain("Add --email");
    });

    it("is also what Pulumi's own questions make, answered as they suggest", () => {
        const { template } = parse(readFileSync(join(__dirname, "../../Pulumi.yaml"), "utf8")) as {
            template: { config: Record<string, { default: string }> };
        };
        const answered = Object.entries(template.config).map(([key, question]): [string, string] => [
            `authentik-stack:${key}`,
            question.default,
        ]);
        const config = configurationOf(stringify({ config: Object.fromEntries(answered) }));
        expect(config.admin.email).to.equal("admin@example.com");
        expect(config.gateway).to.include({ httpsPort: 8443 });
    });
});
