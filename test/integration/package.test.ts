import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stackConfig } from "../../config/load";
import { DockerConnection } from "../../engine/connection";
import { openStack, projectRoot } from "../../cli/workplace";
import { run } from "../../cli/run";
import { container, docker, running } from "./support/host";
import { Operation } from "./support/operation";
import { freePorts } from "./support/ports";
import { SmallStack } from "./support/small-stack";
import { type Bench, openBench } from "./support/workplace";
import { exampleProgram } from "../support/public-face";

const oidc = { type: "oidc", redirectUris: ["http://wiki.localhost/callback"] };

/** The component as a program has it that runs in another process: what Pulumi generates for each language. */
class Remote extends pulumi.ComponentResource {
    declare public readonly url: pulumi.Output<string>;
    declare public readonly applications: pulumi.Output<unknown>;

    public constructor(name: string, args: pulumi.Inputs) {
        super(
            "authentik-stack:index:AuthentikStack",
            name,
            { url: undefined, applications: undefined, ...args },
            {},
            true,
        );
    }
}

/** Nothing listens there. */
const nowhere = "tcp://127.0.0.1:1";

/** How a program that is checked strictly calls the compiler. */
const strictly = "--strict --noEmit --pretty false --module nodenext --target es2023 --types node".split(" ");

/** A program of another repository, with the components as a package: examples/library, on the packed tarball. */
describe("the packed components", () => {
    let folder: string;
    let installed: string;
    before(async function () {
        this.timeout(600_000);
        folder = mkdtempSync(join(tmpdir(), "authentik-stack-package-"));
        installed = join(folder, "node_modules/authentik-stack");
        await npm(projectRoot, "pack", "--pack-destination", folder);
        const [tarball = ""] = readdirSync(folder);
        cpSync(join(projectRoot, "examples/library"), folder, {
            recursive: true,
            filter: (path) => !/node_modules|package-lock/.test(path),
        });
        const about = readFileSync(join(folder, "package.json"), "utf8");
        writeFileSync(join(folder, "package.json"), about.replace("file:../..", `file:${tarball}`));
        await npm(folder, "install", "--prefer-offline");
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    it("are the compiled components with what they read, and nothing else", () => {
        const files = readdirSync(installed, { recursive: true, encoding: "utf8" });
        expect(readdirSync(installed)).to.include.members(["dist", "package.json"]);
        expect(files).to.include.members([
            ...["index.js", "index.d.ts", "index.js.map"].map((file) => `dist/components/${file}`),
            ...["probe.py", "devices.py", "apply.py", "existing.py", "compare.py", "backup.sh"].map(
                (file) => `dist/authentik/${file}`,
            ),
        ]);
        expect(
            files.filter((file) => /(^|\/)(test|tools|offline|examples|out|\.local)\/|Pulumi|(?<!\.d)\.ts$/.test(file)),
        ).to.be.empty;
    });

    it("have declarations that a program is checked against, strictly", async () => {
        writeFileSync(
            join(folder, "wrong.ts"),
            'import { stackConfig } from "authentik-stack"; stackConfig({ uri: "" });',
        );
        const checked = await run("npx", ["tsc", ...strictly, "index.ts", "wrong.ts"], { cwd: folder })
            // The first line has the command.
            .catch((error: Error) => error.message.split("\n").slice(1));
        expect(checked).to.have.lengthOf(1);
        expect(checked[0]).to.match(/wrong\.ts.*'uri' does not exist in type 'ConfigInput'/);
    });

    it("are shown by examples that hold, in their docstrings and in docs/library.md", async () => {
        const shown = readFileSync(join(projectRoot, "docs/library.md"), "utf8").matchAll(/```ts\n(.*?)```/gs);
        const programs = [exampleProgram(), ...[...shown].map(([, text]) => text ?? "")];
        const names = programs.map((text, index) => {
            writeFileSync(join(folder, `shown-${index}.ts`), text);
            return `shown-${index}.ts`;
        });
        expect(names).to.have.length.greaterThan(2);
        await run("npx", ["tsc", ...strictly, ...names], { cwd: folder });
    });

    it("make a whole authentik in a preview, without a Docker engine", async () => {
        const { created, errors } = await preview("http://authentik.localhost:9000");
        expect(errors).to.equal("");
        expect(created).to.include.members([
            ...["auth", "auth-networks-db", "auth-postgres-server", "auth-release", "auth-server", "auth-worker"],
            ...["auth-ak-outpost-home", "auth-blueprints-applied", "auth-serving-proven"],
        ]);
    });

    it("report what is wrong with the values they are given before anything is made", async () => {
        const { created, errors } = await preview("authentik.localhost");
        expect(errors).to.match(/in the configuration; nothing was changed/);
        expect(errors).to.contain('stackConfig:url = "authentik.localhost" must be an http or https URL');
        expect(created.filter((name) => name.startsWith("auth"))).to.deep.equal([]);
    });

    it("are a Pulumi package for any language, whose containers are waited for as well", async () => {
        // The folder has what npm installs in plugin/: the packed components, and one SDK.
        cpSync(join(projectRoot, "plugin/PulumiPlugin.yaml"), join(folder, "PulumiPlugin.yaml"));
        const { main } = JSON.parse(readFileSync(join(projectRoot, "plugin/package.json"), "utf8")) as { main: string };
        const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as object;
        writeFileSync(join(folder, "package.json"), JSON.stringify({ ...about, main }));
        const prefix = "it-p-";
        const [port = 0] = await freePorts(1);
        const makeIn = ({ images }: Bench) => {
            const { url, applications } = new Remote(`${prefix}auth`, {
                version: "2025.8.4",
                url: `http://authentik.localhost:${port}`,
                admin: { email: "admin@example.com" },
                prefix,
                images: { server: images.server, postgres: images.postgres, redis: images.redis },
                server: { ports: [{ port, ip: "127.0.0.1" }] },
                backup: { run: false },
                protectData: false,
                applications: [{ slug: "wiki", name: "Wiki", launchUrl: "http://wiki.localhost", provider: oidc }],
            });
            return Promise.resolve({ url, applications });
        };
        const stack = await SmallStack.open(prefix, (bench) => () => makeIn(bench), { "authentik-stack": folder });
        try {
            await stack.up();
            const { url, applications } = await stack.outputs();
            expect(url?.value).to.equal(`http://authentik.localhost:${port}`);
            expect(applications).to.have.property("secret", true);
            expect(applications?.value)
                .to.have.nested.property("wiki.oidc.clientSecret")
                .that.has.length.greaterThan(20);

            await docker("stop", (await container(`${prefix}auth-worker`)).id);
            const { changes } = await stack.up();
            expect(changes).to.include(`update ${prefix}auth-worker-healthy`);
            expect(await running(`${prefix}auth-worker`)).to.have.lengthOf(1);
        } finally {
            await stack.close();
        }
    });

    async function preview(url: string): Promise<{ created: string[]; errors: string }> {
        const { pulumi } = await openBench();
        const state = join(folder, "state");
        mkdirSync(state, { recursive: true });
        const env = { PULUMI_BACKEND_URL: `file://${state}`, PULUMI_CONFIG_PASSPHRASE: "of an integration test" };
        const backend = { folder: state, asksPassphrase: true, description: state, env };
        const config = { "sign-in:url": url, "sign-in:email": "admin@example.com" };
        writeFileSync(join(folder, "Pulumi.dev.yaml"), JSON.stringify({ config }));
        const docker = { host: nowhere, version: "none", connection: new DockerConnection({ host: nowhere }) };
        const { stack, options } = await openStack({ docker, pulumi, backend }, "dev", folder);
        const record = new Operation();
        await stack.preview({ ...options, onEvent: record.onEvent }).catch(() => undefined);
        const created = record.changes.map((change) => change.replace(/^create /, ""));
        return { created, errors: record.errors };
    }
});

describe("a configuration from plain values", () => {
    const least = { url: "https://auth.example.com", admin: { email: "admin@example.com" } };
    const external = { ...least, postgres: { external: { host: "db.example.com" } } };

    it("has the defaults of a stack's file", () => {
        expect(stackConfig(least)).to.deep.include({ version: "2026.2.7", prefix: "", outposts: [], secrets: {} });
    });

    it("accepts secrets that are not known yet, and reports missing ones", () => {
        const password = pulumi.secret("of another stack");
        const { secrets, postgres } = stackConfig({ ...external, secrets: { "database/authentik": password } });
        expect(secrets["database/authentik"]).to.equal(password);
        expect(postgres.external).to.deep.include({ port: 5432, database: "authentik" });
        expect(() => stackConfig(external)).to.throw(
            pulumi.RunError,
            "stackConfig:secrets.database/authentik is missing",
        );
    });

    it("shows no secret when it refuses one", () => {
        const refused: Record<string, string>[] = [{ "secret-key": "hunter" }, { nosuch: "hunter2hunter2" }];
        for (const secrets of refused)
            expect(() => stackConfig({ ...least, secrets })).to.throw(/^1 problem .*\n.* = \[secret\] (?!.*hunter)/);
    });
});

/** Runs npm, which at times waits for ever, and has it try again. */
async function npm(cwd: string, ...args: string[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
        try {
            const signal = AbortSignal.timeout(180_000);
            await run("npm", [...args, "--no-audit", "--no-fund"], { cwd, signal });
            return;
        } catch (error) {
            if (attempt === 3) throw error;
        }
    }
}
