import { expect } from "chai";
import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { BackupStore } from "../../../cli/backup/store";
import { authentikStack, copyProject } from "../../support/project-copy";
import { devConfiguration, devPorts, type Ports } from "../support/dev";
import { container, containers, docker, networks } from "../support/host";
import { findLeaks, secretValues } from "../support/leaks";
import { sharedStack, type SharedStack } from "../support/shared-stack";
import { StackUnderTest } from "../support/stack-under-test";
import { expectServing } from "../support/visit";

const databases = ["authentik", "paperless"];

describe("two environments on one host", () => {
    let dev: SharedStack;
    let staging: StackUnderTest;
    let ports: Ports;

    before(async () => {
        dev = await sharedStack();
        ports = await devPorts();
        const configuration = devConfiguration("it-staging-", ports, dev.stack.bench.images);
        staging = await StackUnderTest.open("it-staging-", configuration, {}, dev.stack);
    });
    after(() => staging.close());

    /** Runs `npm run restore` with a backup of the one into the other, as from a checkout that has both. */
    async function restore(id: string, ...options: string[]) {
        const copy = join(dev.stack.bench.folder, "rehearsal");
        copyProject(copy, ["test", "docs"]);
        for (const { stack } of [dev.stack.opened, staging.opened]) {
            const file = `Pulumi.${stack.name}.yaml`;
            copyFileSync(join(stack.workspace.workDir, file), join(copy, file));
        }
        const { backend, docker: engine } = dev.stack.opened.workplace;
        const args = ["restore", id, "--stack", dev.stack.opened.stack.name, "--into", staging.opened.stack.name];
        const env = { ...backend.env, DOCKER_HOST: engine?.host ?? "" };
        const finished = await authentikStack(copy, [...args, "--yes", ...options], env);
        rmSync(copy, { recursive: true });
        return finished;
    }

    it("run side by side, and both serve", async () => {
        const before = await containers(dev.stack.prefix);
        await staging.up();
        await expectServing(ports);
        await expectServing(dev.ports);
        expect(await containers(dev.stack.prefix)).to.have.deep.members(before);
    });

    it("share no secret", async () => {
        const ours = await secretValues(dev.stack.opened.stack);
        const theirs = await secretValues(staging.opened.stack);
        expect(theirs.size).to.equal(ours.size);
        expect(findLeaks([...theirs.values()].join("\n"), ours)).to.deep.equal([]);
    });

    it("can rehearse a disaster: one takes a backup of the other, which goes on unharmed", async () => {
        const mark = (word: string) =>
            `CREATE TABLE it_rows AS SELECT '${word}' || n AS word FROM generate_series(1, 300) n`;
        for (const database of databases) {
            await sql(dev.stack, database, mark("theirs"));
            await sql(staging, database, mark("ours"));
        }
        await inServer(dev.stack, "echo theirs > /media/rehearsed");
        const digest = "SELECT count(*), md5(string_agg(word, ',' ORDER BY word)) FROM it_rows";
        const data = async (stack: StackUnderTest) => [
            ...(await Promise.all(databases.map((database) => sql(stack, database, digest)))),
            await inServer(stack, "cat /media/rehearsed"),
        ];
        const theirs = await data(dev.stack);
        const before = await containers(dev.stack.prefix);
        const store = new BackupStore(dev.stack.opened);
        const [, id = ""] = /^saved (\S+)$/m.exec(await store.attempt("save")) ?? [];

        const refused = await restore(id);
        expect(refused.code, refused.stderr).to.equal(1);
        expect(refused.stderr).to.contain("another secret key").and.contain("Nothing was changed");
        expect(await sql(staging, "paperless", "SELECT word FROM it_rows LIMIT 1")).to.equal("ours1");
        const restored = await restore(id, "--other-key");
        expect(restored.code, restored.stderr).to.equal(0);
        expect(restored.stdout).to.contain(`Restores ${id} into the stack it-staging`);

        expect(await data(staging)).to.deep.equal(theirs);
        expect(await data(dev.stack)).to.deep.equal(theirs);
        expect(await containers(dev.stack.prefix)).to.have.deep.members(before);
        await expectServing(ports);
        await expectServing(dev.ports);
        for (const database of databases) await sql(dev.stack, database, "DROP TABLE it_rows");
        await inServer(dev.stack, "rm /media/rehearsed");
    });

    it("are neither of them changed by an update of the other", async () => {
        expect((await dev.stack.up({ refresh: true })).changes).to.deep.equal([]);
        expect((await staging.up({ refresh: true })).changes).to.deep.equal([]);
    });

    it("keep their names: another prefix would leave the data behind", async () => {
        staging.configure(devConfiguration("it-other-", await devPorts(), dev.stack.bench.images));
        const before = await containers(staging.prefix);
        const { record } = await staging.failingUp();
        expect(record.errors).to.contain('prefix = "it-other-" cannot change from "it-staging-"');
        expect(await containers(staging.prefix)).to.deep.equal(before);
        expect([...(await containers("it-other-")), ...(await networks("it-other-"))]).to.deep.equal([]);
        staging.configure(devConfiguration(staging.prefix, ports, dev.stack.bench.images));
        expect((await staging.up()).changes).to.deep.equal([]);
    });

    it("can be taken down separately", async () => {
        await dev.stack.down();
        expect(await containers(dev.stack.prefix)).to.deep.equal([]);
        await expectServing(ports);
        await dev.stack.up();
        await staging.down();
        expect(await containers(staging.prefix)).to.deep.equal([]);
        expect(await networks(staging.prefix)).to.deep.equal([]);
        await expectServing(dev.ports);
    });
});

async function sql({ prefix }: StackUnderTest, database: string, statement: string): Promise<string> {
    const { id } = await container(`${prefix}authentik-postgres-server`);
    return await docker("exec", "--user", "postgres", id, "psql", "-d", database, "-Atqc", statement);
}

async function inServer({ prefix }: StackUnderTest, command: string): Promise<string> {
    return await docker("exec", (await container(`${prefix}authentik-server`)).id, "sh", "-c", command);
}
