import { expect } from "chai";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { authority } from "../support/certificates";
import { type Configuration, set } from "../support/configuration";
import { imagesOf } from "./support/dev";
import { container, containers, docker, removeAll, tryDocker } from "./support/host";
import { freePorts } from "./support/ports";
import { StackUnderTest } from "./support/stack-under-test";
import { startTlsPostgres, startTlsRedis } from "./support/tls-services";
import { get } from "./support/visit";
import { openBench } from "./support/workplace";

const prefix = "it-t-";
const network = "it-t-theirs";
const postgres = "it-t-their-postgres";
const redis = "it-t-their-redis";
const password = randomBytes(20).toString("hex");

const trusted = authority("The CA", postgres, redis, "them");
const stranger = authority("Another CA", "them");
const client = issued("them");

describe("an external PostgreSQL and Redis that accept only TLS", () => {
    let stack: StackUnderTest;
    let port: number;
    const configuration = (changes: Record<string, unknown> = {}) =>
        Object.entries(changes).reduce<Configuration>((all, [path, value]) => set(all, path, value), {
            prefix,
            version: "2025.8.6",
            url: `http://authentik.localhost:${port}`,
            admin: { email: "admin@example.com" },
            images: imagesOf(stack.bench.images),
            networks: { db: { name: network, adopt: true } },
            postgres: {
                external: {
                    host: postgres,
                    database: "theirs",
                    user: "them",
                    sslMode: "verify-full",
                    caCertificate: trusted.certificate,
                    clientCertificate: client.certificate,
                },
            },
            redis: { external: { host: redis, tls: true, caCertificate: trusted.certificate } },
            server: { ports: [{ port }] },
            protectData: false,
        });
    const fails = async (changes: Record<string, unknown>) => {
        stack.configure(configuration(changes));
        const { record } = await stack.failingUp();
        expect(record.errors + record.output).to.not.contain(password);
        expect(record.errors + record.output).to.not.contain(client.key.split("\n")[1]);
        return record.errors;
    };

    before(async () => {
        const bench = await openBench();
        [port = 0] = await freePorts(1);
        stack = await StackUnderTest.open(prefix, {});
        stack.configure(configuration());
        await docker("network", "create", "--internal", network);
        const service = (host: string) => {
            const folder = join(bench.folder, host);
            return { host, network, password, ca: trusted.certificate, own: issued(host), folder };
        };
        await startTlsPostgres(bench.images.postgres, service(postgres));
        await startTlsRedis(bench.images.redis, service(redis));
        await stack.setSecret("database/authentik", password);
        await stack.setSecret("postgres-client-key", client.key);
        await stack.setSecret("redis", password);
    });
    after(() => removeAll(prefix));

    it("refuse others: without TLS, and without the client's certificate", async () => {
        const url = `postgresql://them:${password}@${postgres}/theirs?connect_timeout=5&sslmode=`;
        const psql = (mode: string) => tryDocker("exec", postgres, "psql", `${url}${mode}`, "-c", "SELECT 1");
        expect((await psql("disable")).output).to.contain("rejects connection");
        expect((await psql("require")).output).to.contain("client certificate");
        expect((await tryDocker("exec", redis, "redis-cli", "ping")).output).to.not.contain("PONG");
    });

    it("fail the update when their CA is another, before anything uses them, and say which key to set", async () => {
        const caOf = (section: string) => `${section}.external.caCertificate`;
        const ofPostgres = await fails({ [caOf("postgres")]: stranger.certificate });
        expect(ofPostgres).to.match(/trying the external PostgreSQL failed.*\n.*certificate verify failed/);
        expect(ofPostgres).to.contain("postgres.external.caCertificate' < ca.crt");

        const ofRedis = await fails({ [caOf("redis")]: stranger.certificate });
        expect(ofRedis).to.match(/trying the external Redis failed.*\n.*CERTIFICATE_VERIFY_FAILED/);
        expect(ofRedis).to.contain("redis.external.caCertificate' < ca.crt");
        expect((await containers(prefix)).map(({ name }) => name)).to.have.members([postgres, redis]);
    });

    it("fail it when their certificates have other names", async () => {
        // They are the same servers, which answer to these names as well.
        const errors = await fails({ "postgres.external.host": `${postgres}-alias` });
        expect(errors).to.contain(`does not match host name "${postgres}-alias"`);
        expect(await fails({ "redis.external.host": `${redis}-alias` })).to.match(/[Hh]ostname mismatch/);
    });

    it("fail it when Redis is reached without TLS, or with a password of another", async () => {
        expect(await fails({ "redis.external": { host: redis } })).to.contain("it may want TLS");
        await stack.setSecret("redis", "of-another");
        expect(await fails({})).to.contain("WRONGPASS");
        await stack.setSecret("redis", password);
    });

    it("are what authentik uses once the certificates are right", async () => {
        stack.configure(configuration());
        await stack.up();
        const login = await get(`http://authentik.localhost:${port}/if/flow/default-authentication-flow/`);
        expect(login.status).to.equal(200);
        const query =
            "SELECT bool_and(s.ssl AND s.client_dn = '/CN=them') FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) WHERE a.usename = 'them' AND a.client_addr IS NOT NULL";
        expect(await asOwner(query)).to.equal("t");
        expect((await stack.up({ refresh: true })).changes).to.deep.equal([]);
    });

    it("stay in use while an update with a wrong CA fails", async () => {
        const { id } = await container(`${prefix}authentik-server`);
        await fails({ "postgres.external.caCertificate": stranger.certificate });
        expect((await container(`${prefix}authentik-server`)).id).to.equal(id);
        expect((await get(`http://authentik.localhost:${port}/-/health/ready/`)).status).to.equal(200);
        stack.configure(configuration());
        expect((await stack.up()).changes).to.deep.equal([]);
    });

    it("have their certificates in files that only authentik reads, and the key nowhere else", async () => {
        const { id } = await container(`${prefix}authentik-worker`);
        const listed = await docker(
            "exec",
            id,
            "sh",
            "-c",
            "stat -c '%a %u:%g %n' /run/secrets/*.crt /run/secrets/*.key",
        );
        expect(listed.split("\n")).to.have.members([
            "440 0:1000 /run/secrets/postgresql_ca.crt",
            "440 0:1000 /run/secrets/postgresql_client.crt",
            "440 0:1000 /run/secrets/postgresql_client.key",
            "440 0:1000 /run/secrets/redis_ca.crt",
        ]);
        const key = client.key.split("\n")[1] ?? "";
        expect(await docker("inspect", id)).to.not.contain(key);
        expect(await stack.command("stack", "export")).to.not.contain(key);
    });
});

function issued(name: string) {
    const pair = trusted.issued[name];
    if (pair === undefined) throw new Error(`no certificate was issued for ${name}`);
    return pair;
}

async function asOwner(query: string): Promise<string> {
    return await docker("exec", "--user", "postgres", postgres, "psql", "-U", "them", "-d", "theirs", "-Atc", query);
}
