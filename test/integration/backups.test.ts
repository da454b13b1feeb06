import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bringBack, fitting, replaceData } from "../../cli/backup/restore";
import { BackupStore } from "../../cli/backup/store";
import { type Configuration, devWith } from "../support/configuration";
import { secretsOf } from "./support/doors";
import { imagesOf } from "./support/dev";
import { container, docker, removeAll } from "./support/host";
import { freePorts } from "./support/ports";
import { StackUnderTest } from "./support/stack-under-test";
import { openBench } from "./support/workplace";

const prefix = "it-b-";
const quiet = () => undefined;

describe("backups", () => {
    let configuration: Configuration;
    let stack: StackUnderTest;
    let store: BackupStore;
    let offSite: string;

    before(async () => {
        const [port = 0] = await freePorts(1);
        const { images } = await openBench();
        configuration = devWith({
            ...{ prefix, images: imagesOf(images), outposts: [], applications: [] },
            ...{ url: `http://authentik.localhost:${port}`, "server.ports[0].port": port },
            consumers: [{ name: "paperless" }],
        });
        offSite = mkdtempSync(join(tmpdir(), "authentik-stack-off-site-"));
        stack = await StackUnderTest.open(prefix, configuration);
        await stack.up();
        store = new BackupStore(stack.opened);
    });
    after(async () => {
        rmSync(offSite, { recursive: true, force: true });
        await stack.close();
    });

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

        const refused = await fitting(restore).then(() => "", String);

        expect(refused).to.contain("paperless.dump").and.contain("altered or cut short");
        await inBackups("rm -r /backups/2020-01-01T00-00-00Z");
    });

    it("bring everything back on a new machine, with nothing but the secret key and a copy", async () => {
        const { id } = await newest();
        const secrets = await secretsOf(stack, ["secret-key"]);
        await docker("cp", `${await backups()}:/backups/${id}`, offSite);
        await removeAll(prefix);
        await stack.close();

        stack = await StackUnderTest.open(prefix, configuration);
        await stack.setSecret("secret-key", secrets["secret-key"] ?? "");
        await stack.up();
        store = new BackupStore(stack.opened);
        const image = String((configuration.images as { postgres: string }).postgres);
        const mounts = ["--volume", `${offSite}:/copy:ro`, "--volume", `${store.volume}:/backups`];
        const copy = ["--user=0", "--entrypoint=sh", image, "-c", "cp -r /copy/. /backups/ && chown -R 1000 /backups"];
        await docker("run", "--rm", ...mounts, ...copy);
        const restore = { from: stack.opened, into: stack.opened, id };
        await fitting(restore);
        await replaceData(quiet, restore);
        await bringBack(quiet, restore);

        expect(await sql("paperless", "SELECT count(*) FROM documents")).to.equal("500");
        expect(await sql("paperless", "SELECT tableowner FROM pg_tables WHERE tablename = 'documents'")).to.equal(
            "paperless",
        );
        expect((await stack.up()).changes, "and the next update finds nothing to do").to.deep.equal([]);
    });
});
