import { expect } from "chai";
import { lastVersions } from "../../authentik/releases";
import { Dumps } from "../../cli/upgrade/dumps";
import { dumpToRestore, goBackTo, mustSettle, settleRelease, upgradeTo } from "../../cli/upgrade/steps";
import { standIns } from "../support/stand-ins";
import { devConfiguration, devPorts } from "./support/dev";
import { container, containers, docker } from "./support/host";
import { StackUnderTest } from "./support/stack-under-test";
import { expectServing } from "./support/visit";

const prefix = "it-n-";
const [earlier = "", newest = ""] = lastVersions.slice(-2);

describe("the newest release", () => {
    let stack: StackUnderTest;
    let ports: Awaited<ReturnType<typeof devPorts>>;
    const silent = () => undefined;
    const upgraded = () => ({ open: stack.opened, dumps: new Dumps(stack.opened), settled: true });
    const configure = async (version: string) => {
        const images = await (await standIns()).buildStandInImages(silent, version);
        const changes = { version, consumers: undefined };
        stack.configure(devConfiguration(prefix, ports, images, changes));
    };
    const sql = async (statement: string) => {
        const { id } = await container(`${prefix}authentik-postgres`);
        return await docker("exec", "--user", "postgres", id, "psql", "-d", "authentik", "-Atqc", statement);
    };
    const expectRunning = async (version: string) => {
        await expectServing(ports);
        const { id } = await container(`${prefix}authentik-server`);
        expect(await docker("inspect", "--format", "{{.Config.Image}}", id)).to.contain(version);
    };
    before(async () => {
        ports = await devPorts();
        stack = await StackUnderTest.open(prefix, {});
    });
    after(() => stack.close());

    it("is a step from the one before; one that fails half-way says the way back, and is finished before anything follows", async () => {
        await configure(newest);
        await configure(earlier);
        await stack.up();
        expect(mustSettle(upgraded(), earlier)).to.equal(true);
        await sql("CREATE TABLE it_before AS SELECT 1");
        // Of the role, not of the database: what is saved before the step does not have it.
        await sql("ALTER ROLE authentik SET default_transaction_read_only = on");

        const failed = await upgradeTo(silent, upgraded(), earlier, newest).catch((error: Error) => error.message);
        expect(failed).to.contain(`The stack is between ${earlier} and ${newest}.`);
        expect(failed).to.match(/`npm run upgrade -- --back --stack it-n` puts back [\d.]+-/);
        expect(mustSettle(upgraded(), earlier)).to.equal(false);

        // The real one has recorded itself by now.
        await sql(`INSERT INTO authentik_version_history (timestamp, version, build) VALUES (now(), '${newest}', '')`);
        expect(mustSettle(upgraded(), newest)).to.equal(true);
        await sql("ALTER ROLE authentik RESET default_transaction_read_only");
        await settleRelease(silent, upgraded(), newest);
        await expectRunning(newest);
    });

    it("runs without a Redis, and its front page leads to the login", async () => {
        expect((await containers(prefix)).filter(({ name }) => name.includes("redis"))).to.deep.equal([]);
        const front = await fetch(`http://127.0.0.1:${ports.server}/`, { redirect: "manual" });
        expect(front.headers.get("location")).to.contain("/flows/");
    });

    it("is not followed by an earlier one, which a preview says already, nor by the database once its containers are gone", async () => {
        await configure(earlier);
        const told = `is older than ${newest}, the release of this stack's database`;

        expect(await stack.failingCommand("preview")).to.contain(told);
        await stack.down();
        const { record } = await stack.failingUp();
        expect(record.errors).to.contain(`version ${earlier} ${told}`);
        expect((await containers(prefix)).filter(({ name }) => name.includes("authentik-server"))).to.deep.equal([]);
    });

    it("is put back as it was saved, with its database and its uploaded files", async () => {
        const dumps = new Dumps(stack.opened);
        const { name } = await container(`${prefix}authentik-postgres`);
        const inMedia = (command: string) =>
            docker("run", "--rm", "-v", `${prefix}ak_media:/media`, "--entrypoint", "sh", image, "-c", command);
        const image = await docker("inspect", "--format", "{{.Config.Image}}", name);
        await sql("CREATE TABLE it_marker AS SELECT 'kept' AS word");
        await inMedia("mkdir -p /media/public && echo kept > /media/public/icon && chown -R 1000:1000 /media/public");

        expect(await dumps.release()).to.equal(newest);
        const saved = await dumps.save(newest);
        await sql("DROP TABLE it_marker; CREATE TABLE it_later AS SELECT 1");
        await inMedia("rm -r /media/public && touch /media/later");
        expect((await dumps.list()).at(-1)).to.equal(saved);
        await dumps.restore(saved);

        expect(await sql("SELECT word FROM it_marker")).to.equal("kept");
        expect(await sql("SELECT count(*) FROM pg_tables WHERE tablename = 'it_later'")).to.equal("0");
        expect(await inMedia("stat -c '%u %n' /media/public/icon && ls /media")).to.equal(
            "1000 /media/public/icon\npublic",
        );
    });

    it("is left again for the one before, with what that had saved", async () => {
        const { dumps } = upgraded();
        const saved = dumpToRestore(await dumps.list(), earlier);
        await configure(newest);
        await goBackTo(silent, upgraded(), saved);

        expect(await dumps.release()).to.equal(earlier);
        expect(await sql("SELECT count(*) FROM pg_tables WHERE tablename = 'it_before'")).to.equal("1");
        expect(await sql("SELECT count(*) FROM pg_tables WHERE tablename = 'it_marker'")).to.equal("0");
        await expectRunning(earlier);
    });
});
