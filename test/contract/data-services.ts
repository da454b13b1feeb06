import { expect } from "chai";
import { Bed } from "./support/bed";
import { eventually, prefix, start, type Container } from "./support/containers";

describe("PostgreSQL and Redis in place of the official images", function () {
    this.timeout(120_000);
    const bed = new Bed();

    before(() => bed.open());
    after(() => bed.close());

    async function sql(container: Container, statement: string, ...options: string[]): Promise<string> {
        const { stdout, stderr, code } = await container.exec(
            "psql",
            "-U",
            "authentik",
            "-d",
            "authentik",
            "-Atc",
            statement,
            ...options,
        );
        expect(code, stderr).to.equal(0);
        return stdout.trim();
    }

    it("PostgreSQL: user, database, encoding and uid are those of the official image", async () => {
        const asked =
            "SELECT current_user, current_database(), pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()";
        expect(await sql(bed.postgres, asked)).to.equal("authentik|authentik|UTF8");
        expect((await bed.postgres.exec("stat", "-c", "%u:%g %a", "/var/lib/postgresql/data")).stdout.trim()).to.equal(
            "70:70 700",
        );
        expect((await bed.postgres.exec("cat", "/proc/1/status")).stdout).to.match(/Uid:\s+70\s/);
        expect((await bed.postgres.exec("cat", "/proc/1/environ")).stdout).not.to.include(
            bed.secrets.postgres_password,
        );
    });

    it("PostgreSQL: over the network only with the password, hashed with scram-sha-256", async () => {
        const login = (password: string) =>
            bed.postgres.exec(
                "env",
                `PGPASSWORD=${password}`,
                "psql",
                "-h",
                "postgres",
                "-U",
                "authentik",
                "-Atc",
                "SELECT 1",
            );
        expect((await login(bed.secrets.postgres_password)).code).to.equal(0);
        expect((await login("wrong")).stderr).to.include('password authentication failed for user "authentik"');
        expect(
            await sql(bed.postgres, "SELECT left(rolpassword, 13) FROM pg_authid WHERE rolname = 'authentik'"),
        ).to.equal("SCRAM-SHA-256");
    });

    it("PostgreSQL: arguments reach it, data outlives it, a dump restores it", async () => {
        const volume = `${prefix}pgdata`;
        const options = { ...bed.postgresOptions(), aliases: [], volumes: [`${volume}:/var/lib/postgresql/data`] };
        const first = await start("pg-first", { ...options, command: ["postgres", "-c", "max_connections=17"] });
        await eventually("PostgreSQL", 60, async () => (await first.exec("pg_isready", "-h", "127.0.0.1")).code === 0);
        expect(await sql(first, "SHOW max_connections")).to.equal("17");
        await sql(first, "CREATE TABLE kept (n int)");
        await first.do("stop");
        expect(await first.exit(10)).to.equal(0);
        await first.remove();
        const second = await start("pg-second", options);
        await eventually("PostgreSQL", 60, async () => (await second.exec("pg_isready", "-h", "127.0.0.1")).code === 0);
        expect(await sql(second, "SELECT count(*) FROM kept")).to.equal("0");
        const restored =
            "pg_dump -U authentik -Fc authentik > /tmp/dump && createdb -U authentik again && pg_restore -U authentik -d again /tmp/dump";
        expect((await second.exec("sh", "-c", restored)).code).to.equal(0);
    });

    it("PostgreSQL: without a password, or with a file that is not there, it ends and says why", async () => {
        const options = bed.postgresOptions();
        const bare = await start("pg-bare", { ...options, aliases: [], environment: {} });
        expect(await bare.exit(20)).to.equal(1);
        expect(await bare.logs()).to.include("superuser password is not specified");
        const lost = await start("pg-lost", {
            ...options,
            aliases: [],
            environment: { POSTGRES_PASSWORD_FILE: "/run/secrets/nothing" },
        });
        expect(await lost.exit(20)).to.equal(1);
        expect(await lost.logs()).to.include("No such file or directory");
    });

    it("Redis: drops to its user, wants the password, keeps what it is given", async () => {
        const cli = (...args: string[]) =>
            bed.redis.exec("env", `REDISCLI_AUTH=${bed.secrets.redis_password}`, "redis-cli", ...args);
        expect((await bed.redis.exec("cat", "/proc/1/status")).stdout).to.match(/Uid:\s+999\s.*\nGid:\s+1000\s/);
        expect((await bed.redis.exec("redis-cli", "ping")).stdout).to.include("NOAUTH");
        expect((await cli("set", "kept", "yes")).stdout.trim()).to.equal("OK");
        await bed.redis.do("restart");
        await eventually("Redis", 20, async () => (await cli("get", "kept")).stdout.trim() === "yes");
    });

    it("authentik works with a role that owns its database and nothing else, and uses the Redis index it is given", async () => {
        await sql(bed.postgres, `CREATE ROLE plain LOGIN PASSWORD '${bed.secrets.bob_password}'`);
        await sql(bed.postgres, "CREATE DATABASE plain OWNER plain");
        const change = {
            AUTHENTIK_POSTGRESQL__USER: "plain",
            AUTHENTIK_POSTGRESQL__NAME: "plain",
            AUTHENTIK_POSTGRESQL__PASSWORD: "file:///run/secrets/bob_password",
            AUTHENTIK_REDIS__DB: "3",
        };
        // Both at once, on an empty database.
        const [server, worker] = await Promise.all([
            bed.authentik("server", ["server"], change),
            bed.authentik("worker", ["worker"], change),
        ]);
        await Promise.all([bed.answers(server, "/-/health/ready/", 200), bed.answers(worker, "/-/health/ready/", 200)]);
        await bed.answers(server, "/if/flow/default-authentication-flow/", 200, 20);
        const clients = await bed.redis.exec(
            "env",
            `REDISCLI_AUTH=${bed.secrets.redis_password}`,
            "redis-cli",
            "client",
            "list",
        );
        expect(clients.stdout).to.include(" db=3 ");
    });
});
