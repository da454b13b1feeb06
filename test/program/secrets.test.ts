import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { loadConfig } from "../../config/load";
import { secretsOf } from "../../config/secrets";
import { devWith } from "../support/configuration";
import { all, container, environmentOf, namesOf, recordOf } from "../support/find";
import { contentOf, filesOf } from "../support/files";
import { type Run, runProgram, startMocks } from "../support/mocks";
import { generated, sentinel } from "../support/provider";
import { itOnHost, onEach } from "../support/runtimes";

onEach("the program's secrets", () => {
    let run: Run<object>;
    before(async () => {
        run = await runProgram();
    });

    it("are in no input of any resource", () => {
        for (const { urn, inputs } of run.resources) expect(JSON.stringify(inputs), urn).to.not.contain(sentinel);
    });

    itOnHost(
        "do not make any part of a container secret, and only the digest of a step, so that a preview shows what changes",
        () => {
            const digested = all(run.resources, "step").filter((made) => recordOf(made).secrets !== undefined);
            for (const { urn, secretInputs } of run.resources)
                expect(secretInputs, urn).to.deep.equal(digested.some((made) => made.urn === urn) ? ["input"] : []);
            expect(digested.map(({ name }) => name)).to.deep.equal(
                ["postgres-databases", "release", "blueprints-applied", "serving-proven"].map(
                    (name) => `authentik-${name}`,
                ),
            );
        },
    );

    it("reach authentik as files that its settings name", async () => {
        for (const name of ["authentik-server", "authentik-worker"]) {
            const environment = environmentOf(container(run.resources, name));
            const content = (variable: string) => {
                const path = environment[variable]?.replace(/^file:\/\//, "");
                return contentOf(run.resources, name, path);
            };
            expect(await content("AUTHENTIK_SECRET_KEY")).to.equal(generated("authentik-secret-key"));
            expect(await content("AUTHENTIK_POSTGRESQL__PASSWORD")).to.equal(
                generated("authentik-postgres-database-authentik"),
            );
            expect(await content("AUTHENTIK_REDIS__PASSWORD")).to.equal(generated("authentik-redis-redis"));
        }
    });

    it("give each outpost its own token, as a file", async () => {
        for (const outpost of ["ak-outpost-organizr", "ak-outpost-cwad"]) {
            const name = `authentik-${outpost}`;
            const [file, ...others] = await filesOf(run.resources, name);
            expect(others).to.deep.equal([]);
            expect(file?.content).to.equal(generated(`authentik-outpost-${outpost}`));
            expect(environmentOf(container(run.resources, name)).AUTHENTIK_TOKEN).to.equal(`file://${file?.path}`);
        }
    });

    it("give nobody the administrator's password or token, nor the superuser's of PostgreSQL", async () => {
        const given: [string, string][] = [];
        for (const name of namesOf(run.resources, "container"))
            given.push([name, JSON.stringify(await filesOf(run.resources, name))]);
        const holders = (secret: string) =>
            given.filter(([, files]) => files.includes(generated(secret))).map(([name]) => name);

        expect(holders("authentik-admin-password")).to.deep.equal([]);
        expect(holders("authentik-api-token")).to.deep.equal([]);
        expect(holders("authentik-postgres-postgres")).to.deep.equal(["authentik-postgres-server"]);
        expect(holders("authentik-postgres-database-n8n")).to.deep.equal([]);
    });

    it("are generated long, of letters and digits", () => {
        const passwords = all(run.resources, "password");

        expect(passwords).to.not.have.length(0);
        for (const { name, inputs } of passwords) expect(inputs, name).to.deep.equal({ length: 50, special: false });
    });

    it("are taken from the configuration where it supplies them, and then not generated", async () => {
        const secrets = { "secret-key": "supplied-secret-key", "outpost/ak-outpost-cwad": "supplied-token" };

        const { resources } = await runProgram({ configuration: devWith({ secrets }), secretKeys: ["secrets"] });

        const names = namesOf(resources, "password");
        expect(names).to.not.include("authentik-secret-key").and.not.include("authentik-outpost-ak-outpost-cwad");
        const [token] = await filesOf(resources, "authentik-ak-outpost-cwad");
        expect(token?.content).to.equal("supplied-token");
        const given = await filesOf(resources, "authentik-server");
        expect(given.map(({ content }) => content)).to.include("supplied-secret-key");
    });

    it("are generated again when their rotation number changes", async () => {
        const rotation = { "database/n8n": 2 };

        const { resources } = await runProgram({ configuration: devWith({ rotation }) });

        const rotated = all(resources, "password").filter(({ inputs }) => inputs.keepers !== undefined);
        expect(rotated.map(({ name, inputs }) => [name, inputs.keepers])).to.deep.equal([
            ["authentik-postgres-database-n8n", { generation: "2" }],
        ]);
    });
});

onEach("the one list of secrets", () => {
    const outpost = (type: string) => ({ name: `ak-${type}`, type, networks: ["frontend"] });
    const app = (slug: string, provider: object) => ({ slug, name: slug, provider });
    const everything = {
        outposts: ["ldap", "radius"].map(outpost),
        applications: [
            app("directory", { type: "ldap", outpost: "ak-ldap" }),
            app("wifi", { type: "radius", outpost: "ak-radius" }),
            app("wiki", { type: "oidc", redirectUris: ["https://wiki.example.com/cb"] }),
            app("cli", { type: "oidc", public: true, redirectUris: ["http://localhost:8400/cb"] }),
            app("saml", { type: "saml", acsUrl: "https://saml.example.com/acs" }),
        ],
    };

    for (const [what, changes] of Object.entries<Record<string, unknown>>({
        "the development stack": {},
        "every kind of secret": everything,
        "a release without Redis": { version: "2026.2.0", consumers: [{ name: "wiki" }] },
        "a release without Redis that consumers want": { version: "2026.2.0" },
        "databases of another stack": {
            postgres: { stack: { name: "organization/authentik-stack/shared", consumer: "staging" } },
            redis: { stack: { name: "organization/authentik-stack/shared", consumer: "staging" } },
            consumers: [],
        },
    })) {
        it(`is what is generated: ${what}`, async () => {
            const password = pulumi.secret("not-ours-not-ours");
            const other = { host: "other", port: 1, database: "staging", index: 3, user: "staging", password };
            const stacks = {
                "organization/authentik-stack/shared": { databases: { staging: other }, redis: { staging: other } },
            };
            const configuration = devWith(changes);
            const { resources } = await runProgram({ configuration, stacks });
            await startMocks({ configuration, stacks });
            const listed = secretsOf(loadConfig()).map(({ name }) => name.replaceAll("/", "-"));

            const names = namesOf(resources, "password")
                // The key of labels is shown to nothing.
                .filter((name) => name !== "authentik-label-key")
                .map((name) => name.replace(/^authentik-((postgres|redis)-(?=postgres$|backup$|redis|database))?/, ""));
            expect(names.toSorted()).to.deep.equal(listed.toSorted());
        });
    }
});
