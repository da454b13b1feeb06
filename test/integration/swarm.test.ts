import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { reasonOf } from "../../cli/progress";
import { run } from "../../cli/run";
import { eventually } from "../contract/support/containers";
import { devConfiguration, devPorts, type Ports } from "./support/dev";
import { crashingImage } from "./support/crashing-image";
import { docker } from "./support/host";
import { Load } from "./support/load";
import type { Operation } from "./support/operation";
import { StackUnderTest } from "./support/stack-under-test";
import { type NodeName, SwarmBed } from "./support/swarm-bed";
import { expectServing } from "./support/visit";
import { openBench } from "./support/workplace";

const prefix = "it-sw-";
/** Nothing answers on port 1: no image of this name can be had anywhere. */
const missing = "127.0.0.1:1/it-missing:1";
const crashing = "it-sw-crashing:1";
const outposts = ["ak-outpost-organizr", "ak-outpost-cwad"];

describe("the development configuration on a Swarm of three nodes", () => {
    let bed: SwarmBed | undefined;
    let stack: StackUnderTest;
    let ports: Ports;
    let machines: string | undefined;
    let leave = () => Promise.resolve();
    /** What every later configuration has: without the rotation, the secrets would be made anew. */
    let settled: Record<string, unknown> = {};

    before(async function () {
        machines = process.env.DOCKER_HOST;
        const obstacle = SwarmBed.obstacle();
        if (obstacle !== undefined) {
            const said = `a Swarm of three nodes cannot be made here: ${obstacle}`;
            if (process.env.CI !== undefined) throw new Error(said);
            console.log(`      ${said}; so nothing is proven of it`);
            this.skip();
        }
        const { images } = await openBench();
        await crashingImage(crashing, images.server);
        bed = await SwarmBed.open([images.server, images.proxy, images.postgres, images.redis, crashing]);
        await docker("image", "rm", "--force", crashing);
        process.env.DOCKER_HOST = bed.node("manager").docker.host;
        ports = await devPorts();
        stack = await StackUnderTest.open(prefix, {}, bed.node("manager").docker);
        configure();
    });
    // What failed must not fail what follows.
    afterEach(async function () {
        if (this.currentTest?.state !== "failed") return;
        try {
            await theBed().heal();
            configure();
            await stack.up();
            await leave().catch(() => undefined);
            await visitFrom("manager");
        } catch (error) {
            tell(`it is not whole again: ${reasonOf(error)}`);
        }
    });
    after(async () => {
        if (machines === undefined) delete process.env.DOCKER_HOST;
        else process.env.DOCKER_HOST = machines;
        if (bed === undefined) return;
        await bed.close();
        await stack.close();
    });

    it("is up from nothing when a person could sign in", async () => {
        const { seconds } = await timed(() => stack.up());
        await visitFrom("manager");
        await expectServing(ports);
        tell(`up in ${seconds} s`);
    });

    it("has nothing to do then, also when it is compared with what there is", async () => {
        for (const refresh of [false, true]) {
            const { result, seconds } = await timed(() => stack.up({ refresh }));
            expect(result.changes).to.deep.equal([]);
            tell(`${refresh ? "--refresh" : "up"} in ${seconds} s`);
        }
    });

    it("takes a changed setting, and new secrets, without a failed request at twenty a second", async () => {
        const changed = { "settings.log_level": "debug" };
        const rotation = { postgres: 1, redis: 1, "outpost/ak-outpost-cwad": 1 };
        for (const changes of [changed, { ...changed, rotation }]) {
            configure(changes);
            const { result, seconds } = await unharmed(() => stack.up());
            tell(`${Object.keys(changes).at(-1)} in ${seconds} s`);
            expect(result.changes).to.not.be.empty;
        }
        settled = { ...changed, rotation };
        expect((await stack.up({ refresh: true })).changes).to.deep.equal([]);
    });

    it("keeps its containers when an image cannot be had or crashes, says so each time, and is healed by the right one", async () => {
        const before = await tasks();
        configure({ "images.server": missing });
        expect((await unharmed(() => stack.failingUp())).result.record.errors).to.contain(missing);
        expect(await tasks()).to.have.deep.members(before);
        for (let attempt = 1; attempt <= 2; attempt++) {
            configure({ "images.server": crashing });
            const { result, seconds } = await unharmed(() => stack.failingUp());
            expect(result.record.errors)
                .to.contain("these are the last words")
                .and.match(/authentik-(server|worker)/);
            tell(`failed with the reason after ${seconds} s`);
            expect(await tasks()).to.have.deep.members(before);
        }
        configure();
        await stack.up();
        expect((await stack.up({ refresh: true })).changes).to.deep.equal([]);
        await expectServing(ports);
    });

    it("moves what ran on a node that is lost, and takes it back", async () => {
        await theBed().node("spare").lose();
        const { seconds } = await timed(() => whole(({ node }) => node !== "spare"));
        tell(`moved in ${seconds} s`);
        expect(seconds).to.be.lessThan(60);
        await expectServing(ports);
        await theBed().node("spare").start();
        await theBed().until("spare", "ready");
        await unchanged();
    });

    it("survives a restart of the manager", async () => {
        await theBed().node("manager").end();
        await theBed().node("manager").start();
        const { seconds } = await timed(() => whole());
        tell(`whole again after ${seconds} s`);
        await visitFrom("manager");
        await expectServing(ports);
        await unchanged();
    });

    it("leaves a node that is drained without a failed request", async () => {
        // Nothing returns to a node by itself, so the other may have none.
        const drained = (await tasks()).map(({ node }) => node).find((node) => node !== "data") as NodeName;
        const { seconds } = await unharmed(async () => {
            await theBed().set(drained, "drain");
            await whole(({ node }) => node !== drained);
        });
        tell(`${drained} was left in ${seconds} s`);
        await theBed().set(drained, "active");
        await unchanged();
    });

    it("says what is missing while the node with the data is lost, and has lost no row when it is back", async () => {
        const rows = 1000;
        await sql(`CREATE TABLE it_rows AS SELECT generate_series(1, ${rows}) AS n`);
        await theBed().node("data").lose();
        await theBed().until("data", "down");
        const { record, seconds } = await stack.failingUp();
        expect(record.errors)
            .to.match(/postgres/)
            .and.match(/no suitable node/);
        tell(`told after ${Math.round(seconds)} s`);
        await theBed().node("data").start();
        const { seconds: back } = await timed(() => whole());
        tell(`whole again ${back} s after its return`);
        await stack.up();
        await expectServing(ports);
        expect(await sql("SELECT count(*) FROM it_rows")).to.equal(String(rows));
        await unchanged();
    });

    it("is scaled from one to three and back without a failed request", async () => {
        for (const replicas of [1, 3, 1]) {
            configure(replicated(replicas));
            const { seconds } = await unharmed(() => stack.up());
            expect((await tasks()).filter(({ service }) => /authentik-server/.test(service))).to.have.length(replicas);
            tell(`${replicas} in ${seconds} s`);
        }
    });

    it("keeps its data when it is taken down, and finds it again", async () => {
        await leave();
        await stack.down();
        expect(await tasks()).to.deep.equal([]);
        await stack.up();
        await visitFrom("manager");
        await expectServing(ports);
        expect(await sql("SELECT count(*) FROM it_rows")).to.equal("1000");
    });

    function theBed(): SwarmBed {
        return bed ?? expect.fail("there is no Swarm");
    }

    function configure(changes: Record<string, unknown> = {}): void {
        const device = theBed().shared(
            ["ak_media", "ak_templates", "ak_certs", ...outposts.map((name) => `${name}-sessions`)].map(
                (name) => `${prefix}${name}`,
            ),
        );
        const storage = { driver: "local", options: { type: "none", o: "bind", device: `${device}/{volume}` } };
        stack.configure(
            devConfiguration(prefix, ports, stack.bench.images, {
                ...{ runtime: "swarm", "swarm.storage": storage, "server.ports": undefined },
                ...Object.fromEntries(outposts.map((_, index) => [`outposts[${index}].ports`, undefined])),
                ...replicated(2),
                // Enough for three: another number would restart PostgreSQL.
                "postgres.connections": 500,
                ...settled,
                ...changes,
            }),
        );
    }

    function replicated(replicas: number): Record<string, unknown> {
        const of = ["server", "worker", ...outposts.map((_, index) => `outposts[${index}]`)];
        return Object.fromEntries(of.map((path) => [`${path}.replicas`, replicas]));
    }

    /** Makes the stack's ports lead to its services. */
    async function visitFrom(node: NodeName): Promise<void> {
        const leads: Record<number, [string, number]> = { [ports.server]: [`${prefix}authentik-server`, 9000] };
        leads[ports.organizr] = [`${prefix}ak-outpost-organizr`, 9000];
        leads[ports.cwad] = [`${prefix}ak-outpost-cwad`, 9000];
        leave = await theBed().visit(node, stack.bench.images.server, `${prefix}frontend_net`, leads);
    }

    /** Does something while the login page and an outpost are asked, each of whose answers has to be right. */
    async function unharmed<T>(work: () => Promise<T>) {
        const load = new Load({
            [`http://authentik.localhost:${ports.server}/if/flow/default-authentication-flow/`]: 200,
            [`http://organizr.localhost:${ports.organizr}/outpost.goauthentik.io/start`]: 302,
        });
        const done = await timed(work).catch(async (error: unknown) => {
            await load.end();
            throw error;
        });
        await sleep(2000);
        const { count, again, failed } = await load.end();
        expect(failed).to.deep.equal([]);
        // The real server, too, drops what it is answering when it is stopped.
        expect(again, "requests that lost their connection").to.be.lessThan(Math.max(5, count / 100));
        tell(`${count} requests, ${again} of them asked twice`);
        return done;
    }

    /** Waits until each service has the containers that it should have. */
    async function whole(counts: (task: { node: string }) => boolean = () => true): Promise<void> {
        await eventually("every container runs", 90, async () => {
            const missing = await theBed()
                .missing(counts)
                .catch(() => ["no manager"]);
            return missing.length === 0;
        });
    }

    async function tasks() {
        return (await theBed().tasks()).filter(({ service }) => service.startsWith(prefix));
    }

    async function unchanged(): Promise<void> {
        const { changes }: Operation = await stack.up({ refresh: true });
        expect(changes.filter((change) => !/-healthy|serving-proven/.test(change))).to.deep.equal([]);
        await expectServing(ports);
    }

    async function sql(statement: string): Promise<string> {
        const env = { DOCKER_HOST: theBed().node("data").docker.host };
        const listed = await run("docker", ["ps", "--format", "{{.ID}} {{.Names}}"], { env });
        const [id = ""] =
            listed
                .split("\n")
                .find((line) => line.includes("authentik-postgres"))
                ?.split(" ") ?? [];
        const psql = ["psql", "-d", "authentik", "-Atqc", statement];
        return (await run("docker", ["exec", "--user", "postgres", id, ...psql], { env })).trim();
    }
});

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; seconds: number }> {
    const since = Date.now();
    const result = await work();
    return { result, seconds: Math.round((Date.now() - since) / 1000) };
}

function tell(line: string): void {
    console.log(`        ${line}`);
}
