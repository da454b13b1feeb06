import { expect } from "chai";
import { Postgres, provisionSql } from "../../../components/postgres";
import { handOverProgram } from "../../../ground/hand-over";
import { type FakeEngine, startEngine } from "../../support/engine";
import { container, environmentOf, one, recordOf, step } from "../../support/find";
import { filesOf } from "../../support/files";
import { failureOf, runHooks } from "../../support/hooks";
import { type Run, runUnderMocks } from "../../support/mocks";
import { leavesOf, valueOf } from "../../support/outputs";
import { generated } from "../../support/provider";
import { context, threeNetworks } from "../../support/surroundings";

function make(host?: string, databases = ["authentik", "n8n"]) {
    const shared = context({ prefix: "staging-", host });
    const networks = threeNetworks(shared);
    const limits = { memory: "512m" };
    return new Postgres("pg", { image: "postgres:16-alpine", networks, databases, limits, context: shared });
}

describe("PostgreSQL", () => {
    let run: Run<Postgres>;
    before(async () => {
        run = await runUnderMocks(() => make());
    });

    it("runs as the image's own user, and has its superuser's password in a file that this user can read", async () => {
        const { inputs } = container(run.resources, "pg-server");

        const [file, ...others] = await filesOf(run.resources, "pg-server");
        expect(others).to.deep.equal([]);
        expect(inputs.user).to.equal("postgres");
        expect(environmentOf(container(run.resources, "pg-server"))).to.deep.equal({
            // Where the volume is, also for images from 18 on, which look elsewhere by themselves.
            PGDATA: "/var/lib/postgresql/data",
            POSTGRES_PASSWORD_FILE: file?.path,
        });
        expect(file).to.include({ content: generated("pg-postgres"), uid: 0, gid: 70, mode: 0o440 });
    });

    it("keeps its data on a volume, stands on the databases' network alone and is stopped gracefully", async () => {
        const { resources, result } = run;
        const { inputs } = container(resources, "pg-server");

        expect(await valueOf(result.volume)).to.equal("staging-pg_data");
        expect(inputs.mounts).to.deep.equal([
            { type: "volume", source: "staging-pg_data", target: "/var/lib/postgresql/data" },
            { type: "volume", source: "staging-pg_socket", target: "/var/run/postgresql" },
        ]);
        expect(inputs.networksAdvanced).to.deep.equal([{ name: "nets-db-id", aliases: ["staging-postgres"] }]);
        expect(inputs.destroyGraceSeconds).to.equal(60);
    });

    it("never runs twice on the same data, and gets its volumes handed over", async () => {
        const labels = { "authentik-stack.stack": "authentik-stack/staging-", "authentik-stack.resource": "pg-server" };
        const containers = [{ Id: "before", Labels: labels, Mounts: [{ Name: "staging-pg_data" }] }];
        const engine = await startEngine({ lists: { containers } });
        try {
            const { resources } = await runUnderMocks(() => make(engine.host));
            engine.provide("pg-server-id", "postgres");
            await runHooks(step(resources, "pg-server-healthy"), "beforeCreate");

            const at = (pattern: RegExp) => engine.requests.findIndex((line) => pattern.test(line));
            expect(at(/before\/stop/)).to.be.within(0, at(/pg-server-id\/start/));
            expect(engine.created.map(({ body }) => body.Cmd)).to.deep.equal([
                handOverProgram("postgres", ["/var/lib/postgresql/data", "/var/run/postgresql"]).slice(1),
            ]);
        } finally {
            await engine.close();
        }
    });

    it("is reached under its fixed name by a role that owns its database and has its own password", async () => {
        const connection = run.result.databases.n8n;
        expect(connection).to.include({
            host: "staging-postgres",
            port: 5432,
            database: "n8n",
            user: "n8n",
            sslMode: "disable",
        });
        expect(await leavesOf(connection?.password, "password")).to.deep.equal([
            { path: "password", value: generated("pg-database-n8n"), secret: true },
        ]);
    });

    it("is waited for with its databases by whoever connects", async () => {
        const waited = await Promise.all(
            (run.result.databases.authentik?.dependsOn ?? []).map((resource) => valueOf(resource.urn)),
        );
        expect(waited.map((urn) => urn.split("::").at(-1))).to.deep.equal(["pg-server-healthy", "pg-databases"]);
    });

    it("is another for whoever connects when its container is another", async () => {
        expect(await valueOf(run.result.databases.n8n?.revision ?? "")).to.equal("pg-server-id");
    });

    it("makes its databases through its own socket, and hands every password over in a file", async () => {
        const engine: FakeEngine = await startEngine();
        try {
            const { resources } = await runUnderMocks(() => make(engine.host));

            expect(await failureOf(step(resources, "pg-databases"), "beforeCreate")).to.equal(undefined);

            const [created] = engine.created;
            expect(created?.body).to.deep.include({
                Image: "postgres:16-alpine",
                User: "postgres",
                Entrypoint: ["psql"],
            });
            expect(created?.body.HostConfig).to.deep.include({
                NetworkMode: "none",
                Mounts: [
                    { Type: "volume", Source: "staging-pg_socket", Target: "/var/run/postgresql", ReadOnly: false },
                ],
            });
            const [file] = created?.files ?? [];
            expect(created?.body.Cmd).to.include.members([
                "--host=/var/run/postgresql",
                `--file=${file?.path}`,
                "--set=ON_ERROR_STOP=1",
                "--no-psqlrc",
            ]);
            const passwords = ["pg-database-authentik", "pg-database-n8n"].map(generated);
            expect(file?.content).to.equal(provisionSql(generated("pg-postgres"), ["authentik", "n8n"], passwords));
            expect(file).to.include({ uid: 0, gid: 70, mode: 0o440 });
            expect(JSON.stringify(created?.body)).to.not.contain(generated("pg-postgres"));
        } finally {
            await engine.close();
        }
    });

    it("fails to make them with what the server said, and no password in it", async () => {
        const log = () => `ERROR near '${generated("pg-database-n8n")}'\n`;
        const engine: FakeEngine = await startEngine({ exit: () => 3, log });
        try {
            const { resources } = await runUnderMocks(() => make(engine.host));

            expect(await failureOf(step(resources, "pg-databases"), "beforeCreate")).to.match(
                /^making databases and roles in PostgreSQL failed with exit code 3:\nERROR near '\[secret\]'\n/,
            );
        } finally {
            await engine.close();
        }
    });

    it("makes its databases again when the container is another, a database is new, or a password changed", async () => {
        const made = recordOf(step(run.resources, "pg-databases"));
        const more = await runUnderMocks(() => make(undefined, ["authentik", "n8n", "paperless"]));

        expect(made.facts).to.deep.equal({ server: "pg-server-id", databases: "authentik n8n" });
        expect(made.secrets).to.match(/^[0-9a-f]{16}$/);
        expect(recordOf(step(more.resources, "pg-databases")).secrets).to.not.equal(made.secrets);
    });

    it("keeps its volume when the stack is destroyed, but not the one of its socket", () => {
        expect(one(run.resources, "volume", "pg-data").options).to.include({ retainOnDelete: true });
        expect(one(run.resources, "volume", "pg-socket").options).to.include({ retainOnDelete: false });
    });
});
