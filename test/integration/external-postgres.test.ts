import { expect } from "chai";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { containers, docker, removeAll, tryDocker } from "./support/host";
import { imagesOf } from "./support/dev";
import { freePorts } from "./support/ports";
import { StackUnderTest } from "./support/stack-under-test";
import { get } from "./support/visit";
import { openBench } from "./support/workplace";

const prefix = "it-e-";
const network = "it-e-theirs";
const host = "it-e-their-postgres";

describe("an external PostgreSQL", () => {
    const password = randomBytes(20).toString("hex");
    const wrong = randomBytes(20).toString("hex");
    let stack: StackUnderTest;
    let port: number;

    before(async () => {
        [port = 0] = await freePorts(1);
        const { images } = await openBench();
        const external = { host, database: "theirs", user: "them", sslMode: "disable" };
        stack = await StackUnderTest.open(prefix, {
            prefix,
            version: "2025.8.6",
            url: `http://authentik.localhost:${port}`,
            admin: { email: "admin@example.com" },
            images: imagesOf(images),
            networks: { db: { name: network, adopt: true } },
            postgres: { external },
            server: { ports: [{ port }] },
            protectData: false,
        });
        await docker("network", "create", "--internal", network);
        await docker(
            ...["run", "--detach", "--name", host, "--network", network, "--env", `POSTGRES_PASSWORD=${password}`],
            ...["--env", "POSTGRES_USER=them", "--env", "POSTGRES_DB=theirs", images.postgres],
        );
        while ((await tryDocker("exec", host, "pg_isready", "-h", "127.0.0.1")).code !== 0) await sleep(250);
    });
    after(() => removeAll(prefix));

    it("without its password is a problem of the configuration", async () => {
        const { record } = await stack.failingUp();
        expect(record.errors).to.contain("pulumi config set --secret --path 'secrets[\"database/authentik\"]'");
        expect((await containers(prefix)).map(({ name }) => name)).to.deep.equal([host]);
    });

    it("with a wrong password fails before anything uses it, says what to do and not the password", async () => {
        await stack.setSecret("database/authentik", wrong);
        const { record, seconds } = await stack.failingUp();
        expect(record.errors).to.contain('password authentication failed for user "them"');
        expect(record.errors).to.contain("postgres.external").and.contain('secrets["database/authentik"]');
        expect(record.errors + record.output).to.not.contain(wrong);
        expect(seconds).to.be.lessThan(45);
        const names = (await containers(prefix)).map(({ name }) => name);
        expect(names.filter((name) => /authentik-(server|worker)/.test(name))).to.deep.equal([]);
    });

    it("with the right one heals, and is what authentik uses", async () => {
        await stack.setSecret("database/authentik", password);
        await stack.up();
        const login = await get(`http://authentik.localhost:${port}/if/flow/default-authentication-flow/`);
        expect(login.status).to.equal(200);
        const count = ["psql", "-U", "them", "-d", "theirs", "-Atc", "SELECT count(*) > 0 FROM authentik_object"];
        expect(await docker("exec", "--user", "postgres", host, ...count)).to.equal("t");
        expect((await stack.up({ refresh: true })).changes).to.deep.equal([]);
    });

    it("is left alone when the stack is destroyed, as is the network that was adopted", async () => {
        await stack.down();
        expect((await containers(prefix)).map(({ name }) => name)).to.deep.equal([host]);
        expect(await docker("network", "inspect", "--format", "{{.Name}}", network)).to.equal(network);
    });
});
