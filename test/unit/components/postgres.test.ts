import { expect } from "chai";
import { Postgres } from "../../../components/postgres";
import { provisionSql } from "../../../components/postgres-sql";
import { type FakeEngine, startEngine } from "../../support/engine";
import { container, environmentOf, stepType, theOne, volumeType } from "../../support/find";
import { filesOf } from "../../support/files";
import { failureOf } from "../../support/hooks";
import { type Run, runUnderMocks } from "../../support/mocks";
import { leavesOf, valueOf } from "../../support/outputs";
import { generated } from "../../support/provider";
import { environment, threeNetworks } from "../../support/surroundings";

function make(dockerHost?: string) {
    const shared = environment({ prefix: "staging-", dockerHost });
    const networks = threeNetworks(shared);
    return new Postgres("pg", {
        image: "postgres:16-alpine",
        networks,
        databases: ["authentik", "n8n"],
        limits: { memory: "512m" },
        environment: shared,
    });
}

describe("PostgreSQL", () => {
    let run: Run<Postgres>;
    before(async () => {
        run = await runUnderMocks(() => make());
    });

    it("runs as the image's own user, and has its superuser's password in a file of that user's", async () => {
        const server = container(run.resources, "pg-server");

        const [file] = await filesOf(server);
        expect(server.inputs.user).to.equal("postgres");
        expect(environmentOf(server)).to.deep.equal({ POSTGRES_PASSWORD_FILE: file?.path });
        expect(file).to.include({ content: generated("pg-postgres"), uid: 70, mode: 0o400 });
    });

    it("keeps its data on a volume, stands on the databases' network alone and is stopped gracefully", async () => {
        const { resources, result } = run;
        const { inputs } = container(resources, "pg-server");

        expect(await valueOf(result.volume)).to.equal("staging-pg_data");
        expect(inputs.mounts).to.deep.equal([
            { type: "volume", source: "staging-pg_data", target: "/var/lib/postgresql/data" },
        ]);
        expect(inputs.networksAdvanced).to.deep.equal([{ name: "nets-db-id", aliases: ["staging-postgres"] }]);
        expect(inputs.destroyGraceSeconds).to.equal(60);
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
        expect(waited.map((urn) => urn.split("::").at(-1))).to.deep.equal(["pg-server", "pg-databases"]);
    });

    it("makes its databases from inside, and hands every password to the command's standard input", async () => {
        const engine: FakeEngine = await startEngine();
        try {
            const { resources } = await runUnderMocks(() => make(engine.host));

            expect(await failureOf(theOne(resources, stepType, "pg-databases"), "beforeCreate")).to.equal(undefined);

            const [executed] = engine.executed;
            expect(executed).to.include({ container: "pg-server-id", user: "postgres" });
            expect(executed?.command).to.include.members(["psql", "--set=ON_ERROR_STOP=1", "--no-psqlrc"]);
            const passwords = ["pg-database-authentik", "pg-database-n8n"].map(generated);
            expect(executed?.stdin).to.equal(provisionSql(generated("pg-postgres"), ["authentik", "n8n"], passwords));
        } finally {
            await engine.close();
        }
    });

    it("makes its databases again when the container is another", () => {
        const step = theOne(run.resources, stepType, "pg-databases");

        expect((step.inputs.input as { facts: unknown }).facts).to.deep.equal({
            container: "pg-server-id",
            databases: "authentik n8n",
        });
    });

    it("keeps its volume when the stack is destroyed", () => {
        const volume = theOne(run.resources, volumeType, "pg-data");

        expect(volume.options).to.include({ protect: true, retainOnDelete: true });
    });
});
