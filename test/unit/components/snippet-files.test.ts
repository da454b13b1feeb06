import { expect } from "chai";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { writeSnippets } from "../../../components/snippet-files";

describe("files with snippets", () => {
    const parent = mkdtempSync(join(tmpdir(), "snippets-"));
    const folder = join(parent, "dev");
    after(() => rmSync(parent, { recursive: true }));

    it("are one for each application and reverse proxy, and none for an application without", () => {
        const snippets = { npm: "for npm", nginx: "for nginx", traefik: "for traefik", caddy: "for caddy" };

        const applications = { wiki: { url: "https://wiki.example.com", snippets }, paperless: { url: "" } };
        writeSnippets(folder, { applications, outposts: {} });

        expect(readdirSync(folder).sort()).to.deep.equal(
            ["caddy", "nginx", "npm", "traefik"].map((proxy) => `wiki.${proxy}.txt`),
        );
        expect(readFileSync(join(folder, "wiki.npm.txt"), "utf8")).to.equal("for npm");
    });

    it("are one for each way to run an outpost that is elsewhere", () => {
        const here = { token: "", addresses: {}, applications: [] };
        const there = { ...here, snippets: { "docker-run": "docker run", compose: "services:" } };

        writeSnippets(folder, { applications: {}, outposts: { here, there } });

        expect(readdirSync(folder).sort()).to.deep.equal(["there.compose.txt", "there.docker-run.txt"]);
    });

    it("are one for Autorestic", () => {
        writeSnippets(folder, { applications: {}, outposts: {}, autorestic: "version: 2\n" });

        expect(readFileSync(join(folder, "autorestic.yml"), "utf8")).to.equal("version: 2\n");
    });

    it("have the root certificate until it is another one, and not where there is none", async () => {
        const write = (rootCertificate?: pulumi.Output<string>) =>
            writeSnippets(folder, { applications: {}, outposts: {}, rootCertificate });
        const root = () => readFileSync(join(folder, "root.crt"), "utf8");
        write(pulumi.output("the first"));
        await eventually(() => expect(root()).to.equal("the first"));

        write(pulumi.output(new Promise<string>(() => undefined)));
        expect(root(), "in an update that has not come so far").to.equal("the first");
        write(pulumi.output("the second"));
        await eventually(() => expect(root()).to.equal("the second"));
        write();

        expect(readdirSync(parent)).to.deep.equal([]);
    });

    it("stay where a container has them mounted, by the folder or one by one, and others go", () => {
        const write = (autorestic: string, monitoring?: { prometheus: string; alerts: string; dashboard: string }) =>
            writeSnippets(folder, { applications: {}, outposts: {}, autorestic, monitoring });
        write("version: 1\n", { prometheus: "scrape_configs:\n", alerts: "groups:\n", dashboard: "{}" });
        const inodes = () => [folder, join(folder, "autorestic.yml")].map((path) => statSync(path).ino);
        const before = inodes();

        write("version: 2\n");

        expect(inodes()).to.deep.equal(before);
        expect(readdirSync(folder)).to.deep.equal(["autorestic.yml"]);
        expect(readFileSync(join(folder, "autorestic.yml"), "utf8")).to.equal("version: 2\n");
    });

    it("leave alone what somebody else has put beside them", () => {
        const others = ["mine.txt", "rules", "web.yml"];
        mkdirSync(join(folder, "rules"), { recursive: true });
        for (const name of ["mine.txt", "web.yml", "old.npm.txt"]) writeFileSync(join(folder, name), "");

        writeSnippets(folder, { applications: {}, outposts: {}, autorestic: "version: 2\n" });
        expect(readdirSync(folder).sort()).to.deep.equal(["autorestic.yml", ...others]);
        writeSnippets(folder, { applications: {}, outposts: {} });
        expect(readdirSync(folder).sort()).to.deep.equal(others);
        rmSync(folder, { recursive: true });
    });

    it("go with what is configured no longer", () => {
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, "old.npm.txt"), "");

        writeSnippets(folder, { applications: {}, outposts: {} });

        expect(readdirSync(parent)).to.deep.equal([]);
    });
});

/** Waits until an assertion holds, for a second. */
async function eventually(assertion: () => void): Promise<void> {
    for (let tries = 0; tries < 20; tries++) {
        try {
            assertion();
            return;
        } catch {
            await sleep(50);
        }
    }
    assertion();
}
