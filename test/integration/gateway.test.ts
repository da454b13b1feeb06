import { expect } from "chai";
import { bringBack, replaceData } from "../../cli/backup/restore";
import { BackupStore } from "../../cli/backup/store";
import { look } from "../../cli/status/look";
import { eventually } from "../contract/support/containers";
import { type Configuration, set } from "../support/configuration";
import { AcmeCa } from "./gateway/acme-ca";
import { visitInBrowser } from "./gateway/browser";
import { ask, askOverHttp2, Held, Visitors } from "./gateway/visitors";
import { imagesOf } from "./support/dev";
import { container, docker, tryDocker } from "./support/host";
import { freePorts } from "./support/ports";
import { StackUnderTest } from "./support/stack-under-test";
import { openBench } from "./support/workplace";

const prefix = "it-gw-";

/** An application that answers with what it was sent, or slowly, and keeps upgraded connections open. */
const application = `
require("http")
    .createServer(async (request, response) => {
        if (request.url === "/open/slowly")
            for (let part = 0; part < 60; part++) {
                response.write("part ");
                await new Promise((resolve) => setTimeout(resolve, 100));
            }
        response.end(JSON.stringify(request.headers));
    })
    .on("upgrade", (request, socket) => {
        socket.write("HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n\\r\\n");
        socket.pipe(socket);
    })
    .listen(8000);`;

/** Leads connections to the gateway, whichever container that is. */
function forwarder(ports: number[]): string {
    return `
for (const port of ${JSON.stringify(ports)})
    require("net").createServer((from) => {
        const to = require("net").connect(port, "${prefix}ak-gateway");
        for (const one of [from, to]) one.on("error", () => [from, to].forEach((each) => each.destroy()));
        from.pipe(to).pipe(from);
    }).listen(port);`;
}

describe("a gateway", () => {
    let stack: StackUnderTest;
    let reach: { port: number; ca: string };
    let http: number;
    let configuration: Configuration;
    let building: Promise<AcmeCa>;
    const at = (name: string, path = "/") => `https://${name}.localhost:${reach.port}${path}`;
    const idOf = async (name: string) => (await container(`${prefix}authentik-${name}`)).id;

    before(async () => {
        const bench = await openBench();
        building = AcmeCa.build(`${prefix}ca`);
        const [port = 0, plain = 0] = await freePorts(2);
        [reach, http] = [{ port, ca: "" }, plain];
        configuration = {
            prefix,
            version: "2025.8.6",
            url: `https://authentik.localhost:${port}`,
            admin: { email: "admin@example.com" },
            images: { ...imagesOf(bench.images), gateway: bench.gateway },
            gateway: { addresses: ["127.0.0.1"], httpsPort: port, httpPort: http },
            outposts: [{ name: "ak-home", networks: ["frontend"] }],
            applications: [
                {
                    slug: "books",
                    name: "Books",
                    provider: {
                        type: "forward_single",
                        outpost: "ak-home",
                        externalHost: `https://books.localhost:${port}`,
                        upstream: `http://${prefix}app:8000`,
                        skipPaths: ["^/open"],
                    },
                },
                {
                    slug: "tv",
                    name: "TV",
                    provider: {
                        type: "proxy",
                        outpost: "ak-home",
                        externalHost: `https://tv.localhost:${port}`,
                        internalHost: `http://${prefix}app:8000`,
                    },
                },
                {
                    slug: "home",
                    name: "Home",
                    provider: {
                        type: "forward_domain",
                        outpost: "ak-home",
                        externalHost: `https://login.home.localhost:${port}`,
                        cookieDomain: "home.localhost",
                        upstreams: { "photos.home.localhost": `http://${prefix}app:8000` },
                    },
                },
                {
                    slug: "wiki",
                    name: "Wiki",
                    launchUrl: `https://wiki.localhost:${port}`,
                    provider: {
                        type: "oidc",
                        redirectUris: [`https://wiki.localhost:${port}/callback`],
                        upstream: `http://${prefix}app:8000`,
                    },
                },
            ],
            protectData: false,
        };
        stack = await StackUnderTest.open(prefix, configuration);
        await stack.up();
        reach.ca = String((await stack.outputs()).rootCertificate?.value);
        const place = ["--network", `${prefix}frontend_net`, "--name", `${prefix}app`, "--entrypoint", "node"];
        await docker("run", "--detach", ...place, bench.images.app, "-e", application);
    });
    after(async () => {
        await (await building).close();
        await stack.close();
    });

    it("is dated in the status, by the certificates of the names that it serves", async () => {
        const { rows } = await look(stack.opened);
        const dated = rows.filter(({ title }) => title === "Gateway");
        expect(dated.map(({ state }) => state)).to.deep.equal(["fine"]);
        expect(dated[0]?.text).to.match(/^6, the first ends in \d+ hours/);
    });

    it("leads to authentik and to what is behind an outpost, over https that its own root certifies", async () => {
        expect((await ask(reach, at("authentik", "/if/flow/default-authentication-flow/"))).status).to.equal(200);
        const { status, headers } = await ask(reach, at("books"));
        expect(status).to.equal(302);
        expect(headers.location).to.match(new RegExp(`^${at("authentik", "/application/o/authorize/")}`));
        const seen = await tryDocker(
            ...["exec", await idOf("worker"), "python", "-c"],
            "import http.client as h; c = h.HTTPConnection('authentik.localhost', " +
                `${http}); c.request('GET', '/x?y=1'); r = c.getresponse(); print(r.status, r.headers['location'])`,
        );
        expect(seen.output.trim()).to.equal(`308 ${at("authentik", "/x?y=1")}`);
    });

    it("passes nothing on that a client says of itself, and logs no query", async () => {
        const forged = ["Forwarded", "X-Forwarded-For", "X_Forwarded_For", "X-Real-IP", "X-Authentik-Username"];
        const more = ["X-Forwarded-Client-Cert", "SSL-Client-Cert", "X-Original-URL"];
        const headers = Object.fromEntries([...forged, ...more].map((name) => [name, "198.51.100.66"]));

        const { status, body } = await ask(reach, at("books", "/open?code=a-code-in-a-query"), headers);

        expect(status).to.equal(200);
        expect(body).to.not.contain("198.51.100.66");
        expect(JSON.parse(body)).to.include({ "x-forwarded-proto": "https" });
        const { output } = await tryDocker("logs", await idOf("gateway"));
        expect(output).to.contain('"uri":"/open?..."').and.not.contain("a-code-in-a-query");
    });

    visitInBrowser(() => ({ stack, reach, at }));

    it("lets nobody notice that server and outpost are replaced, and holds a websocket through it", async () => {
        const [server, outpost, gateway] = await Promise.all(["server", "ak-home", "gateway"].map(idOf));
        const held = await Held.open(reach, at("books", "/open"));
        const visitors = new Visitors(reach, {
            [at("authentik", "/if/flow/default-authentication-flow/")]: 200,
            [at("authentik", "/api/v3/root/config/")]: 200,
            [at("books")]: 302,
            [at("books", "/open")]: 200,
        });
        set(configuration, "settings", { log_level: "debug" });
        set(configuration, "outposts[0].memory", "200m");
        stack.configure(configuration);

        await stack.up();

        const { asked, failed } = await visitors.end();
        expect(failed, `of ${asked}`).to.deep.equal([]);
        expect(asked).to.be.greaterThan(100);
        expect(await held.echo("still there")).to.equal("still there");
        held.close();
        expect(await idOf("server")).to.not.equal(server);
        expect(await idOf("ak-home")).to.not.equal(outpost);
        expect(await idOf("gateway")).to.equal(gateway);
        // In a reload of Caddy, now and then a request over HTTP/1.1 is lost.
        const { output } = await tryDocker("logs", await idOf("gateway"));
        const said = (words: string) => output.split(words).length - 1;
        expect(said("config is unchanged")).to.equal(1);
        expect(said("load complete"), "of the first configuration, and of the same one").to.equal(2);
    });

    it("loses nothing over HTTP/2, and holds a websocket and a download, when it takes over a configuration", async () => {
        const held = await Held.open(reach, at("books", "/open"));
        const download = ask(reach, at("books", "/open/slowly"));
        const gateway = await idOf("gateway");
        const saved = "--config /data/config/caddy/autosave.json --address unix//data/admin.sock";
        const reload = `for count in 1 2 3 4 5 6 7 8 9 10; do caddy reload --force ${saved} || exit 1; sleep 0.2; done`;

        const { asked, failed } = await askOverHttp2(reach, at("books", "/open"), async () => {
            await docker("exec", gateway, "sh", "-c", reload);
        });

        expect(failed, `of ${asked}`).to.deep.equal([]);
        expect(asked).to.be.greaterThan(20);
        expect(await held.echo("still there")).to.equal("still there");
        held.close();
        expect((await download).body).to.match(/^(part ){60}\{/);
    });

    it("starts with what it had when it is started again", async () => {
        await docker("restart", await idOf("gateway"));

        const answers = () =>
            ask(reach, at("books", "/open")).then(
                ({ status }) => status === 200,
                () => false,
            );
        await eventually("the gateway", 30, answers);
        const { changes } = await stack.up();
        expect(changes).to.deep.equal([]);
    });

    it("has the CA of a backup again, which browsers trust already, and leads on", async () => {
        const store = new BackupStore(stack.opened);
        const [, id = ""] = /^saved (\S+)$/m.exec(await store.attempt("save")) ?? [];
        const volume = ["--volume", `${prefix}ak_gateway:/data`, "--user", "0", "--entrypoint", "sh"];
        const lose = "rm -rf /data/caddy && mkdir -m 700 /data/caddy && chown 1000:1000 /data/caddy";
        await docker("stop", await idOf("gateway"));
        await docker("run", "--rm", ...volume, stack.bench.images.app, "-c", lose);
        await docker("start", await idOf("gateway"));
        const trusted = () =>
            ask(reach, at("books", "/open")).then(
                ({ status }) => String(status),
                (error: Error) => error.message,
            );
        await eventually("another CA", 30, async () => /certificate/.test(await trusted()));

        const restore = { from: stack.opened, into: stack.opened, id };
        await replaceData(() => undefined, restore);
        await bringBack(() => undefined, restore);

        expect(await trusted()).to.equal("200");
        expect(String((await stack.outputs()).rootCertificate?.value)).to.equal(reach.ca);
        expect((await stack.up()).changes).to.deep.equal([]);
    });

    it("is certified by an ACME CA, and says what that said where it refuses a name", async () => {
        const ca = await building;
        const { app } = stack.bench.images;
        const names = ["granted.example.com", "refused.example.com"];
        await ca.start(`${prefix}frontend_net`, app, { http, https: reach.port }, names.slice(1));
        // As DNS does, it leads the names to the gateway.
        const known = ["--network", `${prefix}frontend_net`, ...names.flatMap((name) => ["--network-alias", name])];
        const places = ["--name", `${prefix}dns`, "--entrypoint", "node"];
        await docker("run", "--detach", ...known, ...places, app, "-e", forwarder([http, reach.port]));
        const client = (name: string) => ({
            slug: name,
            name,
            launchUrl: `https://${name}.example.com:${reach.port}`,
            provider: { type: "oidc", redirectUris: ["https://a.example.com"], upstream: `http://${prefix}app:8000` },
        });
        set(configuration, "gateway.acme", { ca: ca.directory });
        set(configuration, "containers", { gateway: { caCertificates: ca.trust } });
        set(configuration, "applications[4]", client("granted"));
        set(configuration, "applications[5]", client("refused"));
        stack.configure(configuration);

        const failure = await stack.failingCommand("up", "--yes", "--skip-preview");

        expect(failure)
            .to.contain("the CA issued no certificate for refused.example.com")
            .and.not.contain("for granted.example.com");
        expect(failure).to.match(/urn:ietf:params:acme:error:rejectedIdentifier.*refused\.example\.com/);
        expect(failure).to.contain("Fix the cause and run `pulumi up` again");
        const granted = { port: reach.port, ca: await ca.root() };
        const { status } = await ask(granted, `https://granted.example.com:${reach.port}/`);
        expect(status).to.equal(200);
        expect((await ask(reach, at("books", "/open"))).status, "what it had before").to.equal(200);
    });
});
