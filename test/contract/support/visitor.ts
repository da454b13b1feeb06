import { Browser } from "./browser";
import { exchanges, filled, type Exchange } from "./exchanges";
import { ask, type Answered } from "./http";
import type { Stack } from "./stack";

// Exchanges that are replayed by other tests, or by none, each with its reason.
export const elsewhere: [RegExp, string][] = [
    [/^starting: /, "process.test.ts"],
    [/^outpost websocket|^outpost start sequence/, "websocket.test.ts"],
    [/with the server away: |PostgreSQL killed|Redis killed/, "failures.test.ts"],
    [/^first boot: login page/, "support/stack.ts, which every stack goes through"],
    [
        /^outpost health of an outpost never connected/,
        "by none: the stand-in's server has no embedded outpost inside, and its list is empty",
    ],
    [/^managed blueprints: statuses now/, "by none: only an envelope was recorded, and other exchanges have the same"],
];

/** What a stack that runs is asked, in the order of the recording. */
export const asked = exchanges.filter(({ name }) => !elsewhere.some(([pattern]) => pattern.test(name)));

/** Asks a stack what was recorded, with its own secrets and the cookies of its own users. */
export class Visitor {
    private readonly browsers: Record<string, Browser> = {};
    /** What stands for secrets in recordings, with the stack's own. */
    readonly values: Record<string, string> = {};

    constructor(private readonly stack: Stack) {}

    /** Signs in whom the exchanges need. */
    async open(): Promise<void> {
        const { ports, bed } = this.stack;
        const { secrets } = bed;
        for (const name of ["alice", "bob", "stranger"])
            this.browsers[name] = new Browser(ports["server"] ?? 0, "auth.test:19000");
        this.browsers["alice at b"] = new Browser(ports["b"] ?? 0, "app-b.test:18080");
        await this.browsers["bob"]?.signIn("bob", secrets.bob_password);
        Object.assign(this.values, {
            "<outpost-a-token>": secrets.outpost_a_token,
            "<outpost-b-token>": secrets.outpost_b_token,
            "<admin-token>": secrets.admin_token,
            "<client-id>": secrets.oidc_client_id,
            "<client-secret>": secrets.oidc_client_secret,
            "<password>": secrets.alice_password,
            "664f8f2d-081f-4edf-947e-5c6c5628db6f": (
                await this.stack.object("managed/blueprints/?path=custom/paperless.yaml")
            ).pk,
        });
    }

    /** What the stack answers to the request of an exchange. */
    async ask(exchange: Exchange): Promise<Answered> {
        const { name, request } = exchange;
        const headers = Object.fromEntries(Object.entries(request.headers).filter(([header]) => header !== "cookie"));
        const own = JSON.parse(filled(JSON.stringify({ ...request, headers }), this.values)) as Exchange["request"];
        // After a name that it does not know, authentik asks for the password all the same.
        if (browserOf(name) === "stranger") await this.browsers["stranger"]?.ask(own.path);
        if (name === "outpost callback, right") own.path = await this.callback();
        const browser = this.browsers[browserOf(name) ?? ""];
        const answered =
            browser === undefined ? await ask(this.portOf(exchange), own) : await browser.ask(own.path, own);
        this.remember(name, answered);
        return answered;
    }

    // What later exchanges need of earlier ones.
    private remember(name: string, { headers, body }: Answered): void {
        if (name === "authorize with session")
            this.values["<code>"] = new URL(headers.location ?? "").searchParams.get("code") ?? "";
        if (name === "token, right")
            this.values["Bearer <jwt>"] = `Bearer ${(JSON.parse(body) as { access_token: string }).access_token}`;
    }

    private portOf({ name, request }: Exchange): number {
        const byHost: Record<string, string> = {
            "127.0.0.1:19300": "server metrics",
            "127.0.0.1:19301": "worker metrics",
            "127.0.0.1:19302": "a metrics",
            "app-a.test:19080": "a",
            "app-b.test:18080": "b",
            whatever: "a",
            "other.test": /two apps/i.test(name) ? "c" : "a",
        };
        return this.stack.ports[byHost[request.headers["host"] ?? ""] ?? "server"] ?? 0;
    }

    // A sign-in through outpost b up to the point where the browser comes back with a code.
    private async callback(): Promise<string> {
        const path = `/outpost.goauthentik.io/start?rd=${encodeURIComponent("http://app-b.test:18080/deep?x=1")}`;
        const started = await this.browsers["alice at b"]?.ask(path);
        const authorized = await this.browsers["alice"]?.ask(
            new URL(started?.headers.location ?? "").href.replace(/^http:\/\/[^/]+/, ""),
        );
        const { pathname, search } = new URL(authorized?.headers.location ?? "");
        return pathname + search;
    }
}

// Which browser sends an exchange; the others come without cookies.
function browserOf(name: string): string | undefined {
    if (/unknown user/.test(name)) return "stranger";
    if (/^flow executor|^authorize, no session|^authorize with session/.test(name)) return "alice";
    if (name === "authorize, user outside the group") return "bob";
    return /^outpost .*(with session|callback, right)$/.test(name) ? "alice at b" : undefined;
}
