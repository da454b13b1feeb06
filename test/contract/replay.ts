import { expect } from "chai";
import { Browser } from "./support/browser";
import { exchanges, filled, recorded, type Exchange } from "./support/exchanges";
import { ask, type Answered } from "./support/http";
import { expectRecorded } from "./support/matching";
import { Stack } from "./support/stack";

// Exchanges that are replayed by other tests, or by none, each with its reason.
const elsewhere: [RegExp, string][] = [
    [/^starting: /, "process.test.ts"],
    [/^outpost websocket|^outpost start sequence/, "websocket.test.ts"],
    [/with the server away: |PostgreSQL killed|Redis killed/, "failures.test.ts"],
    [/^first boot: login page/, "support/stack.ts, which every stack goes through"],
];
const notReplayed = new Map([
    [
        "outpost health of an outpost never connected (embedded)",
        "the stand-in's server has no embedded outpost inside: its list is empty",
    ],
    ["managed blueprints: statuses now", "only an envelope was recorded, and other exchanges have the same"],
]);

const replayed = exchanges.filter(
    ({ name }) => !notReplayed.has(name) && !elsewhere.some(([pattern]) => pattern.test(name)),
);

describe("the recorded contract", function () {
    this.timeout(180_000);
    const stack = new Stack();
    const browsers: Record<string, Browser> = {};
    const values: Record<string, string> = {};

    before(async () => {
        await stack.open();
        const { secrets } = stack.bed;
        const { ports } = stack;
        for (const name of ["alice", "bob"]) browsers[name] = new Browser(ports["server"] ?? 0, "auth.test:19000");
        browsers["alice at b"] = new Browser(ports["b"] ?? 0, "app-b.test:18080");
        await browsers["bob"]?.signIn("bob", secrets.bob_password);
        Object.assign(values, {
            "<outpost-a-token>": secrets.outpost_a_token,
            "<outpost-b-token>": secrets.outpost_b_token,
            "<admin-token>": secrets.admin_token,
            "<client-id>": secrets.oidc_client_id,
            "<client-secret>": secrets.oidc_client_secret,
            "<password>": secrets.alice_password,
            "664f8f2d-081f-4edf-947e-5c6c5628db6f": (
                await stack.object("managed/blueprints/?path=custom/paperless.yaml")
            ).pk,
        });
    });

    after(() => stack.bed.close());

    for (const exchange of replayed) {
        it(exchange.name, async () => {
            const { name, request } = exchange;
            const headers = Object.fromEntries(
                Object.entries(request.headers).filter(([header]) => header !== "cookie"),
            );
            const asked = JSON.parse(filled(JSON.stringify({ ...request, headers }), values)) as Exchange["request"];
            if (name === "outpost callback, right") asked.path = await callback();
            const browser = browsers[browserOf(name) ?? ""];
            const answered =
                browser === undefined ? await ask(portOf(exchange), asked) : await browser.ask(asked.path, asked);
            expectRecorded(answered, exchange);
            remember(name, answered);
        });
    }

    it("names every exchange that is not replayed", () => {
        for (const name of notReplayed.keys()) recorded(name);
        expect(replayed.length + notReplayed.size).to.equal(
            exchanges.filter(({ name }) => !elsewhere.some(([pattern]) => pattern.test(name))).length,
        );
    });

    // What later exchanges need of earlier ones.
    function remember(name: string, { headers, body }: Answered): void {
        if (name === "authorize with session")
            values["<code>"] = new URL(headers.location ?? "").searchParams.get("code") ?? "";
        if (name === "token, right")
            values["Bearer <jwt>"] = `Bearer ${(JSON.parse(body) as { access_token: string }).access_token}`;
    }

    function portOf({ name, request }: Exchange): number {
        const byHost: Record<string, string> = {
            "127.0.0.1:19300": "server metrics",
            "127.0.0.1:19301": "worker metrics",
            "127.0.0.1:19302": "a metrics",
            "app-a.test:19080": "a",
            "app-b.test:18080": "b",
            whatever: "a",
            "other.test": /two apps/i.test(name) ? "c" : "a",
        };
        return stack.ports[byHost[request.headers["host"] ?? ""] ?? "server"] ?? 0;
    }

    // A sign-in through outpost b up to the point where the browser comes back with a code.
    async function callback(): Promise<string> {
        const path = `/outpost.goauthentik.io/start?rd=${encodeURIComponent("http://app-b.test:18080/deep?x=1")}`;
        const started = await browsers["alice at b"]?.ask(path);
        const authorized = await browsers["alice"]?.ask(
            new URL(started?.headers.location ?? "").href.replace(/^http:\/\/[^/]+/, ""),
        );
        const { pathname, search } = new URL(authorized?.headers.location ?? "");
        return pathname + search;
    }
});

// Which browser sends an exchange; the others come without cookies.
function browserOf(name: string): string | undefined {
    if (/^flow executor|^authorize, no session|^authorize with session/.test(name)) return "alice";
    if (name === "authorize, user outside the group") return "bob";
    return /^outpost .*(with session|callback, right)$/.test(name) ? "alice at b" : undefined;
}
