import { expect } from "chai";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBackend, prepareBackend } from "../../../cli/engine/backend";

describe("backend", () => {
    let root = "";
    beforeEach(() => (root = mkdtempSync(join(tmpdir(), "backend-"))));
    afterEach(() => rmSync(root, { recursive: true }));

    it("is a folder of the project when nobody is logged in", () => {
        const backend = findBackend(root, { PULUMI_HOME: join(root, "home") });

        expect(backend.folder).to.equal(join(root, ".local/state"));
        expect(backend.env).to.deep.equal({
            PULUMI_BACKEND_URL: `file://${root}/.local/state`,
            PULUMI_CONFIG_PASSPHRASE_FILE: join(root, ".local/passphrase"),
        });
    });

    it("is the user's own if a variable or a login names one", () => {
        writeFileSync(join(root, "credentials.json"), JSON.stringify({ current: "https://pulumi.example" }));
        const login = findBackend(root, { PULUMI_HOME: root });
        const token = findBackend(root, { PULUMI_ACCESS_TOKEN: "pul-x", PULUMI_API: "https://api.example" });
        const bucket = findBackend(root, { PULUMI_BACKEND_URL: "s3://bucket", PULUMI_CONFIG_PASSPHRASE_FILE: "/own" });

        expect(login).to.deep.equal({ asksPassphrase: false, description: "https://pulumi.example", env: {} });
        expect(token.description).to.equal("https://api.example");
        expect(bucket).to.deep.equal({ asksPassphrase: true, description: "s3://bucket", env: {} });
    });

    it("is that of Pulumi.yaml, before a login and after the variable", () => {
        writeFileSync(join(root, "credentials.json"), JSON.stringify({ current: "https://pulumi.example" }));
        const named = (url: string, environment: NodeJS.ProcessEnv = {}) => {
            writeFileSync(join(root, "Pulumi.yaml"), `name: x\nbackend:\n  url: ${url}\n`);
            return findBackend(root, { PULUMI_HOME: root, PULUMI_CONFIG_PASSPHRASE: "own", ...environment });
        };

        expect(named("s3://bucket")).to.deep.equal({
            ...{ asksPassphrase: true, description: "s3://bucket" },
            env: { PULUMI_BACKEND_URL: "s3://bucket" },
        });
        for (const relative of ["file://./states", "file://states"])
            expect(named(relative).env.PULUMI_BACKEND_URL).to.equal(`file://${root}/states`);
        expect(named("https://cloud.example", { PULUMI_ACCESS_TOKEN: "pul-x" }).description).to.equal(
            "https://cloud.example",
        );
        expect(named("s3://bucket", { PULUMI_BACKEND_URL: "gs://other" })).to.deep.include({
            ...{ description: "gs://other", env: {} },
        });
    });

    it("creates a passphrase once, readable only by its owner", () => {
        const backend = findBackend(root, { PULUMI_HOME: root });
        const file = join(root, ".local/passphrase");

        prepareBackend(backend);
        const passphrase = readFileSync(file, "utf8");
        prepareBackend(backend);

        expect(passphrase.trim().length).to.be.greaterThan(30);
        expect(readFileSync(file, "utf8")).to.equal(passphrase);
        expect(statSync(file).mode & 0o777).to.equal(0o600);
    });

    it("creates no new passphrase for a state that needs the old one", () => {
        const backend = findBackend(root, { PULUMI_HOME: root });
        prepareBackend(backend);
        writeFileSync(join(root, ".local/state/meta"), "");
        rmSync(join(root, ".local/passphrase"));

        expect(() => prepareBackend(backend)).to.throw("passphrase is missing");
        expect(existsSync(join(root, ".local/passphrase"))).to.equal(false);
    });
});
