import { expect } from "chai";
import { spawn } from "node:child_process";
import { pbkdf2Sync, randomBytes } from "node:crypto";
import { chmodSync, cpSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseDocument } from "yaml";
import { type Finished, tryRun } from "../../cli/run";
import { projectRoot } from "../../cli/workplace";
import { Browser } from "../contract/support/browser";
import { docker, removeAll, running, tryDocker } from "./support/host";
import { freePorts } from "./support/ports";
import { get } from "./support/visit";
import { type Bench, openBench } from "./support/workplace";

const prefix = "it-ad-";
const network = `${prefix}old_default`;
const leftOut = [".git", ".local", "dist", "node_modules", "offline", "out"];
const objects = "SELECT md5(string_agg(pk || model || data::text, ',' ORDER BY model, pk)) FROM authentik_object WHERE";
const ofPeople = `${objects} data->>'username' = 'alice' OR data->>'name' = 'by hand'`;

describe("an authentik that was installed with its official compose file", () => {
    const key = randomBytes(40).toString("base64url");
    const password = `pw-${randomBytes(8).toString("hex")}`;
    const old = Object.fromEntries(
        ["postgresql", "redis", "server", "worker"].map((service) => [service, `${prefix}old-${service}-1`]),
    ) as Record<"postgresql" | "redis" | "server" | "worker", string>;
    let bench: Bench;
    let port: number;
    let folder: string;
    let copy: string;
    let people: string;

    before(async () => {
        bench = await openBench();
        await removeAll(prefix);
        [port = 0] = await freePorts(1);
        folder = join(bench.folder, "compose");
        copy = join(bench.folder, "adopting");
        cpSync(projectRoot, copy, {
            recursive: true,
            filter: (path) => path === projectRoot || !leftOut.includes(basename(path)),
        });
        for (const shared of ["node_modules", "offline"]) symlinkSync(join(projectRoot, shared), join(copy, shared));
        await install();
    });
    after(() => removeAll(prefix));

    it("is described in this program's keys, and asked about, before anything happens", async () => {
        const { code, stdout, stderr } = await adopt();
        expect(code, stderr).to.equal(1);
        expect(stderr).to.contain("Nothing else was changed. Look at Pulumi.it-ad.yaml");
        expect(stdout)
            .to.match(/it-ad-old: authentik 20\d\d\.\d+\.\d+/)
            .and.contain("Not translated:");
        expect(stdout).to.contain("the Docker socket: no container gets it here");
        expect(stdout).to.contain("the variable MY_OWN: containers.authentik.environment takes it");
        const text = readFileSync(file(), "utf8");
        for (const secret of [key, password, "smtp-password-1"]) expect(stdout + stderr + text).to.not.contain(secret);
        const { config } = parseDocument(text).toJS() as { config: Record<string, unknown> };
        expect(config["authentik-stack:url"]).to.equal(`http://authentik.localhost:${port}`);
        expect(config["authentik-stack:server"]).to.deep.equal({ ports: [{ port, ip: "127.0.0.1" }] });
        expect(config["authentik-stack:settings"]).to.deep.equal({
            log_level: "debug",
            error_reporting: { enabled: false },
        });
        expect(config["authentik-stack:email"]).to.include({
            host: "smtp.example.com",
            security: "starttls",
            user: "mailer",
        });
        expect(Object.keys(config["authentik-stack:secrets"] as object)).to.deep.equal([
            "secret-key",
            "email-password",
        ]);
        expect((await running(`${prefix}old-`)).length, "everything still runs").to.equal(4);
    });

    it("goes on after a run was killed while it restored the database", async () => {
        change({ prefix, images: imagesOf(bench), protectData: false });
        await killedAt("restoring the database");
        const { code, stdout, stderr } = await adopt("--yes");
        expect(code, stdout + stderr).to.equal(0);
        expect(stdout)
            .to.contain("dumping the old database")
            .and.contain(`docker compose --project-name ${prefix}old start`);
    });

    it("has its users with their passwords, its clients and its files", async () => {
        const alice = new Browser(port, `authentik.localhost:${port}`);
        await alice.signIn("alice", password);
        expect((await alice.ask("/api/v3/core/users/me/")).body).to.contain("alice");
        expect(await sql(await postgres(), "postgres", ofPeople)).to.equal(people);
        const look = ["--entrypoint", "sh", bench.images.postgres, "-c", "stat -c %u /x/logo.svg && cat /x/logo.svg"];
        expect(await docker("run", "--rm", "--volume", `${prefix}ak_media:/x`, ...look)).to.equal("1000\n<svg/>");
    });

    it("has databases and roles as every stack: PostgreSQL's superuser is not authentik's role", async () => {
        const roles =
            "SELECT string_agg(rolname || rolsuper, ' ' ORDER BY rolname) FROM pg_roles WHERE rolname !~ '^pg_'";
        expect(await sql(await postgres(), "postgres", roles)).to.match(/\bauthentikfalse .*\bpostgrestrue$/);
        const owner = "SELECT string_agg(DISTINCT tableowner, ' ') FROM pg_tables WHERE schemaname = 'public'";
        expect(await sql(await postgres(), "postgres", owner)).to.equal("authentik");
    });

    it("is taken over once", async () => {
        const { code, stdout, stderr } = await adopt("--yes");
        expect(code, stderr).to.equal(0);
        expect(stdout).to.contain("copied already").and.contain("nothing to do");
    });

    it("is there as it was, stopped, and can be started again", async () => {
        expect(await running(`${prefix}old-`)).to.deep.equal([]);
        expect(statSync(join(folder, "media/logo.svg")).uid, "the owner of its files").to.equal(0);
        await docker("start", old.postgresql);
        await ready();
        expect(await sql(old.postgresql, "authentik", ofPeople)).to.equal(people);
    });

    /** The official compose file's containers, made without compose, which Debian does not have. */
    async function install(): Promise<void> {
        mkdirSync(join(folder, "media"), { recursive: true });
        // Docker's users are others than the one who runs this.
        chmodSync(join(folder, "media"), 0o777);
        writeFileSync(join(folder, "media/logo.svg"), "<svg/>");
        writeFileSync(join(folder, "compose.yml"), "services: {}\n");
        const { server, postgres, redis } = bench.images;
        await docker("network", "create", "--label", `com.docker.compose.project=${prefix}old`, network);
        const data = ["POSTGRES_USER=authentik", "POSTGRES_DB=authentik", "POSTGRES_PASSWORD=of-compose"];
        await service("postgresql", data, ["--volume", `${prefix}old_database:/var/lib/postgresql/data`], [postgres]);
        await service("redis", [], [], [redis, "--save", "60", "1", "--loglevel", "warning"]);
        await ready();
        const settings = [
            ...["AUTHENTIK_POSTGRESQL__HOST=postgresql", "AUTHENTIK_POSTGRESQL__USER=authentik"],
            ...["AUTHENTIK_POSTGRESQL__NAME=authentik", "AUTHENTIK_POSTGRESQL__PASSWORD=of-compose"],
            ...["AUTHENTIK_REDIS__HOST=redis", `AUTHENTIK_SECRET_KEY=${key}`, "PG_PASS=of-compose", "MY_OWN=1"],
            ...["AUTHENTIK_LOG_LEVEL=debug", "AUTHENTIK_ERROR_REPORTING__ENABLED=false"],
            ...["AUTHENTIK_EMAIL__HOST=smtp.example.com", "AUTHENTIK_EMAIL__PORT=587", "AUTHENTIK_EMAIL__USE_TLS=true"],
            ...["AUTHENTIK_EMAIL__USERNAME=mailer", "AUTHENTIK_EMAIL__PASSWORD=smtp-password-1"],
            ...["AUTHENTIK_EMAIL__FROM=auth@example.com", "AUTHENTIK_BOOTSTRAP_EMAIL=admin@example.com"],
        ];
        const media = ["--volume", `${folder}/media:/media`];
        await service("server", settings, [...media, "--publish", `127.0.0.1:${port}:9000`], [server, "server"]);
        const socket = ["--volume", "/var/run/docker.sock:/var/run/docker.sock", "--user", "0"];
        await service("worker", settings, [...media, ...socket], [server, "worker"]);
        while ((await get(`http://127.0.0.1:${port}/-/health/ready/`).catch(() => undefined))?.status !== 200)
            await sleep(250);
        const hash = pbkdf2Sync(password, "salt", 1000, 32, "sha256").toString("base64");
        const alice = { username: "alice", email: "", is_active: true, password: `pbkdf2_sha256$1000$salt$${hash}` };
        const client = { name: "by hand", client_id: "a-client-id", client_secret: "a-client-secret" };
        for (const [model, data] of [
            ["authentik_core.user", alice],
            ["authentik_providers_oauth2.oauth2provider", client],
        ] as const) {
            const values = `'${model}', nextval('authentik_object_number')::text, '${JSON.stringify(data)}'`;
            await sql(old.postgresql, "authentik", `INSERT INTO authentik_object (model, pk, data) VALUES (${values})`);
        }
        people = await sql(old.postgresql, "authentik", ofPeople);
    }

    function service(
        name: keyof typeof old,
        variables: string[],
        options: string[],
        command: string[],
    ): Promise<string> {
        const label = ["--label", `com.docker.compose.project=${prefix}old`];
        const place = ["--label", `com.docker.compose.project.working_dir=${folder}`];
        const on = ["--network", network, "--network-alias", name];
        const envs = variables.flatMap((line) => ["--env", line]);
        return docker(
            "run",
            "--detach",
            "--name",
            old[name],
            ...label,
            ...place,
            ...on,
            ...envs,
            ...options,
            ...command,
        );
    }

    async function ready(): Promise<void> {
        while ((await tryDocker("exec", old.postgresql, "pg_isready", "-h", "127.0.0.1")).code !== 0) await sleep(250);
    }

    async function postgres(): Promise<string> {
        const [found] = await running(`${prefix}authentik-postgres-server`);
        return found?.name ?? "";
    }

    function sql(container: string, user: string, query: string): Promise<string> {
        return docker("exec", container, "psql", "-U", user, "-d", "authentik", "-Atc", query);
    }

    function file(): string {
        return join(copy, "Pulumi.it-ad.yaml");
    }

    /** Changes keys of the configuration, as a person would before going on. */
    function change(keys: Record<string, unknown>): void {
        const document = parseDocument(readFileSync(file(), "utf8"));
        for (const [name, value] of Object.entries(keys)) document.setIn(["config", `authentik-stack:${name}`], value);
        writeFileSync(file(), document.toString());
    }

    function command(...more: string[]) {
        const url = `http://authentik.localhost:${port}`;
        return [join(copy, "cli/adopt.ts"), folder, "--stack", "it-ad", "--url", url, ...more];
    }

    function adopt(...more: string[]): Promise<Finished> {
        return tryRun(tsx, command(...more), { cwd: copy, env: { PULUMI_BACKEND_URL: "" } });
    }

    /** Kills it with everything that it started, as soon as it prints a line. */
    async function killedAt(line: string): Promise<void> {
        const env = { ...process.env, PULUMI_BACKEND_URL: "" };
        const child = spawn(tsx, command("--yes"), {
            cwd: copy,
            env,
            detached: true,
            stdio: ["ignore", "pipe", "inherit"],
        });
        let printed = "";
        child.stdout.setEncoding("utf8").on("data", (text: string) => {
            printed += text;
            if (printed.includes(line) && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
        });
        const signal = await new Promise((resolve) => child.once("close", (_, by) => resolve(by)));
        expect(signal, printed).to.equal("SIGKILL");
    }
});

const tsx = join(projectRoot, "node_modules/.bin/tsx");

function imagesOf({ images }: Bench) {
    const { server, postgres, redis } = images;
    return { server, postgres, redis };
}
