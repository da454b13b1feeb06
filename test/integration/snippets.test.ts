import { expect } from "chai";
import { Browser } from "../contract/support/browser";
import { ask, type Answered } from "../contract/support/http";
import { Bed } from "./snippets/bed";

const forged = { "X-authentik-username": "akadmin", "X-authentik-groups": "authentik Admins", "X-authentik-jwt": "x" };

describe("the nginx snippets in front of an outpost", function () {
    this.timeout(300_000);
    const bed = new Bed();
    const browsers: Record<string, Browser> = {};

    before(() => bed.open());
    after(() => bed.close());

    it("are configurations that nginx accepts", async () => {
        expect(await bed.nginxComplaints()).to.equal("");
    });

    for (const host of ["single.snip.test:18080", "npm.snip.test:18080"]) {
        it(`send a visitor of ${host} to sign in, and remember the whole address`, async () => {
            const { status, headers } = await visit(host, "/deep?x=1&y=2%26");

            expect(status).to.equal(302);
            const address = encodeURIComponent(`http://${host}/deep?x=1&y=2%26`);
            expect(headers.location).to.equal(`/outpost.goauthentik.io/start?rd=${address}`);
            expect(headers["set-cookie"]?.[0]).to.match(/^authentik_proxy_/);
        });

        it(`let alice in to ${host}, and back to where she was going`, async () => {
            const browser = await signIn(host, "/deep?x=1&y=2");

            const seen = read(await browser.ask("/deep?x=1&y=2", { headers: forged }));

            expect(seen.path).to.equal("/deep?x=1&y=2");
            expect(seen.headers).to.include({ host, "x-authentik-username": "alice", "x-forwarded-host": host });
            expect(seen.headers["x-authentik-jwt"]).to.match(/^ey/);
            expect(JSON.stringify(seen.headers)).to.not.contain("akadmin").and.not.contain("authentik Admins");
        });
    }

    it("remove every identity header that a client sends, where nobody has to sign in", async () => {
        const { headers } = read(await visit("single.snip.test:18080", "/open/x", forged));

        expect(Object.keys(headers).filter((name) => name.startsWith("x-authentik"))).to.deep.equal([]);
    });

    it("do not take a sign-in at one application for one at another", async () => {
        const [own, other] = ["single.snip.test:18080", "npm.snip.test:18080"];
        const cookies = await cookiesOf(other);

        expect((await visit(other, "/", cookies)).status).to.equal(200);
        expect((await visit(own, "/", { ...cookies, "X-Forwarded-Host": other })).status).to.equal(302);
        expect((await visit(own, "/", { ...cookies, "X-Original-URL": `http://${other}/` })).status).to.equal(302);
    });

    it("refuse a host that is not the application's", async () => {
        expect((await visit("unknown.test", "/")).status).to.equal(421);
    });

    it("send a visitor of any host of a domain to the one that its sign-ins come back to", async () => {
        const { status, headers } = await visit("a.d.snip.test:18080", "/deep?x=1&y=2");

        expect(status).to.equal(302);
        const address = encodeURIComponent("http://a.d.snip.test:18080/deep?x=1&y=2");
        expect(headers.location).to.equal(`http://login.d.snip.test:18080/outpost.goauthentik.io/start?rd=${address}`);
        expect(headers["set-cookie"]?.[0]).to.contain("Domain=d.snip.test");
    });

    it("leave the sign-in to the outpost in mode proxy", async () => {
        const { status, headers } = await visit("proxied.snip.test:18080", "/deep");

        expect(status).to.equal(302);
        expect(headers.location).to.match(/^http:\/\/proxied\.snip\.test:18080\/outpost\.goauthentik\.io\/start\?rd=/);
        const seen = read(await (await signIn("proxied.snip.test:18080", "/deep")).ask("/deep", { headers: forged }));
        expect(seen.headers["x-authentik-username"]).to.equal("alice");
    });

    it("pass a WebSocket's upgrade on, and no other connection header", async () => {
        const browser = await signIn("single.snip.test:18080", "/");
        const upgrade = read(await browser.ask("/", { headers: { connection: "Upgrade", upgrade: "websocket" } }));
        const plain = read(await browser.ask("/", { headers: { connection: "close, X-authentik-username" } }));

        expect(upgrade.headers).to.include({ connection: "upgrade", upgrade: "websocket" });
        expect(plain.headers).to.include({ "x-authentik-username": "alice" }).and.not.have.property("upgrade");
        expect(plain.headers.connection ?? "").to.not.contain("authentik");
    });

    function visit(host: string, path: string, headers: Record<string, string> = {}): Promise<Answered> {
        return ask(bed.ports.nginx, { path, headers: { ...headers, host } });
    }

    // A browser in which alice is signed in at authentik and at a host, once for each host.
    async function signIn(host: string, path: string): Promise<Browser> {
        const known = browsers[host];
        if (known !== undefined) return known;
        const browser = new Browser(bed.ports.nginx, host);
        const atAuthentik = new Browser(bed.ports.server, "auth.snip.test:19000");
        await atAuthentik.signIn("alice", bed.secrets.alice_password);
        const refused = await browser.ask(path);
        const started = await browser.ask(pathOf(refused));
        const authorized = await atAuthentik.ask(pathOf(started));
        const back = await browser.ask(pathOf(authorized));
        expect(back.headers.location).to.equal(`http://${host}${path}`);
        browsers[host] = browser;
        return browser;
    }

    async function cookiesOf(host: string): Promise<Record<string, string>> {
        const { headers } = read(await (await signIn(host, "/")).ask("/"));
        return { cookie: headers.cookie ?? "" };
    }
});

/** Path and query of where an answer leads. */
function pathOf({ headers, status }: Answered): string {
    const { pathname, search } = new URL(headers.location ?? `missing: ${status}`, "http://any.test");
    return pathname + search;
}

/** What the application has seen of a request that came through. */
function read({ status, body }: Answered): { path: string; headers: Record<string, string> } {
    expect(status, body).to.equal(200);
    return JSON.parse(body) as { path: string; headers: Record<string, string> };
}
