import { expect } from "chai";
import { Browser } from "./support/browser";
import { eventually } from "./support/containers";
import { exchanges, recorded } from "./support/exchanges";
import { ask, statusOf } from "./support/http";
import { expectRecorded } from "./support/matching";
import { Stack } from "./support/stack";

describe("what happens when a part fails", function () {
    this.timeout(180_000);
    const stack = new Stack();
    const ready = "/-/health/ready/";
    const login = "/if/flow/default-authentication-flow/";
    const port = (name: string) => stack.ports[name] ?? 0;

    before(() => stack.open());
    after(() => stack.bed.close());

    it("Redis killed: the server is not ready and goes on serving, the worker is unhealthy, both heal", async () => {
        await stack.bed.redis.do("kill");
        await eventually("not ready", 20, async () => (await statusOf(port("server"), ready)) === 503);
        expectRecorded(await ask(port("server"), { path: ready }), recorded("server with Redis killed: ready"));
        expect(await statusOf(port("server"), "/-/health/live/")).to.equal(200);
        expect(await statusOf(port("server"), login)).to.equal(200);
        const headers = { authorization: `Bearer ${stack.bed.secrets.outpost_a_token}` };
        expect(await statusOf(port("server"), "/api/v3/outposts/instances/", headers)).to.equal(200);
        expect((await stack.worker.exec("ak", "healthcheck")).code).to.equal(1);
        await stack.bed.redis.do("start");
        await eventually("ready again", 20, async () => (await statusOf(port("server"), ready)) === 200);
        expect((await stack.worker.exec("ak", "healthcheck")).code).to.equal(0);
    });

    it("PostgreSQL killed: 500, but alive; everything heals without a restart", async () => {
        await stack.bed.postgres.do("kill");
        await eventually("500", 20, async () => (await statusOf(port("server"), ready)) === 500);
        expectRecorded(await ask(port("server"), { path: ready }), recorded("server with PostgreSQL killed: ready"));
        expect(await statusOf(port("server"), login)).to.equal(500);
        expect(await statusOf(port("server"), "/-/health/live/")).to.equal(200);
        expect((await stack.server.exec("ak", "healthcheck")).code).to.equal(0);
        expectRecorded(
            await ask(port("worker"), { path: ready }),
            recorded("worker with PostgreSQL killed: ready on worker :9000"),
        );
        expect((await stack.worker.exec("ak", "healthcheck")).code).to.equal(1);
        await stack.bed.postgres.do("start");
        await eventually("ready again", 30, async () => (await statusOf(port("server"), ready)) === 200);
        expect(await statusOf(port("server"), login)).to.equal(200);
        await eventually("worker ready again", 30, async () => (await statusOf(port("worker"), ready)) === 200);
        expect(await stack.server.isRunning()).to.equal(true);
    });

    it("a changed configuration reaches a running outpost within seconds, after PostgreSQL's restart too", async () => {
        const headers = { authorization: `Bearer ${stack.bed.secrets.admin_token}` };
        const { pk } = await stack.object("providers/proxy/?name=app-a");
        const body = { external_host: "http://moved.test:19080" };
        const changed = await ask(port("server"), {
            method: "PATCH",
            path: `/api/v3/providers/proxy/${pk}/`,
            headers,
            body,
        });
        expect(changed.status, changed.body).to.equal(200);
        await eventually(
            "the new host",
            15,
            async () =>
                (await ask(port("a"), { path: "/" })).headers.location?.startsWith("http://moved.test") === true,
        );
        await ask(port("server"), {
            method: "PATCH",
            path: `/api/v3/providers/proxy/${pk}/`,
            headers,
            body: { external_host: "http://app-a.test:19080" },
        });
        await eventually(
            "the old host",
            15,
            async () =>
                (await ask(port("a"), { path: "/" })).headers.location?.startsWith("http://app-a.test") === true,
        );
    });

    it("a session behind an outpost outlives outpost and server", async () => {
        const alice = new Browser(port("server"), "auth.test:19000");
        await alice.signIn("alice", stack.bed.secrets.alice_password);
        const behind = new Browser(port("a"), "app-a.test:19080");
        const started = await behind.ask("/outpost.goauthentik.io/start");
        const authorized = await alice.ask((started.headers.location ?? "").replace("http://auth.test:19000", ""));
        await behind.ask((authorized.headers.location ?? "").replace("http://app-a.test:19080", ""));
        const { body } = await behind.ask("/hello?x=1", { headers: { "x-authentik-username": "forged" } });
        const echo = JSON.parse(body) as { path: string; headers: Record<string, string> };
        expect(echo.path).to.equal("/hello?x=1");
        expect(echo.headers["x-authentik-username"]).to.equal("alice");
        await stack.server.do("stop");
        expect((await behind.ask("/again")).status).to.equal(200);
    });

    for (const exchange of exchanges.filter(({ name }) => name.startsWith("outpost with the server away"))) {
        it(exchange.name, async () => {
            const outpost = exchange.request.headers["host"]?.startsWith("app-b") === true ? "b" : "a";
            const headers = { ...exchange.request.headers, cookie: "" };
            expectRecorded(await ask(port(outpost), { ...exchange.request, headers }), exchange);
        });
    }

    it("a stopped outpost ends with 0", async () => {
        const outpost = await stack.bed.outpost("outpost-d", "proxy", "outpost_a_token");
        await stack.server.do("start");
        await outpost.healthy(60);
        await outpost.do("stop");
        expect(await outpost.exit(5)).to.equal(0);
    });
});
