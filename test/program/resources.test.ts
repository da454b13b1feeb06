import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { devWith } from "../support/configuration";
import { container } from "../support/find";
import { type Run, runProgram } from "../support/mocks";
import { sentinel } from "../support/provider";
import { itOnHost, onEach } from "../support/runtimes";

/** Names of the resources by type, without the packages that the types are of. */
function byType({ resources }: Run<object>): Record<string, string[]> {
    const names: Record<string, string[]> = {};
    for (const { type, name } of resources) (names[type.split(":").at(-1) ?? type] ??= []).push(name);
    return names;
}

const roles = ["frontend", "backend", "db"];

onEach("the program, with the development configuration", () => {
    let run: Run<object>;
    before(async () => {
        run = await runProgram();
    });

    itOnHost("creates exactly these resources", () => {
        expect(byType(run)).to.deep.equal({
            AuthentikStack: ["authentik"],
            Networks: ["authentik-networks"],
            Network: roles.map((role) => `authentik-networks-${role}`),
            Postgres: ["authentik-postgres"],
            Redis: ["authentik-redis"],
            Server: ["authentik-server"],
            Worker: ["authentik-worker"],
            Blueprints: ["authentik-blueprints"],
            Backups: ["authentik-backups"],
            Outpost: ["authentik-ak-outpost-organizr", "authentik-ak-outpost-cwad"],
            Serving: ["authentik-serving"],
            Container: [
                "authentik-postgres-server",
                "authentik-redis-server",
                "authentik-server",
                "authentik-worker",
                "authentik-ak-outpost-organizr",
                "authentik-ak-outpost-cwad",
                "authentik-backups-container",
            ],
            Volume: [
                "authentik-postgres-data",
                "authentik-postgres-socket",
                "authentik-redis-data",
                "authentik-media",
                "authentik-templates",
                "authentik-certificates",
                "authentik-ak-outpost-organizr-sessions",
                "authentik-ak-outpost-cwad-sessions",
                "authentik-backups-data",
            ],
            RandomPassword: [
                "authentik-postgres-postgres",
                "authentik-postgres-database-authentik",
                "authentik-postgres-database-paperless",
                "authentik-postgres-database-n8n",
                "authentik-postgres-backup",
                "authentik-label-key",
                "authentik-redis-redis",
                "authentik-redis-redis-paperless",
                "authentik-redis-redis-n8n",
                "authentik-secret-key",
                "authentik-admin-password",
                "authentik-api-token",
                "authentik-outpost-ak-outpost-organizr",
                "authentik-outpost-ak-outpost-cwad",
            ],
            Stash: [
                "prefix",
                "authentik-postgres-server-healthy",
                "authentik-postgres-databases",
                "authentik-redis-server-healthy",
                "authentik-release",
                "authentik-server-healthy",
                "authentik-worker-healthy",
                "authentik-blueprints-applied",
                "authentik-ak-outpost-organizr-healthy",
                "authentik-ak-outpost-cwad-healthy",
                "authentik-backups-container-healthy",
                "authentik-serving-proven",
            ],
        });
    });

    it("has one component at its root, and under it everything else but the key of the labels and the memory of the prefix", () => {
        const roots = run.resources.filter(({ options }) => options.parent === undefined);

        expect(roots.map(({ name }) => name)).to.have.members(["authentik", "authentik-label-key", "prefix"]);
    });

    it("makes its components of a type of its own, with no input but protectData and no secret in their state", () => {
        const components = run.resources.filter(({ type }) => type.startsWith("authentik-stack:"));

        expect(components).to.have.length(11);
        for (const { type, name, inputs, props, outputs } of components) {
            expect(type, name).to.match(/^authentik-stack:index:[A-Z]\w+$/);
            const shown = name === "authentik" ? { protectData: true } : {};
            expect({ ...inputs, ...props }, name).to.deep.equal(shown);
            expect(outputs, `${name} registers its outputs`).to.be.an("object");
            expect(JSON.stringify(outputs), name)
                .to.not.contain(sentinel)
                .and.not.contain(pulumi.runtime.specialSigKey);
        }
    });

    it("names children after their parent", () => {
        // The memory of the prefix has a name without it, by which a stack with another one finds it.
        for (const { urn, name } of run.resources.filter(({ name }) => name !== "prefix"))
            expect(name, urn).to.match(/^authentik(-|$)/);
    });

    it("names no resource twice within a type", () => {
        const urns = run.resources.map(({ type, name }) => `${type} ${name}`);

        expect(new Set(urns).size).to.equal(urns.length);
    });
});

onEach("the program, with another configuration", () => {
    itOnHost("makes no outpost where none is configured, and still proves that a person can sign in", async () => {
        const made = byType(await runProgram({ configuration: devWith({ outposts: [], applications: [] }) }));

        expect(made).to.not.have.property("Outpost");
        expect(made.Container).to.deep.equal([
            "authentik-postgres-server",
            "authentik-redis-server",
            "authentik-server",
            "authentik-worker",
            "authentik-backups-container",
        ]);
        expect(made.Serving).to.deep.equal(["authentik-serving"]);
        expect(made.RandomPassword?.filter((name) => name.includes("outpost"))).to.deep.equal([]);
    });

    it("makes no database, user or secret for consumers where there are none", async () => {
        const made = byType(await runProgram({ configuration: devWith({ consumers: undefined }) }));

        expect(made.RandomPassword?.filter((name) => /paperless|n8n|redis-redis-/.test(name))).to.deep.equal([]);
    });

    it("gives its PostgreSQL connections for two busy generations, or as many as are configured", async () => {
        const commandOf = async (changes: Record<string, unknown>) =>
            container((await runProgram({ configuration: devWith(changes) })).resources, "authentik-postgres-server")
                .inputs.command;

        expect(await commandOf({})).to.deep.equal(["postgres", "-c", "max_connections=300"]);
        expect(await commandOf({ "postgres.connections": 500 })).to.include("max_connections=500");
    });

    itOnHost("makes no network that it adopts, and joins it by its name", async () => {
        const changes = { "networks.frontend": { name: "proxy_net", adopt: true }, prefix: "staging-" };
        const run = await runProgram({ configuration: devWith(changes) });

        expect(byType(run).Network).to.deep.equal([
            "staging-authentik-networks-backend",
            "staging-authentik-networks-db",
        ]);
        const server = run.resources.find(({ type, name }) => /Container$/.test(type) && name.endsWith("k-server"));
        const joined = (server?.inputs.networksAdvanced as { name: string }[]).map(({ name }) => name);
        expect(joined).to.deep.equal([
            "proxy_net",
            "staging-authentik-networks-backend-id",
            "staging-authentik-networks-db-id",
        ]);
    });
});
