import { expect } from "chai";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bringUp, settle } from "../../cli/stack/up";
import { movePostgres, returnPostgres } from "../../cli/upgrade/postgres";
import { projectRoot } from "../../cli/workplace";
import { standIns } from "../support/stand-ins";
import { devConfiguration, devPorts } from "./support/dev";
import { container, containers, docker, tryDocker, volumes } from "./support/host";
import { StackUnderTest } from "./support/stack-under-test";

const prefix = "it-m-";
const quiet = () => undefined;

describe("a PostgreSQL of another major version", () => {
    let stack: StackUnderTest;
    let later: { image: string; major: string };
    let images: Awaited<ReturnType<Awaited<ReturnType<typeof standIns>>["buildStandInImages"]>>;
    let configuration: ReturnType<typeof devConfiguration>;

    before(async () => {
        const offline = await standIns();
        images = await offline.buildStandInImages(quiet);
        later = await offline.buildLaterPostgresImage(quiet);
        configuration = devConfiguration(prefix, await devPorts(), images, {
            ...{ outposts: [], applications: [], protectData: false },
        });
        stack = await StackUnderTest.open(prefix, configuration);
        await stack.up();
        await sql("authentik", [
            "CREATE TABLE it_many AS SELECT n, md5(n::text) AS word FROM generate_series(1, 20000) AS n",
        ]);
        await sql("paperless", [
            "SET ROLE paperless",
            'CREATE TABLE "It\'s odd" (id serial PRIMARY KEY, at timestamptz DEFAULT now(), amount numeric, body jsonb, raw bytea)',
            `INSERT INTO "It's odd" (amount, body, raw) SELECT n / 7.0, jsonb_build_object('n', n, 'ä', E'\\t'), sha256(n::text::bytea) FROM generate_series(1, 500) AS n`,
            "CREATE UNLOGGED TABLE empty ()",
            "SELECT lo_from_bytea(0, 'large')",
        ]);
        await sql("postgres", ["ALTER SYSTEM SET deadlock_timeout = '3s'", "ALTER SYSTEM SET work_mem = '5MB'"]);
    });
    after(async () => {
        await stack.close();
        await tryDocker("image", "rm", failing());
    });

    it("is refused over the data of another, in a preview and before anything is touched", async () => {
        const before = await contents();
        const { id } = await server();
        stack.configure({ ...configuration, images: { ...(configuration.images as object), postgres: later.image } });
        const told =
            `is PostgreSQL ${later.major} and cannot read the volume it-m-pg_data, whose data is of PostgreSQL 15; ` +
            `\`npm run upgrade -- --stack it-m --postgres ${later.image}\` copies the data into a new volume`;

        expect(await stack.failingCommand("preview")).to.contain(told);
        const { record } = await stack.failingUp();
        expect(record.output + record.errors).to.contain(told);
        expect(await server()).to.deep.equal({ ...(await server()), id });
        expect(await contents()).to.deep.equal(before);
    });

    it("is not gone to by a run that is killed: the next start brings the old one up", async () => {
        stack.configure(configuration);
        await killedCopy();
        expect(await containers(`${prefix}authentik-postgres-new`), "left by the killed run").to.have.length(1);
        await settle(quiet, stack.opened);
        await bringUp(quiet, stack.opened, true);

        expect(await signIn("paperless")).to.equal("paperless");
    });

    it("is not gone to where the copy fails, or the update with it: the old one serves again", async () => {
        const before = await contents();
        await sql("postgres", ["ALTER DATABASE n8n ALLOW_CONNECTIONS false"]);
        expect(await failureOf(later.image)).to.match(/take no connections.*: n8n[^]*the old PostgreSQL serves again/);
        expect(await contents()).to.deep.equal(before);
        await sql("postgres", ["ALTER DATABASE n8n ALLOW_CONNECTIONS true"]);

        expect(await failureOf(await imageThatFails())).to.match(/exit code 3[^]*runs on its old volume again/);
        expect(await contents()).to.deep.equal(before);
        expect(await volumes(`${prefix}pg_data`)).to.deep.equal(["it-m-pg_data"]);
    });

    it("is gone to by one command, with every row, role and password", async () => {
        const before = await contents();
        await movePostgres(stack.opened, later.image, true);

        expect(await sql("postgres", ["SHOW server_version_num"])).to.match(new RegExp(`^${later.major}\\d{4}$`));
        expect(await contents()).to.deep.equal(before);
        expect(await sql("paperless", [`INSERT INTO "It's odd" DEFAULT VALUES RETURNING id`])).to.equal("501");
        expect(await sql("postgres", ["SHOW deadlock_timeout", "SHOW work_mem"])).to.equal("3s\n5MB");
        expect(await volumes(`${prefix}pg_`)).to.have.members(["it-m-pg_data", "it-m-pg_data_17", "it-m-pg_socket"]);
        expect((await containers(`${prefix}authentik-postgres`)).length).to.equal(1);
    });

    it("stays with a plain update, and the old volume is not touched by it", async () => {
        expect((await stack.up({ refresh: true })).changes).to.deep.equal([]);
        expect(await volumes(`${prefix}pg_data`)).to.have.members(["it-m-pg_data", "it-m-pg_data_17"]);
    });

    it("is left again for the old volume, which has what it had", async () => {
        await returnPostgres(stack.opened, true);

        expect(await sql("postgres", ["SHOW server_version_num"])).to.match(/^15\d{4}$/);
        expect(await sql("paperless", [`SELECT max(id) FROM "It's odd"`])).to.equal("500");
        expect(await volumes(`${prefix}pg_data`)).to.have.members(["it-m-pg_data", "it-m-pg_data_17"]);
    });

    function failing(): string {
        return `${later.image}-fails`;
    }

    function server() {
        return container(`${prefix}authentik-postgres-server`);
    }

    async function sql(database: string, statements: string[]): Promise<string> {
        const { id } = await server();
        const options = ["-d", database, "-v", "ON_ERROR_STOP=1", "-XAtq"];
        const commands = statements.flatMap((statement) => ["-c", statement]);
        return await docker("exec", "--user", "postgres", id, "psql", ...options, ...commands);
    }

    /** Signs in over the network, with the password that the stack gives to others. */
    async function signIn(role: string): Promise<string> {
        const { databases } = await stack.opened.stack.outputs();
        const { password } = (databases?.value as Record<string, { password: string }>)[role] ?? { password: "" };
        const { id } = await server();
        const options = ["-h", `${prefix}postgres`, "-U", role, "-d", role, "-wXAtq"];
        const variable = `PGPASSWORD=${password}`;
        return await docker("exec", "--env", variable, id, "psql", ...options, "-c", "SELECT current_user");
    }

    async function failureOf(image: string): Promise<string> {
        return await movePostgres(stack.opened, image, true).then(
            () => "none",
            (error: unknown) => String(error),
        );
    }

    /** The later PostgreSQL, whose psql does not make the stack's databases. */
    async function imageThatFails(): Promise<string> {
        const folder = `/usr/lib/postgresql/${later.major}/bin`;
        const script = `case "$*" in *databases.sql*) exit 3;; esac; exec ${folder}/real-psql "$@"`;
        const build = `mv psql real-psql && printf '#!/bin/sh\n%s\n' '${script}' > psql && chmod +x psql`;
        const name = `${prefix}fails`;
        await docker("run", "--name", name, "--workdir", folder, "--entrypoint", "sh", later.image, "-c", build);
        const image = `${later.image}-fails`;
        await docker(
            "commit",
            "--change",
            'ENTRYPOINT ["postgres-entrypoint"]',
            "--change",
            'CMD ["postgres"]',
            name,
            image,
        );
        await docker("rm", name);
        return failing();
    }

    /** What was put in, whether others come in, and how texts are sorted. */
    async function contents(): Promise<string[]> {
        return [
            await sql("authentik", ["SELECT count(*), sum(n), md5(string_agg(word, '' ORDER BY n)) FROM it_many"]),
            await sql("authentik", ["SELECT count(*) FROM authentik_version_history"]),
            await sql("paperless", [`SELECT md5(string_agg(t::text, '' ORDER BY id)) FROM "It's odd" AS t`]),
            await sql("paperless", ["SELECT count(*) FROM empty", "SELECT lo_get(oid) FROM pg_largeobject_metadata"]),
            await signIn("paperless"),
            await sql("postgres", [
                "SELECT datname, pg_get_userbyid(datdba), datcollate, datacl FROM pg_database WHERE datname !~ 'template|postgres' ORDER BY 1",
            ]),
        ];
    }

    /** Runs the command, and kills it with everything in its process group when the new server has started. */
    async function killedCopy(): Promise<void> {
        const { stack: opened, workplace } = stack.opened;
        const script = join(__dirname, "support/postgres-upgrade.ts");
        const args = [opened.name, opened.workspace.workDir, later.image, JSON.stringify(workplace.backend)];
        const child = spawn("npx", ["tsx", script, ...args], { cwd: projectRoot, stdio: "ignore", detached: true });
        const ended = new Promise<NodeJS.Signals | null>((resolve) =>
            child.once("close", (_, signal) => resolve(signal)),
        );
        while (child.exitCode === null && (await containers(`${prefix}authentik-postgres-new`)).length === 0)
            await sleep(100);
        await sleep(1000);
        if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
        expect(await ended, "the copy was over before the moment came").to.equal("SIGKILL");
    }
});
