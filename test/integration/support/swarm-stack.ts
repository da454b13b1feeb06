import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../../../cli/run";
import { eventually } from "../../contract/support/containers";
import { devConfiguration, devPorts, originOf, type Ports } from "./dev";
import { crashingImage } from "./crashing-image";
import { docker } from "./host";
import { Load } from "./load";
import { StackUnderTest } from "./stack-under-test";
import { type NodeName, SwarmBed, type Task } from "./swarm-bed";
import { expectServing } from "./visit";
import { openBench } from "./workplace";

const [organizr, cwad] = ["ak-outpost-organizr", "ak-outpost-cwad"];
const outposts = [organizr, cwad];
/** Changes of the configuration, for one outpost with every application. */
const least = { consumers: undefined, "applications[1].provider.outpost": organizr };
const shared = ["ak_media", "ak_templates", "ak_certs", ...outposts.map((name) => `${name}-sessions`)];

interface Given {
    outposts: { name: string }[];
    applications: { provider: { outpost?: string } }[];
}

/**
 * The development configuration on a Swarm. On several nodes, there are two of each, and storage that all nodes reach; on one, there
 * is the least that leads from an application to the login page.
 */
export class SwarmStack {
    /** Prefix of its names. */
    public static readonly prefix = "it-sw-";
    /** A server's image that crashes with `these are the last words`. */
    public static readonly crashing = "it-sw-crashing:1";
    /** What every later configuration has: without the rotation, the secrets would be made anew. */
    public settled: Record<string, unknown> = {};
    /** Ends what leads the ports of this machine to the services. */
    public leave = () => Promise.resolve();

    private constructor(
        public readonly bed: SwarmBed,
        public readonly stack: StackUnderTest,
        /** Where it is reached from this machine. */
        public ports: Ports,
        private readonly machines: string | undefined,
    ) {}

    /** @param names of its machines. Default: all three. */
    public static async open(names?: NodeName[]): Promise<SwarmStack> {
        const machines = process.env.DOCKER_HOST;
        const { images, gateway } = await openBench();
        const { crashing, prefix } = SwarmStack;
        await crashingImage(crashing, images.server);
        const needed = [images.server, images.proxy, images.postgres, images.redis, crashing];
        const bed = await SwarmBed.open(names === undefined ? [...needed, gateway] : needed, names);
        try {
            await docker("image", "rm", "--force", crashing);
            process.env.DOCKER_HOST = bed.node("manager").docker.host;
            const stack = await StackUnderTest.open(prefix, {}, bed.node("manager").docker);
            const all = new SwarmStack(bed, stack, await devPorts(), machines);
            all.configure();
            return all;
        } catch (error) {
            setHost(machines);
            await bed.close();
            throw error;
        }
    }

    public async close(): Promise<void> {
        setHost(this.machines);
        await this.bed.close();
        await this.stack.close();
    }

    /** Makes it whole after a test that failed. */
    public async heal(): Promise<void> {
        await this.bed.heal();
        this.configure();
        await this.leave().catch(() => undefined);
        await this.stack.up();
        await this.visitFrom("manager");
    }

    /** @param more.without the name of an outpost that it does not have, nor its applications. Default: it has all. */
    public configure(changes: Record<string, unknown> = {}, more: { without?: string } = {}): void {
        const { images, gateway } = this.stack.bench;
        const configuration = devConfiguration(
            SwarmStack.prefix,
            this.ports,
            { ...images, gateway },
            {
                ...{ runtime: "swarm", "server.ports": undefined },
                ...Object.fromEntries(outposts.map((_, index) => [`outposts[${index}].ports`, undefined])),
                ...(this.isOne ? least : { ...replicated(2), "swarm.storage": this.storage() }),
                // Enough for three: another number would restart PostgreSQL.
                "postgres.connections": 500,
                ...this.settled,
                ...changes,
            },
        );
        const { outposts: given, applications } = configuration as unknown as Given;
        this.stack.configure({
            ...configuration,
            outposts: given.filter(({ name }) => name !== (this.isOne ? cwad : more.without)),
            applications: applications.filter(({ provider: { outpost } }) => (outpost ?? "") !== more.without),
        });
    }

    /**
     * Makes the stack's ports lead to its services; with a gateway, to that of the node with the data.
     *
     * @param node from which the services are visited.
     */
    public async visitFrom(node: NodeName): Promise<void> {
        if (this.ports.gateway === true) {
            const machine = this.bed.node(this.bed.dataNode);
            await machine.relay(this.ports.server);
            this.leave = () => machine.endRelays();
            return;
        }
        const { prefix } = SwarmStack;
        const leads: Record<number, [string, number]> = { [this.ports.server]: [`${prefix}authentik-server`, 9000] };
        leads[this.ports.organizr] = [`${prefix}${organizr}`, 9000];
        leads[this.ports.cwad] = [`${prefix}${this.isOne ? organizr : cwad}`, 9000];
        this.leave = await this.bed.visit(node, this.stack.bench.images.server, `${prefix}frontend_net`, leads);
    }

    public async expectServing(): Promise<void> {
        await expectServing(this.ports);
    }

    /** Does something while the login page and an outpost are asked, each of whose answers has to be right. */
    public async unharmed<T>(work: () => Promise<T>) {
        const { server, organizr: outpost } = this.ports;
        const load = new Load({
            [`${originOf("authentik", server, this.ports)}/if/flow/default-authentication-flow/`]: 200,
            [`${originOf("organizr", outpost, this.ports)}/outpost.goauthentik.io/start`]: 302,
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
    public async whole(counts: (task: Task) => boolean = () => true): Promise<void> {
        await eventually("every container runs", 90, async () => {
            const missing = await this.bed.missing(counts).catch(() => ["no manager"]);
            return missing.length === 0;
        });
    }

    public async tasks(): Promise<Task[]> {
        return (await this.bed.tasks()).filter(({ service }) => service.startsWith(SwarmStack.prefix));
    }

    /** An update that compares has nothing to do but to wait for what runs anew. */
    public async unchanged(): Promise<void> {
        const { changes } = await this.stack.up({ refresh: true });
        expect(changes.filter((change) => !/-healthy|serving-proven/.test(change))).to.deep.equal([]);
        await this.expectServing();
    }

    /** What its PostgreSQL answers. */
    public async sql(statement: string, node = this.bed.dataNode): Promise<string> {
        const env = { DOCKER_HOST: this.bed.node(node).docker.host };
        const listed = await run("docker", ["ps", "--format", "{{.ID}} {{.Names}}"], { env });
        const line = listed.split("\n").find((one) => one.includes("authentik-postgres")) ?? "";
        const psql = ["psql", "-d", "authentik", "-Atqc", statement];
        const [id = ""] = line.split(" ");
        return (await run("docker", ["exec", "--user", "postgres", id, ...psql], { env })).trim();
    }

    /** Names of its volumes on the node with the data. */
    public async volumes(): Promise<string[]> {
        const env = { DOCKER_HOST: this.bed.node(this.bed.dataNode).docker.host };
        const listed = await run("docker", ["volume", "ls", "--format", "{{.Name}}"], { env });
        return listed.split("\n").filter((name) => name.startsWith(SwarmStack.prefix));
    }

    private get isOne(): boolean {
        return this.bed.names.length === 1;
    }

    private storage() {
        const device = this.bed.shared(shared.map((name) => `${SwarmStack.prefix}${name}`));
        return { driver: "local", options: { type: "none", o: "bind", device: `${device}/{volume}` } };
    }
}

/** The engine that Docker's own command asks; undefined: this machine's. */
export function setHost(host: string | undefined): void {
    if (host === undefined) delete process.env.DOCKER_HOST;
    else process.env.DOCKER_HOST = host;
}

/** Changes of the configuration that give each service so many containers. */
export function replicated(replicas: number): Record<string, unknown> {
    const of = ["server", "worker", ...outposts.map((_, index) => `outposts[${index}]`)];
    return Object.fromEntries(of.map((path) => [`${path}.replicas`, replicas]));
}

export async function timed<T>(work: () => Promise<T>): Promise<{ result: T; seconds: number }> {
    const since = Date.now();
    const result = await work();
    return { result, seconds: Math.round((Date.now() - since) / 1000) };
}

export function tell(line: string): void {
    console.log(`        ${line}`);
}
