import { expect } from "chai";
import { bringUp, settle } from "../../cli/stack/up";
import { devConfiguration, devPorts, type Ports } from "./support/dev";
import { container, containers, docker } from "./support/host";
import { killedUp } from "./support/killed";
import { StackUnderTest } from "./support/stack-under-test";
import { expectServing } from "./support/visit";
import { openBench } from "./support/workplace";

const prefix = "it-k-";

describe("an update that is killed in the middle", () => {
    let stack: StackUnderTest;
    let ports: Ports;
    const told: string[] = [];

    before(async () => {
        ports = await devPorts();
        const { images } = await openBench();
        stack = await StackUnderTest.open(prefix, devConfiguration(prefix, ports, images));
    });
    after(() => stack.close());

    for (const [moment, found] of Object.entries({
        "while PostgreSQL starts": "it-k-authentik-postgres",
        "while the server starts": "it-k-authentik-server",
        "while an outpost starts": "it-k-authentik-ak-outpost",
    })) {
        it(`${moment} leaves a lock that a plain update stops at`, async () => {
            await killedUp(stack, async () => (await containers(found)).length > 0);
            const { record } = await stack.failingUp();
            expect(record.output).to.contain("locked");
        });

        it(`${moment} is gone on with by the next start`, async () => {
            told.length = 0;
            expect(await settle((line) => told.push(line), stack.opened)).to.equal(true);
            expect(told).to.include("the last run was killed; unlocking the stack");
        });
    }

    it("leaves no half of a PostgreSQL cluster", async () => {
        const { id } = await container("it-k-authentik-postgres");
        const host = await docker("exec", id, "cat", "/var/lib/postgresql/data/pg_hba.conf");
        expect(host, "the last thing that the image's entrypoint writes").to.match(/^host all all all /m);
    });

    it("ends, brought up, in a stack that serves, without anything left over", async () => {
        await bringUp((line) => told.push(line), stack.opened, true);
        await expectServing(ports);
        const names = (await containers(prefix)).map(({ name }) => name);
        expect(names, "one of each").to.have.length(7);
        expect((await stack.up({ refresh: true })).changes).to.deep.equal([]);
    });
});
