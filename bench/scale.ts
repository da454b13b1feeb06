import { writeFileSync, readFileSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../cli/run";
import { projectRoot } from "../cli/workplace";
import { devConfiguration, devPorts, type Ports } from "../test/integration/support/dev";
import { StackUnderTest } from "../test/integration/support/stack-under-test";
import { nodeNames, SwarmBed } from "../test/integration/support/swarm-bed";
import { openBench } from "../test/integration/support/workplace";
import { Browser } from "./browser";
import { machine } from "./figures";

/**
 * `npm run bench:scale [-- <seconds>]`: how many requests a second one, two and four copies of authentik's server answer, each with a
 * quarter of a processor, how long they take, and what they cost. On a Swarm of three nodes on this machine.
 *
 * It needs the official images of the development configuration's release in the Docker engine of this machine, and root.
 * Default: 20 seconds for each figure. The figures go to docs/scaling.md.
 */
const seconds = Number(process.argv[2] ?? 20);
const prefix = "bench-scale-";
const counts = [1, 2, 4];
/** Of a processor, for each copy: four of them leave enough of two for PostgreSQL, Redis and those who ask. */
const share = 0.25;
/** How many ask at the same time, each again as soon as it is answered. */
const askers = 16;
const redirectUri = "http://bench.localhost/callback";
const outposts = ["ak-outpost-organizr", "ak-outpost-cwad"];

/** What is asked. */
type Kind = "login page" | "sign-in" | "code exchange" | "proxied request";

/** One figure. */
interface Figure {
    copies: number;
    kind: Kind;
    /** A second. */
    rate: number;
    /** In milliseconds. */
    median: number;
    p99: number;
    failed: number;
    /** Processor time of one, in milliseconds: of the servers, the outposts, PostgreSQL and Redis together. */
    cost: Record<"server" | "outpost" | "postgres" | "redis", number>;
    /** The most at a time. */
    connections: number;
    /** The most of one copy, in MB. */
    memory: number;
}

async function main(): Promise<void> {
    const bench = await openBench();
    const { version } = devConfiguration(prefix, await devPorts(), bench.images) as { version: string };
    const official = Object.fromEntries(
        ["server", "proxy"].map((name) => [name, `ghcr.io/goauthentik/${name}:${version}`]),
    );
    const images = { ...bench.images, ...official };
    const bed = await SwarmBed.open([images.server, images.proxy, images.postgres, images.redis, images.app]);
    process.env.DOCKER_HOST = bed.node("manager").docker.host;
    const ports = await devPorts();
    const stack = await StackUnderTest.open(prefix, {}, bed.node("manager").docker);
    const configure = (copies: number) => stack.configure(configuration(bed, ports, images, copies));
    try {
        const figures: Figure[] = [];
        for (const copies of counts) {
            configure(copies);
            console.log(`${copies} of each: up`);
            await stack.up();
            if (copies === counts[0]) await open(bed, ports, images);
            await limit(bed);
            const load = new Load(bed, ports, await stack.outputs());
            for (const kind of ["login page", "sign-in", "code exchange", "proxied request"] as const) {
                const figure = await load.measure(kind, copies);
                console.log(JSON.stringify(figure));
                figures.push(figure);
            }
        }
        const file = join(projectRoot, "docs/scaling.md");
        const [before = ""] = readFileSync(file, "utf8").split(heading);
        writeFileSync(file, `${before.trimEnd()}\n\n${partOf(figures, version)}`);
    } finally {
        delete process.env.DOCKER_HOST;
        await bed.close();
        await stack.close();
    }
}

function configuration(bed: SwarmBed, ports: Ports, images: Parameters<typeof devConfiguration>[2], copies: number) {
    const names = ["ak_media", "ak_templates", "ak_certs", ...outposts.map((name) => `${name}-sessions`)];
    const device = `${bed.shared(names.map((name) => `${prefix}${name}`))}/{volume}`;
    const client = { type: "oidc", redirectUris: [redirectUri] };
    const configured = devConfiguration(prefix, ports, images, {
        ...{ runtime: "swarm", "swarm.storage": { options: { type: "none", o: "bind", device } } },
        ...{ "server.ports": undefined, "server.replicas": copies, "postgres.connections": 1000 },
        ...Object.fromEntries(outposts.map((_, index) => [`outposts[${index}].ports`, undefined])),
        ...Object.fromEntries(outposts.map((_, index) => [`outposts[${index}].replicas`, copies])),
        "applications[0].provider.internalHost": "http://bench-app:8000",
    });
    const { applications } = configured as { applications: unknown[] };
    return { ...configured, applications: [...applications, { slug: "bench", name: "Bench", provider: client }] };
}

/** Makes ports of this machine lead to the services, and puts an application behind the outpost. */
async function open(bed: SwarmBed, ports: Ports, { server, app }: { server: string; app: string }): Promise<void> {
    const env = { DOCKER_HOST: bed.node("manager").docker.host };
    const place = ["--detach", "--network", `${prefix}frontend_net`, "--network-alias", "bench-app"];
    const listen =
        'require("http").createServer((_, answer) => answer.end("it is the application")).listen(8000, "0.0.0.0")';
    await run("docker", ["run", ...place, "--entrypoint", "node", app, "-e", listen], { env });
    await bed.visit("manager", server, `${prefix}frontend_net`, {
        [ports.server]: [`${prefix}authentik-server`, 9000],
        [ports.organizr]: [`${prefix}ak-outpost-organizr`, 9000],
    });
}

/** Gives each copy of the server and of an outpost its share, now that it has started. */
async function limit(bed: SwarmBed): Promise<void> {
    for (const { host, id } of await listed(bed, /-authentik-server|-ak-outpost-/))
        await run("docker", ["update", "--cpus", String(share), id], { env: { DOCKER_HOST: host } });
}

async function listed(bed: SwarmBed, pattern: RegExp) {
    const found = await Promise.all(
        nodeNames.map(async (node) => {
            const { host } = bed.node(node).docker;
            const env = { DOCKER_HOST: host };
            const lines = (await run("docker", ["ps", "--no-trunc", "--format", "{{.ID}} {{.Names}}"], { env })).split(
                "\n",
            );
            return lines.map((line) => line.split(" ")).map(([id = "", name = ""]) => ({ host, node, id, name }));
        }),
    );
    return found.flat().filter(({ name }) => pattern.test(name));
}

/** Asks a stack, and measures. */
class Load {
    private readonly authentik: string;
    private readonly application: string;
    private readonly password: string;
    private readonly client: { id: string; secret: string };

    public constructor(
        private readonly bed: SwarmBed,
        ports: Ports,
        outputs: Awaited<ReturnType<StackUnderTest["outputs"]>>,
    ) {
        this.authentik = `http://authentik.localhost:${ports.server}`;
        this.application = `http://organizr.localhost:${ports.organizr}/`;
        this.password = (outputs.admin?.value as { password: string }).password;
        const { bench } = outputs.applications?.value as Record<string, { clientId: string; clientSecret: string }>;
        this.client = { id: bench?.clientId ?? "", secret: bench?.clientSecret ?? "" };
    }

    public async measure(kind: Kind, copies: number): Promise<Figure> {
        // Each has its own, so that connections are spread over the copies, and a browser that has signed in.
        const browsers = await Promise.all(
            Array.from({ length: askers }, async () => {
                const browser = this.browser();
                if (kind === "proxied request") await browser.enter(this.application, this.password);
                if (kind === "code exchange") await this.exchange(browser);
                return browser;
            }),
        );
        const work: Record<Kind, (browser: Browser) => Promise<unknown>> = {
            "login page": (browser) => expected(browser.ask(`${this.authentik}/if/flow/default-authentication-flow/`)),
            "sign-in": () =>
                this.browser().enter(`${this.authentik}/if/flow/default-authentication-flow/`, this.password),
            "code exchange": (browser) => this.exchange(browser),
            "proxied request": (browser) => expected(browser.ask(this.application)),
        };
        const watch = new Watch(this.bed);
        const before = await watch.processor();
        const taken: number[] = [];
        let failed = 0;
        const end = performance.now() + seconds * 1000;
        const ask = async (browser: Browser) => {
            while (performance.now() < end) {
                const since = performance.now();
                await work[kind](browser).then(
                    () => taken.push(performance.now() - since),
                    (error: Error) => {
                        if (failed++ === 0) console.log(error.message);
                    },
                );
            }
        };
        const begun = performance.now();
        const watching = watch.until(end);
        await Promise.all(browsers.map(ask));
        const took = (performance.now() - begun) / 1000;
        const after = await watch.processor();
        const of = (name: keyof Figure["cost"]) => (after[name] - before[name]) / Math.max(1, taken.length);
        taken.sort((a, b) => a - b);
        const at = (part: number) => taken[Math.min(taken.length - 1, Math.floor(taken.length * part))] ?? Number.NaN;
        return {
            ...{ copies, kind, rate: taken.length / took, median: at(0.5), p99: at(0.99), failed },
            cost: { server: of("server"), outpost: of("outpost"), postgres: of("postgres"), redis: of("redis") },
            ...(await watching),
        };
    }

    private browser(): Browser {
        return new Browser(new http.Agent({ keepAlive: true, maxSockets: 1 }));
    }

    /** What an application does for somebody who is signed in: authorize, then code for tokens. */
    private async exchange(browser: Browser): Promise<void> {
        const query = new URLSearchParams({
            ...{ client_id: this.client.id, redirect_uri: redirectUri, response_type: "code" },
            ...{ scope: "openid email profile", state: "bench" },
        });
        const ended = await browser.enter(
            `${this.authentik}/application/o/authorize/?${query.toString()}`,
            this.password,
            redirectUri,
        );
        const code = new URL(ended).searchParams.get("code") ?? "";
        const body = new URLSearchParams({
            ...{ grant_type: "authorization_code", code, redirect_uri: redirectUri },
            ...{ client_id: this.client.id, client_secret: this.client.secret },
        });
        const headers = { "content-type": "application/x-www-form-urlencoded" };
        await expected(browser.ask(`${this.authentik}/application/o/token/`, { body: body.toString(), ...headers }));
    }
}

async function expected(asked: ReturnType<Browser["ask"]>): Promise<void> {
    const { status, body } = await asked;
    if (status !== 200) throw new Error(`${status}: ${body.slice(0, 300)}`);
}

/** What containers use, as Docker counts it. */
class Watch {
    public constructor(private readonly bed: SwarmBed) {}

    /** Processor time until now, in milliseconds. */
    public async processor(): Promise<Figure["cost"]> {
        const of = async (pattern: RegExp) => {
            const all = await this.stats(pattern);
            return all.reduce((sum, { cpu_stats: { cpu_usage } }) => sum + cpu_usage.total_usage / 1e6, 0);
        };
        const [server, outpost, postgres, redis] = await Promise.all(
            [/-authentik-server/, /-ak-outpost-/, /-authentik-postgres/, /-authentik-redis/].map(of),
        );
        return { server: server ?? 0, outpost: outpost ?? 0, postgres: postgres ?? 0, redis: redis ?? 0 };
    }

    /** The most until then. */
    public async until(end: number): Promise<Pick<Figure, "connections" | "memory">> {
        let connections = 0;
        while (performance.now() < end) {
            connections = Math.max(connections, await this.connections());
            await sleep(1000);
        }
        const memory = (await this.stats(/-authentik-server/)).map(({ memory_stats: { usage, stats } }) => {
            const { total_inactive_file = 0, inactive_file = total_inactive_file } = stats as Record<string, number>;
            return (usage - inactive_file) / 1e6;
        });
        return { connections, memory: Math.max(...memory) };
    }

    private async connections(): Promise<number> {
        const [postgres] = await listed(this.bed, /-authentik-postgres/);
        if (postgres === undefined) throw new Error("PostgreSQL does not run");
        const asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'authentik'";
        const args = ["exec", "--user", "postgres", postgres.id, "psql", "-Atqc", asked];
        return Number(await run("docker", args, { env: { DOCKER_HOST: postgres.host } }));
    }

    private async stats(pattern: RegExp) {
        return await Promise.all(
            (await listed(this.bed, pattern)).map(async ({ node, id }) => {
                const client = await this.bed.node(node).docker.connection.client();
                return await client.getContainer(id).stats({ stream: false, "one-shot": true });
            }),
        );
    }
}

const heading = "## Measured";

function partOf(figures: Figure[], version: string): string {
    const rows = figures.map(({ copies, kind, rate, median, p99, failed, cost, connections, memory }) => {
        const costs = [cost.server, cost.outpost, cost.postgres, cost.redis].map((value) => value.toFixed(0));
        const times = [rate.toFixed(1), median.toFixed(0), p99.toFixed(0), String(failed)];
        return `| ${[kind, copies, ...times, ...costs, connections, memory.toFixed(0)].join(" | ")} |`;
    });
    return [
        heading,
        "",
        `Made by \`npm run bench:scale\`: authentik ${version} on a Swarm of three nodes on one machine, ${machine()}.`,
        `Each copy of the server and of an outpost has ${share} of a processor; the rest of the machine is for PostgreSQL, Redis and those who`,
        `ask: ${askers} at the same time, each again as soon as it is answered, for ${seconds} seconds.`,
        "",
        "| | copies | a second | median, ms | p99, ms | failed | server, ms | outpost, ms | PostgreSQL, ms | Redis, ms | connections | memory of a server, MB |",
        `|${" --- |".repeat(12)}`,
        ...rows.toSorted(),
        "",
        "The four columns in the middle are processor time of one: all copies of it, divided by the number of answers.",
        "",
    ].join("\n");
}

void main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
});
