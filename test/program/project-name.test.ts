import { expect } from "chai";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../config/load";
import { authentikStack, copyProject } from "../support/project-copy";

describe("a project that is not called authentik-stack, as `pulumi new` makes it", function () {
    this.timeout(60_000);
    const values = { "home:url": "https://auth.example.com", "home:admin": '{"email":"admin@example.com"}' };
    const load = (more: Record<string, string> = {}) =>
        loadConfig({
            namespace: "home",
            values: { ...values, ...more },
            isSecret: () => false,
            secretSettings: () => undefined,
        });

    it("has keys that begin with its own name", () => {
        expect(load().url).to.equal("https://auth.example.com");
    });

    it("does not overlook keys with the first name, and says how to rename them", () => {
        expect(() => load({ "authentik-stack:prefix": "staging-" })).to.throw(
            /^The project is called home in Pulumi\.yaml.*sed -i 's\/authentik-stack:\/home:\/'/,
        );
    });

    it("has commands that read and write its keys", async () => {
        const folder = mkdtempSync(join(tmpdir(), "authentik-stack-home-"));
        try {
            const copy = join(folder, "project");
            copyProject(copy, ["test", "docs", "offline"]);
            const file = join(copy, "Pulumi.yaml");
            writeFileSync(file, readFileSync(file, "utf8").replace(/^name: .*$/m, "name: home"));
            const answers = ["--way", "proxy", "--url", "https://auth.example.com", "--email", "admin@example.com"];

            const made = await authentikStack(copy, ["init", "prod", ...answers, "--app", "paperless", "--yes"]);
            expect(made.code, made.stderr).to.equal(0);
            const text = readFileSync(join(copy, "Pulumi.prod.yaml"), "utf8");
            expect(text).to.contain("home:url: https://auth.example.com").and.not.contain("authentik-stack:");

            const drawn = await authentikStack(copy, ["graph", "prod"]);
            expect(drawn.code, drawn.stderr).to.equal(0);
            expect(drawn.stdout).to.contain("paperless");

            const former = await authentikStack(copy, ["graph", "dev"]);
            expect(former.code).to.equal(1);
            expect(former.stderr).to.contain("sed -i 's/authentik-stack:/home:/'");
        } finally {
            rmSync(folder, { recursive: true, force: true });
        }
    });
});
