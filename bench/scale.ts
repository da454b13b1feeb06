import { writeFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { DockerEngine } from "../cli/docker-engine";
import { run } from "../cli/run";
import { projectRoot } from "../cli/workplace";
import { devConfiguration, devPorts, type Ports } from "../test/integration/support/dev";
import { StackUnderTest } from "../test/integration/support/stack-under-test";
import { nodeNames, SwarmBed } from "../test/integration/support/swarm-bed";
import { setHost } from "../test/integration/support/swarm-stack";
import { openBench } from "../test/integration/support/workplace";
import { machine } from "./figures";
import { askers, type Figure, listed, Load, redirectUri } from "./load";

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
const outposts = ["ak-outpost-organizr", "ak-outpost-cwad"];

async function main(): Promise<void> {
    const bench = await openBench();
    const { version } = devConfiguration(prefix, await devPorts(), bench.images) as { version: string };
    const official = Object.fromEntries(
        ["server", "proxy"].map((name) => [name, `ghcr.io/goauthentik/${name}:${version}`]),
    );
    const images = { ...bench.images, ...official };
    const bed = await SwarmBed.open([images.server, images.proxy, images.postgres, images.redis, images.app]);
    const machines = process.env.DOCKER_HOST;
    let stack: StackUnderTest | undefined;
    try {
        setHost(bed.node("manager").docker.host);
        const ports = await devPorts();
        stack = await StackUnderTest.open(prefix, {}, bed.node("manager").docker);
        const figures: Figure[] = [];
        for (const copies of counts) {
            stack.configure(configuration(bed, ports, images, copies));
            console.log(`${copies} of each: up`);
            await stack.up();
            if (copies === counts[0]) await open(bed, ports, images);
            await limit(bed);
            const load = new Load(enginesOf(bed), ports, await stack.outputs());
            for (const kind of ["login page", "sign-in", "code exchange", "proxied request"] as const) {
                const figure = await load.measure(kind, copies, seconds);
                console.log(JSON.stringify(figure));
                figures.push(figure);
            }
        }
        const file = join(projectRoot, "docs/scaling.md");
        const [before = ""] = readFileSync(file, "utf8").split(heading);
        writeFileSync(file, `${before.trimEnd()}\n\n${partOf(figures, version)}`);
    } finally {
        setHost(machines);
        await bed.close();
        await stack?.close();
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
    for (const { engine, id } of await listed(enginesOf(bed), /-authentik-server|-ak-outpost-/))
        await run("docker", ["update", "--cpus", String(share), id], { env: { DOCKER_HOST: engine.host } });
}

function enginesOf(bed: SwarmBed): DockerEngine[] {
    return nodeNames.map((name) => bed.node(name).docker);
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
        "| | copies | answers per second | median, ms | p99, ms | failed | server, ms | outpost, ms | PostgreSQL, ms | Redis, ms | connections | memory of a server, MB |",
        `|${" --- |".repeat(12)}`,
        ...rows.toSorted(),
        "",
        "The four columns before the last two are processor time for one answer: of all copies together, divided by the number of answers.",
        "",
    ].join("\n");
}

void main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
});
