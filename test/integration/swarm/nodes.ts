import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../../../cli/run";
import type { Machine } from "../support/machine";
import type { NodeName } from "../support/swarm-bed";
import { type SwarmStack, tell, timed } from "../support/swarm-stack";

/** What the loss of a node does. */
export function nodes(at: () => SwarmStack): void {
    it("moves what ran on a node that is lost, and takes it back", async () => {
        await at().bed.node("spare").lose();
        const { seconds } = await timed(() => at().whole(({ node }) => node !== "spare"));
        tell(`moved in ${seconds} s`);
        expect(seconds).to.be.lessThan(60);
        await at().expectServing();
        await at().bed.node("spare").start();
        await at().bed.until("spare", "ready");
        await at().unchanged();
    });

    it("survives a restart of the manager", async () => {
        // They end with its engine, and the manager takes them for running until that reports.
        const ended = (await at().tasks()).filter(({ node }) => node === "manager").map(({ id }) => id);
        await at().bed.node("manager").end();
        expect((await at().stack.preview()).changes, "while no manager answers").to.deep.equal([]);
        await at().bed.node("manager").start();
        const { seconds } = await timed(() => at().whole(({ id }) => !ended.includes(id)));
        tell(`whole again after ${seconds} s`);
        await at().visitFrom("manager");
        await at().expectServing();
        await at().unchanged();
    });

    it("leaves a node that is drained without a failed request", async () => {
        // Nothing returns to a node by itself, so the other may have none.
        const drained = (await at().tasks()).map(({ node }) => node).find((node) => node !== "data") as NodeName;
        const { seconds } = await at().unharmed(async () => {
            await at().bed.set(drained, "drain");
            await at().whole(({ node }) => node !== drained);
        });
        tell(`${drained} was left in ${seconds} s`);
        await at().bed.set(drained, "active");
        await at().unchanged();
    });

    it("says what is missing while the node with the data is lost, and has lost no row when it is back", async () => {
        const rows = 1000;
        await at().sql(`CREATE TABLE it_rows AS SELECT generate_series(1, ${rows}) AS n`);
        await at().bed.node("data").lose();
        await at().bed.until("data", "down");
        const { record, seconds } = await at().stack.failingUp();
        expect(record.errors)
            .to.match(/postgres/)
            .and.match(/no suitable node/);
        tell(`told after ${Math.round(seconds)} s`);
        await at().bed.node("data").start();
        const { seconds: back } = await timed(() => at().whole());
        tell(`whole again ${back} s after its return`);
        await at().unchanged();
        expect(await at().sql("SELECT count(*) FROM it_rows")).to.equal(String(rows));
    });

    it("lets no second PostgreSQL at the data when the manager loses sight of the node for a moment", async () => {
        const { bed } = at();
        await bed.link("data", "down");
        await bed.until("data", "down");
        await bed.link("data", "up");
        const most = { servers: 0, containers: 0 };
        const isWhole = at().whole();
        for (let over = false; !over;) {
            over = await Promise.race([isWhole.then(() => true), sleep(300).then(() => false)]);
            const { servers, containers } = await postgresOn(bed.node("data"));
            most.servers = Math.max(most.servers, servers);
            most.containers = Math.max(most.containers, containers);
        }
        tell(`${most.containers} containers for PostgreSQL at the same time, ${most.servers} of them served`);
        expect(most.servers).to.equal(1);
        expect(await at().sql("SELECT count(*) FROM it_rows")).to.equal("1000");
        await at().unchanged();
    });
}

/** How many servers of PostgreSQL run on a machine, and how many containers there are for one. */
async function postgresOn(machine: Machine): Promise<{ servers: number; containers: number }> {
    const processes = (await machine.inside("ps", "-eo", "pid=,ppid=,comm="))
        .split("\n")
        .map((line) => line.trim().split(/\s+/))
        .filter(([, , name]) => name === "postgres");
    const ids = new Set(processes.map(([id]) => id));
    const env = { DOCKER_HOST: machine.docker.host };
    const names = await run("docker", ["ps", "--format", "{{.Names}}", "--filter", "name=authentik-postgres"], { env });
    return {
        servers: processes.filter(([, parent]) => !ids.has(parent)).length,
        containers: names.split("\n").filter((name) => name !== "").length,
    };
}
