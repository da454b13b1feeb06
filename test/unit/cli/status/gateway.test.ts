import { expect } from "chai";
import { gatewayRows, namesIn } from "../../../../cli/status/gateway";
import { authority } from "../../../support/certificates";

describe("the certificates of the gateway, in a status", () => {
    // Each lives for two days.
    const { issued } = authority("a CA", "auth.example.com", "wiki.example.com");
    const configuration = JSON.stringify({
        apps: {
            http: {
                servers: {
                    srv0: {
                        routes: [
                            { match: [{ host: ["auth.example.com"] }] },
                            { match: [{ host: ["wiki.example.com"] }] },
                        ],
                    },
                },
            },
        },
    });
    const file = (path: string, name: string) => `\n-- file: ${path}\n${issued[name]?.certificate ?? ""}`;
    const [own, asked] = ["/data/certificates/1.crt", "/data/caddy/certificates/acme/1.crt"];
    const rows = (printed: string, hours: number) =>
        gatewayRows(namesIn(printed), { stack: "prod", now: new Date(Date.now() + hours * 3_600_000) });
    const both = configuration + file(asked, "auth.example.com") + file(asked, "wiki.example.com");

    it("are fine while the gateway has time to renew them", () => {
        expect(rows(both, 1)).to.deep.equal([
            {
                area: "Certificates and tokens",
                title: "Gateway",
                state: "fine",
                text: "2, the first ends in 1 day",
            },
        ]);
    });

    it("need attention when they were not renewed, and once they ended", () => {
        expect(rows(both, 42).map(({ title, text }) => `${title}: ${text}`)).to.deep.equal([
            "auth.example.com: the gateway's certificate ends in 5 hours",
            "wiki.example.com: the gateway's certificate ends in 5 hours",
        ]);
        expect(rows(both, 50)[0]?.text).to.equal("the gateway's certificate ended 2 hours ago");
    });

    it("need attention a month before their end where nobody renews them, and where there is none", () => {
        const [auth, wiki] = rows(configuration + file(own, "auth.example.com"), 1);
        expect(auth).to.include({ state: "attention", text: "the gateway's certificate ends in 1 day" });
        expect(auth?.cure).to.include("`certificates`");
        expect(wiki).to.include({ state: "attention", cure: "npm start -- prod" });
    });

    it("are those of the configuration before those of a CA, and of one CA the one that lasts", () => {
        const printed = both + file(own, "auth.example.com");
        expect(namesIn(printed).map(({ name, isOwn }) => [name, isOwn])).to.deep.equal([
            ["auth.example.com", true],
            ["wiki.example.com", false],
        ]);
    });
});
