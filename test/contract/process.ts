import { expect } from "chai";
import { Bed } from "./support/bed";
import type { Container } from "./support/containers";
import { exchanges } from "./support/exchanges";
import { ask, statusOf } from "./support/http";
import { expectRecorded } from "./support/matching";

// What each setting leads to: a line in the log of both; the server goes on trying, the worker ends with 1.
const broken: { name: string; change: Record<string, string>; says: string; workerEnds: number }[] = [
    {
        name: "no secret key (its file is missing)",
        change: { AUTHENTIK_SECRET_KEY: "file:///run/secrets/not-there" },
        says: "Secret key missing, check https://docs.goauthentik.io/docs/install-config/",
        workerEnds: 5,
    },
    {
        name: "wrong PostgreSQL password",
        change: { AUTHENTIK_POSTGRESQL__PASSWORD: "file:///run/secrets/admin_password" },
        says: 'FATAL:  password authentication failed for user \\"authentik\\"',
        workerEnds: 20,
    },
    {
        name: "unknown PostgreSQL host",
        change: { AUTHENTIK_POSTGRESQL__HOST: "nohost" },
        says: "PostgreSQL connection failed, retrying... ([Errno -2] Name or service not known)",
        workerEnds: 90,
    },
    {
        name: "wrong Redis password",
        change: { AUTHENTIK_REDIS__PASSWORD: "file:///run/secrets/admin_password" },
        says: "Redis Connection failed, retrying... (invalid username-password pair or user is disabled.)",
        workerEnds: 20,
    },
    {
        name: "unknown Redis host",
        change: { AUTHENTIK_REDIS__HOST: "nohost" },
        says: "Redis Connection failed, retrying... (Error -2 connecting to nohost:6379. Name or service not known.)",
        workerEnds: 90,
    },
];

describe("processes and their ends", function () {
    this.timeout(180_000);
    const bed = new Bed();
    const servers = new Map<string, Container>();
    const workers = new Map<string, Container>();

    before(async () => {
        await bed.open();
        // All at once: most of what they do is waiting.
        for (const [index, { name, change }] of broken.entries()) {
            servers.set(name, await bed.authentik(`broken-server-${index}`, ["server"], change));
            workers.set(name, await bed.authentik(`broken-worker-${index}`, ["worker"], change));
        }
    });

    after(() => bed.close());

    for (const { name, says, workerEnds } of broken) {
        it(`${name}: the server keeps trying, is alive but not ready`, async () => {
            const server = servers.get(name) as Container;
            await server.says(says, 20);
            const port = await server.port(9000);
            expect(await statusOf(port, "/-/health/live/")).to.equal(200);
            expect(await statusOf(port, "/-/health/ready/")).to.equal(502);
            expect((await server.exec("ak", "healthcheck")).code).to.equal(0);
            expect(await server.isRunning()).to.equal(true);
        });

        it(`${name}: the worker ends with 1`, async () => {
            const worker = workers.get(name) as Container;
            expect(await worker.exit(workerEnds)).to.equal(1);
            expect(await worker.logs()).to.include(says);
        });
    }

    for (const exchange of exchanges.filter(({ name }) => name.startsWith("starting: "))) {
        it(exchange.name, async () => {
            const server = servers.get("unknown PostgreSQL host") as Container;
            const port = await server.port(exchange.name.includes(":9300") ? 9300 : 9000);
            const upgrade: Record<string, string> = exchange.name.includes("websocket")
                ? { connection: "Upgrade", upgrade: "websocket" }
                : {};
            expectRecorded(
                await ask(port, { ...exchange.request, headers: { ...exchange.request.headers, ...upgrade } }),
                exchange,
            );
        });
    }

    it("a booting server ends with 0 on SIGTERM, a booting worker with 143", async () => {
        const server = servers.get("unknown Redis host") as Container;
        await server.do("stop");
        expect(await server.exit(5)).to.equal(0);
        const worker = await bed.authentik("booting-worker", ["worker"], { AUTHENTIK_REDIS__HOST: "nohost" });
        await worker.says("Redis Connection failed", 20);
        expect((await worker.exec("ak", "healthcheck")).code).to.equal(1);
        await worker.do("stop");
        expect(await worker.exit(5)).to.equal(143);
    });

    it("a running server ends with 0 on SIGTERM, a running worker with 1", async () => {
        const server = await bed.authentik("server", ["server"]);
        const worker = await bed.authentik("worker", ["worker"]);
        await Promise.all([bed.answers(server, "/-/health/ready/", 200), bed.answers(worker, "/-/health/ready/", 200)]);
        expect((await server.exec("ak", "healthcheck")).code).to.equal(0);
        expect((await worker.exec("ak", "healthcheck")).code).to.equal(0);
        expect((await server.exec("python", "-c", "import json, ssl, urllib.request")).code).to.equal(0);
        await Promise.all([server.do("stop"), worker.do("stop")]);
        expect(await server.exit(5)).to.equal(0);
        expect(await worker.exit(10)).to.equal(1);
        expect(await worker.logs()).to.include("Killing worker process...");
    });

    it("BOOTSTRAP_TOKEN is taken as it is: file:// becomes the token itself", async () => {
        const literal = "file:///run/secrets/admin_token";
        const worker = await bed.authentik("bootstrapped", ["worker"], { AUTHENTIK_BOOTSTRAP_TOKEN: literal });
        const server = await bed.authentik("server", ["server"]);
        await bed.answers(server, "/api/v3/core/users/me/", 200, 60, { authorization: `Bearer ${literal}` });
        expect(
            await statusOf(await server.port(9000), "/api/v3/core/users/me/", {
                authorization: `Bearer ${bed.secrets.admin_token}`,
            }),
        ).to.equal(403);
        await worker.remove();
    });
});

describe("outposts that cannot start", function () {
    this.timeout(60_000);
    const bed = new Bed();
    const usage = (name: string) => `Error: environment variable \`${name}\` not set`;

    before(() => bed.open());
    after(() => bed.close());

    const missing: [string, Record<string, string>, string][] = [
        ["no AUTHENTIK_HOST", { AUTHENTIK_HOST: "" }, usage("AUTHENTIK_HOST")],
        ["no AUTHENTIK_TOKEN", { AUTHENTIK_TOKEN: "" }, usage("AUTHENTIK_TOKEN")],
        [
            "a token file that is not there",
            { AUTHENTIK_TOKEN: "file:///run/secrets/not-there" },
            usage("AUTHENTIK_TOKEN"),
        ],
    ];
    for (const [name, change, says] of missing) {
        it(`${name}: ends with 1 and says which variable`, async () => {
            const outpost = await bed.outpost("outpost", "proxy", "outpost_a_token", change);
            expect(await outpost.exit(10)).to.equal(1);
            expect(await outpost.logs())
                .to.include(says)
                .and.include("Required environment variables");
        });
    }

    it("a wrong token, a server that starts, an unknown server: keeps trying, is unhealthy, is killed after the grace time", async () => {
        const starting = await bed.authentik("server", ["server"], { AUTHENTIK_POSTGRESQL__HOST: "nohost" });
        await bed.answers(starting, "/-/health/live/", 200);
        const booting = await bed.outpost("outpost-502", "proxy", "outpost_a_token");
        const lost = await bed.outpost("outpost-lost", "proxy", "outpost_a_token", {
            AUTHENTIK_HOST: "http://nohost:9000",
        });
        await booting.says("Failed to fetch outpost configuration, retrying in 3 seconds", 10);
        await booting.says("502 Bad Gateway", 5);
        await lost.says("no such host", 20);
        expect((await booting.exec("/proxy", "healthcheck")).code).to.equal(1);
        await starting.remove();

        const server = await bed.authentik("server", ["server"]);
        await bed.answers(server, "/-/health/ready/", 200);
        const refused = await bed.outpost("outpost-403", "proxy", "outpost_b_token");
        await refused.says("403 Forbidden", 10);
        await refused.says("retrying in 6 seconds", 15);
        await refused.do("stop", "--time", "1");
        expect(await refused.exit(5)).to.equal(137);
    });
});
