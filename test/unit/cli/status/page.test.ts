import { expect } from "chai";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { IncomingMessage } from "node:http";
import { servePage, statusPage } from "../../../../cli/status/page";
import type { Status } from "../../../../cli/status/row";

const status: Status = {
    ...{ stack: "dev", url: "https://auth.example.com", time: "2026-11-28T12:00:00.000Z", attention: 1 },
    rows: [
        { area: "Containers", title: "redis", state: "attention", text: "it is not <there>", cure: "npm start -- dev" },
        {
            area: "Applications",
            title: "wiki",
            state: "fine",
            text: "asks authentik",
            link: "https://wiki.example.com",
        },
    ],
};
const topology = { networks: {}, parts: [], talks: [{ from: "a", to: "b", over: "443" }] };

describe("the page of a status", () => {
    const page = statusPage(status, topology, "<svg></svg>");

    it("says what needs attention first, in words, and what to do", () => {
        expect(page).to.include("<title>dev: One thing needs attention.</title>");
        expect(page.indexOf("What needs attention")).to.be.lessThan(page.indexOf("<svg>"));
        expect(page).to.include("needs attention</td>").and.to.include("To do: <code>npm start -- dev</code>");
        expect(page).to.include("it is not &lt;there&gt;").and.not.to.include("<there>");
    });

    it("has links, the topology in words, and needs nothing from elsewhere", () => {
        expect(page).to.include('<a href="https://wiki.example.com">wiki</a>');
        expect(page).to.include("<li>a to b, port 443</li>");
        const empty = statusPage({ ...status, url: "" }, { ...topology, talks: [] }, "<svg></svg>");
        expect(empty, "never brought up").to.not.match(/href=""|<svg/);
        expect(page).to.not.match(/<script|<link|<img|url\(/);
    });

    it("has a language, one heading above all, a way past the header, and named tables", () => {
        expect(page).to.include('<html lang="en">').and.to.include('href="#main"');
        expect(page.match(/<h1>/g)).to.have.lengthOf(1);
        for (const [, id = ""] of page.matchAll(/aria-labelledby="([^"]+)"/g)) expect(page).to.include(`id="${id}"`);
    });

    it("is served on this machine alone, and to nobody who asks for another name", async () => {
        let times = 0;
        const server = await servePage(0, () => Promise.resolve(`page ${++times}`));
        const { port, address } = server.address() as AddressInfo;
        const ask = async (path: string, host: string) => {
            const response = await new Promise<IncomingMessage>((resolve) =>
                request({ port, path, headers: { host } }, resolve).end(),
            );
            return { code: response.statusCode, body: await text(response), headers: response.headers };
        };
        try {
            expect(address).to.equal("127.0.0.1");
            expect(await ask("/", `127.0.0.1:${port}`)).to.include({ code: 200, body: "page 1" });
            const again = await ask("/", `localhost:${port}`);
            expect(again.body).to.equal("page 2");
            expect(again.headers["content-security-policy"]).to.include("default-src 'none'");
            expect((await ask("/", "attacker.example.com")).code).to.equal(403);
            expect((await ask("/other", "localhost")).code).to.equal(404);
            expect(times).to.equal(2);
        } finally {
            server.close();
        }
    });
});
