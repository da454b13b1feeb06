import { expect } from "chai";
import { createHash } from "node:crypto";
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import { OffsiteStore } from "../../cli/backup/offsite";
import { bringBack, fitting, replaceData } from "../../cli/backup/restore";
import { BackupStore } from "../../cli/backup/store";
import { run } from "../../cli/run";
import { look } from "../../cli/status/look";
import { type Configuration, devWith } from "../support/configuration";
import { standIns } from "../support/stand-ins";
import { secretsOf } from "./support/doors";
import { imagesOf } from "./support/dev";
import { container, docker, removeAll, tryDocker } from "./support/host";
import { freePorts } from "./support/ports";
import { type Sshd, startSshd } from "./support/sshd";
import { StackUnderTest } from "./support/stack-under-test";
import { openBench } from "./support/workplace";

const prefix = "it-b-";
const quiet = () => undefined;

/** What Autorestic reads. */
interface Autorestic {
    backends: Record<string, { path: string }>;
    locations: Record<
        string,
        { from: string; hooks?: { before: string[] }; options: { forget: Record<string, number> } }
    >;
}

describe("backups", () => {
    let configuration: Configuration;
    let stack: StackUnderTest;
    let store: BackupStore;
    let offSite: string;
    let sshd: Sshd;

    before(async () => {
        const [port = 0] = await freePorts(1);
        const { images } = await openBench();
        const restic = await (await standIns()).buildResticImage((line) => console.log(`    ${line}`));
        offSite = mkdtempSync(join(tmpdir(), "authentik-stack-off-site-"));
        // Containers reach this machine there.
        const gateway = "{{(index .IPAM.Config 0).Gateway}}";
        const machine = await docker("network", "inspect", "bridge", `--format=${gateway}`);
        sshd = await startSshd(offSite, machine);
        configuration = devWith({
            ...{ prefix, images: { ...imagesOf(images), restic }, outposts: [], applications: [] },
            "backup.restic": {
                repository: `sftp://${userInfo().username}@${machine}:${sshd.port}/${offSite}/by-sftp`,
                knownHosts: readFileSync(join(offSite, "known_hosts"), "utf8"),
            },
            ...{ url: `http://authentik.localhost:${port}`, "server.ports[0].port": port },
            consumers: [{ name: "paperless" }],
        });
        await begin({});
    });
    after(async () => {
        await sshd.close();
        rmSync(offSite, { recursive: true, force: true });
        await stack.close();
    });

    /** A stack that has nothing but its configuration and secrets. */
    const begin = async (secrets: Record<string, string>) => {
        stack = await StackUnderTest.open(prefix, configuration);
        const restic = { "restic-password": "opens it", "restic-key": readFileSync(sshd.identity, "utf8") };
        for (const [name, value] of Object.entries({ ...secrets, ...restic })) await stack.setSecret(name, value);
        await stack.up();
        store = new BackupStore(stack.opened);
    };
    const elsewhere = async () => (await new OffsiteStore(stack.opened).list()) ?? expect.fail("nothing is copied");
    const copied = async (id: string) => {
        const until = Date.now() + 120_000;
        while (!(await elsewhere()).copies.some((copy) => copy.id === id) && Date.now() < until) await sleep(2000);
        return await elsewhere();
    };
    const sql = async (database: string, command: string) => {
        const { id } = await container(`${prefix}authentik-postgres-server`);
        const options = ["--username=postgres", "--tuples-only", "--no-align", "--quiet", `--command=${command}`];
        return await docker("exec", id, "psql", `--dbname=${database}`, ...options);
    };
    const backups = async () => (await container(`${prefix}authentik-backups-container`)).id;
    const inBackups = async (command: string) => docker("exec", await backups(), "sh", "-c", command);
    const newest = async () => (await store.list()).manifests.at(-1) ?? expect.fail("there is no backup");

    it("are made without being asked for, soon after a stack is there", async () => {
        const until = Date.now() + 60_000;
        while ((await store.list()).manifests.length === 0 && Date.now() < until) await sleep(1000);

        const { release, files, databases } = await newest();

        expect(release).to.equal(configuration.version);
        expect(files).to.have.all.keys(
            ...["authentik.dump", "paperless.dump", "media.tar", "templates.tar", "certificates.tar"],
        );
        expect(Object.keys(databases.authentik ?? {})).to.include("public.authentik_version_history");
    });

    it("hold every row of every database, as a PostgreSQL says that they were restored into", async () => {
        await sql("paperless", "CREATE TABLE documents AS SELECT generate_series(1, 500) AS id");
        await sql("paperless", "ALTER TABLE documents OWNER TO paperless");
        await stack.up();
        await store.attempt("save");

        expect((await newest()).databases.paperless).to.deep.equal({ "public.documents": 500 });
        expect(await store.attempt("verify"))
            .to.contain("verifying the database paperless")
            .and.contain("verified");
        expect((await store.list()).verified?.id).to.equal((await newest()).id);
    });

    it("run with a role that changes nothing", async () => {
        const command = "psql --dbname=authentik --command='CREATE TABLE public.mine ()' 2>&1 || true";
        expect(await inBackups(command)).to.contain("permission denied");
    });

    it("say why one failed, keep those that there are, and recover", async () => {
        const { id: postgres } = await container(`${prefix}authentik-postgres-server`);
        const before = await store.list();
        await docker("kill", postgres);

        const failure = await store.attempt("save").then(() => "", String);

        expect(failure).to.match(/could not translate host name|Connection refused|connection to server/);
        const { manifests, failures } = await store.list();
        expect(manifests).to.deep.equal(before.manifests);
        expect(failures.join()).to.contain("save: psql: error");
        expect(await inBackups("sh /run/authentik-stack/backup.sh health 2>&1 || true")).to.contain(
            "save failed: psql",
        );
        await stack.up();
        await store.attempt("save");
        expect((await store.list()).failures).to.deep.equal([]);
    });

    it("are not restored when they were altered or cut short", async () => {
        const { id } = await newest();
        await inBackups(`cp -r /backups/${id} /backups/2020-01-01T00-00-00Z`);
        await inBackups("cd /backups/2020-01-01T00-00-00Z && truncate -s -1 paperless.dump");
        await inBackups(
            `sed -i 's/"id": "${id}"/"id": "2020-01-01T00-00-00Z"/' /backups/2020-01-01T00-00-00Z/manifest.json`,
        );
        const restore = { from: stack.opened, into: stack.opened, id: "2020-01-01T00-00-00Z" };

        const refused = await fitting(quiet, restore).then(() => "", String);

        expect(refused).to.contain("paperless.dump").and.contain("altered or cut short");
        await inBackups("rm -r /backups/2020-01-01T00-00-00Z");
    });

    it("are copied elsewhere, each as it was made", async () => {
        const { id, release, files } = await newest();

        const { owner, copies, failures } = await copied(id);

        const copy = copies.find((one) => one.id === id);
        expect(owner).to.match(new RegExp(`^${prefix}authentik-offsite-[0-9a-f]{8}$`));
        expect(copy).to.include({ owner, release });
        expect(copy?.bytes).to.be.greaterThan(files["authentik.dump"]?.bytes ?? Infinity);
        expect(failures).to.deep.equal([]);
        expect(await docker("ps", "--filter=health=unhealthy", "--quiet", `--filter=name=${prefix}`)).to.equal("");
    });

    it("are copied by restic as Autorestic's configuration says, and can be had back from there", async () => {
        const { autorestic } = await stack.outputs();
        const configured = String(autorestic?.value);
        const { locations, backends } = parse(configured) as Autorestic;
        const [{ path = "" } = {}] = Object.values(backends);
        const { restic: image = "" } = configuration.images as Record<string, string>;
        // Autorestic's container mounts what the first lines say.
        const volumes = [...configured.matchAll(/^#[ -]+(\S+:\/volumes\/\S+:ro)$/gm)].map(([, one = ""]) => one);
        const mounts = [`${join(offSite, "autorestic")}:/backups`, ...volumes].map((one) => `--volume=${one}`);
        const settings = ["--env=RESTIC_PASSWORD=of a test", `--env=RESTIC_REPOSITORY=${path}`];
        const restic = (...args: string[]) => docker("run", "--rm", ...mounts, ...settings, image, ...args);
        const before = await newest();

        await restic("init");
        for (const [name, { from, hooks, options }] of Object.entries(locations)) {
            const tag = `--tag=ar:location:${name}`;
            for (const command of hooks?.before ?? []) await run("sh", ["-c", command]);
            await restic("backup", tag, from);
            await restic(
                "forget",
                tag,
                "--prune",
                ...Object.entries(options.forget).flatMap(([key, count]) => [`--${key}`, String(count)]),
            );
        }
        const copies = `/volumes/${store.volume}`;
        await restic("restore", `latest:${copies}`, `--tag=ar:location:${store.volume}`, "--target=/backups/back");

        const { id } = await newest();
        expect(id, "a backup was made for it").to.not.equal(before.id);
        const back = join(offSite, "autorestic/back", id, "authentik.dump");
        const made = await inBackups(`sha256sum < /backups/${id}/authentik.dump`);
        expect(`${createHash("sha256").update(readFileSync(back)).digest("hex")}  -`).to.equal(made);
    });

    it("bring everything back on a new machine, with nothing but the secret keys and the copies elsewhere", async () => {
        const { id } = await newest();
        await copied(id);
        const secrets = await secretsOf(stack, ["secret-key"]);
        await docker("cp", `${await backups()}:/backups/${id}`, offSite);
        await removeAll(prefix);
        await stack.close();

        await begin({ "secret-key": secrets["secret-key"] ?? "" });
        expect(await store.has(id)).to.equal(false);
        const restore = { from: stack.opened, into: stack.opened, id };
        const { files } = await fitting(quiet, restore);
        // A copy of the folder alone, by whatever program, is as good.
        await inBackups(`rm -r /backups/${id}`);
        const image = String((configuration.images as { postgres: string }).postgres);
        const mounts = ["--volume", `${offSite}/${id}:/copy/${id}:ro`, "--volume", `${store.volume}:/backups`];
        const copy = ["--user=0", "--entrypoint=sh", image, "-c", "cp -r /copy/. /backups/ && chown -R 1000 /backups"];
        await docker("run", "--rm", ...mounts, ...copy);
        expect((await fitting(quiet, restore)).files).to.deep.equal(files);
        // As the job goes on that a killed command left.
        const labels = ["stack=" + stack.opened.identity, `job=${prefix}authentik-backup-restore`];
        const marked = labels.map((label) => `--label=authentik-stack.${label}`);
        const left = await docker("run", "--detach", ...marked, "--entrypoint=sleep", image, "600");
        expect(await stack.failingCommand("up", "--yes", "--skip-preview")).to.match(/A restore.*docker wait/);
        const { rows } = await look(stack.opened);
        expect(rows.find(({ title }) => title === "Restore")?.cure).to.contain("docker wait");
        await replaceData(quiet, restore);
        expect((await tryDocker("inspect", left)).output, "the next restore ends it").to.match(/no such/i);
        await bringBack(quiet, restore);

        expect(await sql("paperless", "SELECT count(*) FROM documents")).to.equal("500");
        expect(await sql("paperless", "SELECT tableowner FROM pg_tables WHERE tablename = 'documents'")).to.equal(
            "paperless",
        );
        expect((await stack.up()).changes, "and the next update finds nothing to do").to.deep.equal([]);
    });

    it("are copied into a folder of the host as well, and say why when that fails", async () => {
        const repository = join(offSite, "folder");
        mkdirSync(repository, { mode: 0o700 });
        stack.configure({ ...configuration, backup: { restic: { repository } } });
        // It would be left over.
        await stack.opened.stack.removeConfig('authentik-stack:secrets["restic-key"]', true);

        await stack.up();
        const { id } = await container(`${prefix}authentik-offsite-container`);
        const program = ["exec", id, "sh", "/run/authentik-stack/offsite.sh"];
        const failure = await docker(...program, "attempt", "copy").then(() => "", String);

        expect(failure).to.contain("permission denied");
        expect((await elsewhere()).failures.join()).to.contain("permission denied");
        expect((await tryDocker(...program, "health")).output)
            .to.contain("copy failed")
            .and.contain("permission denied");
        chownSync(repository, 1000, 1000);
        await docker(...program, "attempt", "copy");
        await docker(...program, "attempt", "check");
        expect((await tryDocker(...program, "health")).code).to.equal(0);
        const here = (await store.list()).manifests.map((one) => one.id);
        expect((await elsewhere()).copies.map((one) => one.id)).to.deep.equal(here);
    });
});
