import { expect } from "chai";
import type { AuthentikOutputs } from "../../../components/outputs";
import { container, docker, tryDocker } from "../support/host";
import { sharedStack, type SharedStack } from "../support/shared-stack";

describe("the databases that other stacks share", () => {
    let shared: SharedStack;
    let outputs: Pick<AuthentikOutputs, "databases" | "redis" | "networks">;

    before(async () => {
        shared = await sharedStack();
        const all = Object.entries(await shared.stack.outputs()).map(([key, { value }]) => [key, value as unknown]);
        outputs = Object.fromEntries(all) as AuthentikOutputs;
    });

    it("let a consumer into its own PostgreSQL database, over the databases' network", async () => {
        const { code, output } = await psql("paperless", {}, "CREATE TABLE t AS SELECT 42 AS n; TABLE t; DROP TABLE t");
        expect(code, output).to.equal(0);
        expect(output).to.contain("42");
    });

    it("refuse a consumer's wrong password", async () => {
        const { code, output } = await psql("paperless", { password: "wrong" }, "SELECT 1");
        expect(code).to.not.equal(0);
        expect(output).to.contain("password authentication failed");
    });

    for (const other of ["authentik", "n8n"]) {
        it(`keep a consumer out of the database ${other}`, async () => {
            const { code, output } = await psql("paperless", { database: other }, "SELECT 1");
            expect(code, output).to.not.equal(0);
            expect(output).to.contain("permission denied for database");
        });
    }

    it("give no role but postgres a superuser's rights", async () => {
        const { id } = await container("it-a-authentik-postgres");
        const sql = "SELECT rolname FROM pg_roles WHERE rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls";
        expect(await docker("exec", "--user", "postgres", id, "psql", "-Atc", sql)).to.equal("postgres");
        const roles = "SELECT rolname FROM pg_roles WHERE rolcanlogin ORDER BY 1";
        expect((await docker("exec", "--user", "postgres", id, "psql", "-Atc", roles)).split("\n")).to.have.members([
            ...["ak_backup", "authentik", "n8n", "paperless", "postgres"],
        ]);
    });

    it("let a consumer into its Redis database", async () => {
        const { output } = await redis("paperless", {}, "SET it-key 42", "GET it-key", "DEL it-key", "DBSIZE");
        expect(output.split("\n").filter((line) => line !== "")).to.deep.equal(["OK", "42", "1", "0"]);
    });

    it("refuse a wrong Redis password, and one without a user", async () => {
        expect((await redis("paperless", { password: "wrong" }, "PING")).output).to.contain("WRONGPASS");
        expect((await redis("paperless", { user: "default" }, "PING")).output).to.contain("WRONGPASS");
        expect((await redis("paperless", { user: "n8n" }, "PING")).output).to.contain("WRONGPASS");
    });

    it("let no consumer change Redis itself", async () => {
        for (const command of ["CONFIG GET requirepass", "ACL LIST", "SHUTDOWN NOSAVE", "FLUSHALL"])
            expect((await redis("n8n", {}, command)).output, command).to.contain("NOPERM");
    });

    /** Runs SQL as a consumer, from a container of the consumer's own on the databases' network. */
    async function psql(consumer: string, change: { password?: string; database?: string }, sql: string) {
        const { host, port, user, ...rest } = outputs.databases[consumer] ?? missing(consumer);
        const { password, database } = { ...rest, ...change };
        return await tryDocker(
            ...["run", "--rm", "--name", "it-a-client", "--network", outputs.networks["db"] ?? ""],
            ...["--env", `PGPASSWORD=${password}`, "--entrypoint", "psql", shared.stack.bench.images.postgres],
            ...["--no-psqlrc", "-At", `--host=${host}`, `--port=${port}`, `--username=${user}`],
            ...[`--dbname=${database}`, "--command", sql],
        );
    }

    /** Runs Redis commands as a consumer, from a container of the consumer's own on the databases' network. */
    async function redis(consumer: string, change: { user?: string; password?: string }, ...commands: string[]) {
        const { host, port, index, ...rest } = outputs.redis[consumer] ?? missing(consumer);
        const { user, password } = { ...rest, ...change };
        const script = commands.map((command) => `${client(host, port, index, user)} ${command}`).join("; ");
        return await tryDocker(
            ...["run", "--rm", "--name", "it-a-client", "--network", outputs.networks["db"] ?? ""],
            ...["--env", `REDISCLI_AUTH=${password}`, "--entrypoint", "sh", shared.stack.bench.images.redis],
            ...["-c", script],
        );
    }
});

function client(host: string, port: number, index: number, user: string): string {
    return `redis-cli --no-auth-warning -h ${host} -p ${port} -n ${index} --user ${user}`;
}

function missing(consumer: string): never {
    throw new Error(`there is no output for the consumer ${consumer}`);
}
