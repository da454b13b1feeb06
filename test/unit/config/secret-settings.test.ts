import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { errorOf } from "../../support/bad-configuration";

describe("settings of which the stack's file has some encrypted", () => {
    const home = process.cwd();
    let folder = "";
    before(() => process.chdir((folder = mkdtempSync(join(tmpdir(), "settings-")))));
    after(() => {
        process.chdir(home);
        rmSync(folder, { recursive: true });
    });

    /** The error for settings, and for what of them the file has encrypted. */
    async function errorFor(settings: object, file: unknown): Promise<string | undefined> {
        writeFileSync("Pulumi.dev.yaml", JSON.stringify({ config: { "authentik-stack:settings": file } }));
        return await errorOf({ url: "https://a.example.com", admin: { email: "a@example.com" }, settings }, [
            "settings",
        ]);
    }
    const secure = "v1:encrypted";

    it("may have texts among them that authentik does not call secrets", async () => {
        const email = { username: "me", password: "hunter2" };
        expect(await errorFor({ email }, { email: { username: { secure }, password: { secure } } })).to.equal(
            undefined,
        );
    });

    it("have what parts of authentik read from no file in plain text", async () => {
        const error = await errorFor(
            { error_reporting: { enabled: "true" }, listen: { trusted_proxy_cidrs: "10.0.0.0/8" } },
            {
                error_reporting: { enabled: { secure } },
                listen: { trusted_proxy_cidrs: { secure } },
            },
        );

        expect(error).to.match(/^2 problems /);
        expect(error).to.contain(
            "settings.error_reporting.enabled = [secret] is set as a secret, but parts of authentik",
        );
    });

    it("are refused where another one in plain text is what authentik calls a secret", async () => {
        const s3 = { access_key: "mine", secret_key: "hunter2" };
        const error = await errorFor({ storage: { s3 } }, { storage: { s3: { ...s3, secret_key: { secure } } } });

        expect(error).to.match(/^1 problem /);
        expect(error).to.contain("settings.storage.s3.access_key = [secret] is a secret of authentik in plain text");
    });

    it("stand beside secrets of which each has to be encrypted", async () => {
        const secrets = { "secret-key": "x".repeat(60), "redis-password": "y".repeat(60) };
        const file = { "secret-key": { secure }, "redis-password": secrets["redis-password"] };
        writeFileSync("Pulumi.dev.yaml", JSON.stringify({ config: { "authentik-stack:secrets": file } }));
        const error = await errorOf({ url: "https://a.example.com", admin: { email: "a@example.com" }, secrets }, [
            "secrets",
        ]);

        expect(error).to.contain("secrets.redis-password = [secret] is in plain text");
        expect(error).to.not.contain("secrets.secret-key = [secret] is in plain text");
        expect(error).to.not.contain("yyy");
    });

    it("are refused where they are encrypted as one and hold nothing that authentik calls a secret", async () => {
        expect(await errorFor({ log_level: "info" }, { secure })).to.contain("none of them is a secret of authentik");
        expect(await errorFor({ email: { password: "hunter2" } }, { secure })).to.equal(undefined);
    });
});
