import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { authority } from "../../support/certificates";
import { answer, type Answering, runProbe } from "../../support/probe";

describe("the probe", () => {
    let server: Answering;
    const serve = async (handler: (request: IncomingMessage, response: ServerResponse, before: number) => void) => {
        server = await answer(handler);
        return server.url;
    };
    afterEach(() => server.close());

    it("ends at once, and says nothing, when every check holds", async () => {
        const url = await serve((_, response) => response.end("welcome"));

        const { code, output, seconds } = await runProbe([{ name: "login", url, status: 200 }], 30);

        expect(code).to.equal(0);
        expect(output).to.equal("");
        expect(seconds).to.be.lessThan(10);
    });

    it("names what does not hold when the time is over: check, status, words of the answer and URL", async () => {
        const url = await serve((_, response) => response.writeHead(502).end("upstream is starting"));

        const { code, output } = await runProbe([{ name: "the login page", url: `${url}/if/`, status: 200 }], 0);

        expect(code).to.equal(1);
        expect(output).to.equal(
            `the login page: answered 502 instead of 200: upstream is starting (${server.url}/if/)\n`,
        );
    });

    it("takes a redirect as the answer instead of following it", async () => {
        const url = await serve((request, response) =>
            request.url === "/start" ? response.writeHead(302, { location: "/login" }).end() : response.end(),
        );

        const { code } = await runProbe([{ name: "start", url: `${url}/start`, status: 302 }], 0);

        expect(code).to.equal(0);
        expect(server.requests.map(({ url: path }) => path)).to.deep.equal(["/start"]);
    });

    it("follows redirects with cookies, as a browser does, where a check says so", async () => {
        const url = await serve((request, response) => {
            if (request.url === "/") response.writeHead(302, { location: "/flow/", "set-cookie": "session=a" }).end();
            else response.writeHead(request.headers.cookie === "session=a" ? 200 : 403).end();
        });

        const check = { name: "the front page", url: `${url}/`, follows: true, status: 200 } as const;
        expect(await runProbe([check], 0)).to.deep.include({ code: 0, output: "" });
        expect((await runProbe([{ ...check, status: 204 }], 0)).output).to.contain("answered 200 instead of 204");
    });

    it("asks for a name where a check says, whatever the name leads to", async () => {
        server = await answer((request, response) => response.end(request.headers.host), authority("door"));
        const { port } = new URL(server.url);
        const url = `https://wiki.invalid:${port}/`;
        const check = { name: "wiki", url, at: "127.0.0.1", isInsecure: true, status: 200 };

        const { code, output } = await runProbe([check], 0);
        const untrusting = await runProbe([{ ...check, isInsecure: false }], 0);

        expect(code, output).to.equal(0);
        expect(server.requests.map(({ headers }) => headers.host)).to.deep.equal([`wiki.invalid:${port}`]);
        expect(untrusting.output).to.match(/^wiki: no answer .*certificate verify failed/);
    });

    it("only warns of an application that does not answer, with the reason, when all else holds", async () => {
        const url = await serve((_, response) => response.writeHead(500).end());
        const advice = (name: string, at: string, isInsecure = false) =>
            ({ name, url: at, isAdvice: true, isInsecure }) as const;
        const untrusted = await answer((_, response) => response.end(), authority("of its own"));
        const checks = [
            advice("answers", url),
            advice("has no name", "http://nowhere.invalid:8000"),
            advice("is refused", "http://127.0.0.1:1/"),
            advice("has a certificate of its own", untrusted.url),
            advice("may have one", untrusted.url, true),
        ];

        const { code, output } = await runProbe(checks, 0);
        await untrusted.close();

        expect(code).to.equal(0);
        expect(output.trim().split("\n")).to.deep.equal([
            "warning: has no name at http://nowhere.invalid:8000: nothing has that name on the networks of the stack",
            "warning: is refused at http://127.0.0.1:1/: nothing listens on that port",
            `warning: has a certificate of its own at ${untrusted.url}: its certificate is not accepted: self-signed certificate`,
        ]);
        expect(
            (await runProbe([{ name: "b", url, status: 200 }, ...checks], 0)).output,
            "not when another fails",
        ).to.match(/^b: answered 500 .*\n$/);
    });

    it("waits for no application longer than for others: not for one that never ends its answer, nor for a silent one", async () => {
        const url = await serve((request, response) => {
            if (request.url === "/endless") response.write("a picture");
        });
        const checks = ["endless", "silent"].map((name) => ({ name, url: `${url}/${name}`, isAdvice: true }) as const);

        const { code, output, seconds } = await runProbe(checks, 0);

        expect(code).to.equal(0);
        expect(output).to.equal(`warning: silent at ${url}/silent: there was no answer within 5 seconds\n`);
        expect(seconds).to.be.lessThan(10);
    });

    it("asks for the host that a check names, else for the URL's", async () => {
        const url = await serve((_, response) => response.end());

        const checks = [
            { name: "a", url, host: "organizr.localhost:9080", status: 200 },
            { name: "b", url, status: 200 },
        ];
        expect((await runProbe(checks, 0)).code).to.equal(0);

        const hosts = server.requests.map(({ headers }) => headers.host);
        expect(hosts).to.deep.equal(["organizr.localhost:9080", url.slice("http://".length)]);
    });

    it("signs in with the token that a file holds, and prints it nowhere", async () => {
        const url = await serve((request, response) =>
            response.writeHead(request.headers.authorization === "Bearer tok3n" ? 200 : 403).end(),
        );
        const folder = mkdtempSync(join(tmpdir(), "token-"));
        const token = join(folder, "token");
        writeFileSync(token, "tok3n\n");
        try {
            expect((await runProbe([{ name: "a", url, token, status: 200 }], 0)).code).to.equal(0);
            const { code, output, errors } = await runProbe([{ name: "a", url, token, status: 418 }], 0);
            expect(code).to.equal(1);
            expect(output + errors).to.not.contain("tok3n");
        } finally {
            rmSync(folder, { recursive: true });
        }
    });

    it("asks again until a check holds, and then no more for that check", async () => {
        const url = await serve((request, response, before) =>
            response.writeHead(request.url === "/late" && before < 3 ? 404 : 200).end(),
        );

        const checks = ["early", "late"].map((name) => ({ name, url: `${url}/${name}`, status: 200 }));
        const { code } = await runProbe(checks, 30);

        expect(code).to.equal(0);
        const asked = server.requests.map(({ url: path }) => path);
        expect(asked.filter((path) => path === "/early")).to.have.length(1);
        expect(asked.filter((path) => path === "/late")).to.have.length(3);
    });

    it("gives up at its deadline, not before", async () => {
        const url = await serve((_, response) => response.writeHead(503).end());

        const { code, seconds } = await runProbe([{ name: "a", url, status: 200 }], 2);

        expect(code).to.equal(1);
        expect(seconds).to.be.within(2, 8);
    });

    it("says that nobody answers where nobody does", async () => {
        const url = await serve((_, response) => response.end());
        await server.close();

        const { code, output } = await runProbe([{ name: "a", url, status: 200 }], 0);

        expect(code).to.equal(1);
        expect(output).to.match(/^a: no answer \(.*refused.*\)/);
    });

    it("asks on when an answer breaks off half-way", async () => {
        const url = await serve((_, response, before) => {
            if (before > 0) return response.end("welcome");
            response.writeHead(200, { "content-length": "100" }).write("wel");
            setTimeout(() => response.destroy(), 100);
        });

        const { code, errors } = await runProbe([{ name: "a", url, status: 200 }], 30);

        expect(errors).to.equal("");
        expect(code).to.equal(0);
    });
});
