import http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { OidcOutput } from "../authentik/providers/oidc";
import type { DockerEngine } from "../cli/docker-engine";
import { run } from "../cli/run";
import type { Ports } from "../test/integration/support/dev";
import type { StackUnderTest } from "../test/integration/support/stack-under-test";
import { Browser } from "./browser";

/** How many ask at the same time, each again as soon as it is answered. */
export const askers = 8;
export const redirectUri = "http://bench.localhost/callback";
const postgresPattern = /-authentik-postgres/;

/** What is asked. */
export type Kind = "login page" | "sign-in" | "code exchange" | "proxied request";

/** One figure. */
export interface Figure {
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

/** Asks a stack, and measures. */
export class Load {
    private readonly authentik: string;
    private readonly application: string;
    private readonly password: string;
    private readonly client: { id: string; secret: string };

    public constructor(
        private readonly engines: DockerEngine[],
        ports: Ports,
        outputs: Awaited<ReturnType<StackUnderTest["outputs"]>>,
    ) {
        this.authentik = `http://authentik.localhost:${ports.server}`;
        this.application = `http://organizr.localhost:${ports.organizr}/`;
        this.password = (outputs.admin?.value as { password: string }).password;
        const { bench } = outputs.applications?.value as { bench: { oidc: OidcOutput["oidc"] } };
        this.client = { id: bench.oidc.clientId, secret: bench.oidc.clientSecret };
    }

    /** @param seconds how long to ask. */
    public async measure(kind: Kind, copies: number, seconds: number): Promise<Figure> {
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
        const watch = new Watch(this.engines);
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
    public constructor(private readonly engines: DockerEngine[]) {}

    /** Processor time until now, in milliseconds. */
    public async processor(): Promise<Figure["cost"]> {
        const of = async (pattern: RegExp) => {
            const all = await this.stats(pattern);
            return all.reduce((sum, { cpu_stats: { cpu_usage } }) => sum + cpu_usage.total_usage / 1e6, 0);
        };
        const [server, outpost, postgres, redis] = await Promise.all(
            [/-authentik-server/, /-ak-outpost-/, postgresPattern, /-authentik-redis/].map(of),
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
        const [postgres] = await listed(this.engines, postgresPattern);
        if (postgres === undefined) throw new Error("PostgreSQL does not run");
        const asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'authentik'";
        const args = ["exec", "--user", "postgres", postgres.id, "psql", "-Atqc", asked];
        return Number(await run("docker", args, { env: { DOCKER_HOST: postgres.engine.host } }));
    }

    private async stats(pattern: RegExp) {
        return await Promise.all(
            (await listed(this.engines, pattern)).map(async ({ engine, id }) => {
                const client = await engine.connection.client();
                return await client.getContainer(id).stats({ stream: false, "one-shot": true });
            }),
        );
    }
}

/** Containers that run on some engines, by a pattern of their names. */
export async function listed(engines: DockerEngine[], pattern: RegExp) {
    const found = await Promise.all(
        engines.map(async (engine) => {
            const env = { DOCKER_HOST: engine.host };
            const printed = await run("docker", ["ps", "--no-trunc", "--format", "{{.ID}} {{.Names}}"], { env });
            const pairs = printed.split("\n").map((line) => line.split(" "));
            return pairs.map(([id = "", name = ""]) => ({ engine, id, name }));
        }),
    );
    return found.flat().filter(({ name }) => pattern.test(name));
}
