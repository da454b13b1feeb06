import { expect } from "chai";
import { lastVersions } from "../../authentik/releases";
import { Dumps } from "../../cli/upgrade/dumps";
import { standIns } from "../support/stand-ins";
import { devConfiguration, devPorts } from "./support/dev";
import { container, containers, docker } from "./support/host";
import { StackUnderTest } from "./support/stack-under-test";
import { expectServing } from "./support/visit";

const prefix = "it-n-";
const newest = lastVersions.at(-1) ?? "";

describe("the newest release", () => {
    let stack: StackUnderTest;
    let ports: Awaited<ReturnType<typeof devPorts>>;
    const configure = async (version: string) => {
        const images = await (await standIns()).buildStandInImages(() => undefined, version);
        const changes = { version, consumers: undefined };
        stack.configure(devConfiguration(prefix, ports, images, changes));
    };
    before(async () => {
        ports = await devPorts();
        stack = await StackUnderTest.open(prefix, {});
    });
    after(() => stack.close());

    it("comes up without a Redis, and its front page leads to the login", async () => {
        await configure(newest);
        await stack.up();

        await expectServing(ports);
        expect((await containers(prefix)).filter(({ name }) => name.includes("redis"))).to.deep.equal([]);
        const front = await fetch(`http://127.0.0.1:${ports.server}/`, { redirect: "manual" });
        expect(front.headers.get("location")).to.contain("/flows/");
    });

    it("is not followed by an earlier one, which a preview says already, nor by the database once its containers are gone", async () => {
        const earlier = lastVersions.at(-2) ?? "";
        await configure(earlier);
        const told = `is older than ${newest}, which the database of this stack is of`;

        expect(await stack.failingCommand("preview")).to.contain(told);
        await stack.down();
        const { record } = await stack.failingUp();
        expect(record.errors).to.contain(`version ${earlier} ${told}`);
        expect((await containers(prefix)).filter(({ name }) => name.includes("authentik-server"))).to.deep.equal([]);
    });

    it("is put back as it was saved, with its database and its uploaded files", async () => {
        const dumps = new Dumps(stack.opened);
        const { id, name } = await container(`${prefix}authentik-postgres`);
        const sql = (statement: string) =>
            docker("exec", "--user", "postgres", id, "psql", "-d", "authentik", "-Atqc", statement);
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
});
