import { expect } from "chai";
import { gatewayChecks, isPrivateName, placesOf } from "../../../authentik/gateway";
import {
    addressVariable,
    gatewayCaddyfile,
    issuedFolders,
    type GatewayOptions,
} from "../../../authentik/gateway-caddyfile";
import { stackConfig } from "../../../components";

const { url, outposts, applications } = stackConfig({
    url: "https://auth.example.com",
    admin: { email: "admin@example.com" },
    outposts: [
        { name: "ak-home", networks: ["frontend"] },
        { name: "ak-away", run: false },
    ],
    applications: [
        {
            slug: "organizr",
            name: "Organizr",
            provider: {
                type: "proxy",
                outpost: "ak-home",
                externalHost: "https://home.example.com",
                internalHost: "http://organizr",
            },
        },
        {
            slug: "books",
            name: "Books",
            provider: {
                type: "forward_single",
                outpost: "ak-home",
                externalHost: "https://books.lan",
                upstream: "http://books:8084/base/",
            },
        },
        {
            slug: "domain",
            name: "Domain",
            provider: {
                type: "forward_domain",
                outpost: "embedded",
                externalHost: "https://login.home.lan",
                cookieDomain: "home.lan",
                upstreams: { "tv.home.lan": "http://tv:8096" },
            },
        },
        {
            slug: "wiki",
            name: "Wiki",
            launchUrl: "https://wiki.example.com/start",
            provider: { type: "oidc", redirectUris: ["https://wiki.example.com/back"], upstream: "http://wiki:80" },
        },
        {
            slug: "away",
            name: "Away",
            provider: {
                type: "proxy",
                outpost: "ak-away",
                externalHost: "https://away.example.com",
                internalHost: "http://away",
            },
        },
        {
            slug: "other",
            name: "Other",
            launchUrl: "https://other.example.com",
            provider: { type: "oidc", redirectUris: ["https://other.example.com/back"] },
        },
    ],
});
const places = placesOf({ url, outposts, applications });
const options: GatewayOptions = { httpsPort: 443, httpPort: 80, issuer: "acme", acme: {}, certificates: [] };

/** The lines of each site of a Caddyfile, by its address. */
function sitesOf(text: string): Record<string, string[]> {
    const sites = [...text.matchAll(/^(\S*:\/\/\S+) \{\n([\s\S]*?)^\}/gm)];
    return Object.fromEntries(
        sites.map(([, address = "", body = ""]) => [
            address,
            body
                .trimEnd()
                .split("\n")
                .map((line) => line.trim()),
        ]),
    );
}

describe("the names of the gateway", () => {
    it("lead to the server, to outposts that run here, to what is behind them, and to upstreams", () => {
        const led = Object.fromEntries(places.map(({ origin, to }) => [origin, to.kind]));
        expect(led).to.deep.equal({
            "https://auth.example.com": "server",
            "https://home.example.com": "outpost",
            "https://books.lan": "protected",
            "https://login.home.lan": "server",
            "https://tv.home.lan": "protected",
            "https://wiki.example.com": "upstream",
        });
    });

    it("are asked for when all is up: those of applications that may come later only for advice", () => {
        const checks = gatewayChecks(places, "ak-gateway");
        expect(checks.map(({ url: asked, status, isAdvice }) => [asked, status ?? isAdvice])).to.deep.equal([
            ["https://auth.example.com/if/flow/default-authentication-flow/", 200],
            ["https://home.example.com/outpost.goauthentik.io/start", 302],
            ["https://books.lan/outpost.goauthentik.io/start", 302],
            ["https://login.home.lan/if/flow/default-authentication-flow/", 200],
            ["https://tv.home.lan/outpost.goauthentik.io/start", 302],
            ["https://wiki.example.com/", true],
        ]);
        for (const check of checks) expect(check).to.include({ isInsecure: true, at: "ak-gateway" });
    });

    for (const name of ["authentik.localhost", "nas", "tv.home.lan", "a.home.arpa", "192.0.2.1", "fd00::1"])
        it(`can be certified by no public CA: ${name}`, () => expect(isPrivateName(name)).to.equal(true));
    it("can be certified by one else", () => expect(isPrivateName("auth.example.com")).to.equal(false));
});

describe("the gateway's Caddyfile", () => {
    const text = gatewayCaddyfile(places, options);
    const sites = sitesOf(text);

    it("forwards to containers, not to names that lead to an old and a new one", () => {
        const site = (address: string, file: string) => {
            expect(sites[address], address).to.include("reverse_proxy {vars.container}:9000 {");
            expect(sites[address], address).to.include(`vars container {file./data/containers/${file}}`);
        };
        site("https://auth.example.com", "SERVER");
        site("https://home.example.com", "OUTPOST_AK_HOME");
        expect(addressVariable("ak-home")).to.equal("OUTPOST_AK_HOME");
        expect(addressVariable("embedded")).to.equal(addressVariable());
    });

    it("lets nobody say who they are to an outpost or an application, but outposts elsewhere to authentik", () => {
        for (const site of ["https://home.example.com", "https://books.lan"])
            expect(sites[site], site).to.include("request_header -X-Authentik*");
        expect(sites["https://auth.example.com"]).to.not.include("request_header -X-Authentik*");
    });

    it("knows that the server's own outpost answers every path of an application, also those of authentik", () => {
        const config = stackConfig({
            url,
            admin: { email: "admin@example.com" },
            applications: [
                {
                    slug: "tools",
                    name: "Tools",
                    provider: {
                        type: "proxy",
                        outpost: "embedded",
                        externalHost: "https://tools.example.com",
                        internalHost: "http://tools",
                    },
                },
            ],
        });
        const [, place] = placesOf(config);
        expect(place?.to).to.deep.equal({ kind: "outpost", outpost: "embedded" });
        expect(gatewayChecks(place === undefined ? [] : [place], "ak-gateway")).to.have.nested.property(
            "[0].status",
            302,
        );
    });

    it("asks the outpost first, and forwards to an application with the path of its upstream", () => {
        const books = sites["https://books.lan"] ?? [];
        expect(books).to.include("vars container {file./data/containers/OUTPOST_AK_HOME}");
        const order = [
            "forward_auth {vars.container}:9000 {",
            "rewrite * /base{uri}",
            "reverse_proxy http://books:8084 {",
        ];
        expect(order.map((line) => books.indexOf(line))).to.satisfy(
            (at: number[]) => (at[0] ?? -1) > 0 && at[1] === (at[2] ?? 0) - 1,
        );
        expect(sites["https://tv.home.lan"]).to.include("vars container {file./data/containers/SERVER}");
        expect(sites["https://wiki.example.com"]).to.include("reverse_proxy http://wiki {");
    });

    it("certifies names that no public CA knows itself, and holds browsers to https for all others alone", () => {
        for (const [address, lines] of Object.entries(sites).filter(([one]) => one.startsWith("https://"))) {
            const isInternal = address.endsWith(".lan");
            expect(lines.includes("tls internal"), address).to.equal(isInternal);
            expect(
                lines.some((line) => line.includes("Strict-Transport")),
                address,
            ).to.equal(!isInternal);
        }
    });

    it("uses certificates of one's own for the names in them", () => {
        const covers = (name: string) => name === "books.lan";
        const own = sitesOf(gatewayCaddyfile(places, { ...options, certificates: [{ file: "abc", covers }] }));
        expect(own["https://books.lan"]).to.include("tls /data/certificates/abc.crt /data/certificates/abc.key");
        expect(own["https://tv.home.lan"]).to.include("tls internal");
    });

    it("leads from http to https at its port, where there is one for http", () => {
        expect(sites["http://books.lan:80"]).to.include("redir https://books.lan{uri} 308");
        expect(gatewayCaddyfile(places, { ...options, httpPort: undefined })).to.not.match(/^ +redir /m);
    });

    it("asks the CA that is configured, and names who is asked for an address", () => {
        const acme = { email: "me@example.com", ca: "https://ca.example.com/directory" };
        const folders = (ca?: string) => issuedFolders({ acme: { ca } }).map((path) => path.split("/").at(-1));
        expect(folders(acme.ca)).to.deep.equal(["ca.example.com-directory"]);
        expect(folders("https://pebble:14000/dir/")).to.deep.equal(["pebble-14000-dir"]);
        expect(folders())
            .to.include("acme-v02.api.letsencrypt.org-directory")
            .and.not.include("ca.example.com-directory");
        const [address = { origin: "", path: [], to: { kind: "server" as const } }] = places;
        const written = gatewayCaddyfile([{ ...address, origin: "https://192.0.2.1" }], { ...options, acme });
        expect(written).to.contain("email me@example.com\n").and.contain("acme_ca https://ca.example.com/directory\n");
        expect(written).to.contain("default_sni 192.0.2.1\n");
    });

    it("takes nothing from a client that authentik believes of a proxy, and logs no query and no header", () => {
        for (const name of ["X-Forwarded*", "X_Forwarded*", "Forwarded", "X-Original*", "SSL-Client-Cert"])
            expect(text).to.contain(`request_header -${name}\n`);
        expect(text).to.contain('request>uri regexp "[?].*" "?..."').and.contain("request>headers delete");
        for (const lines of Object.values(sites)) expect(lines[0]).to.be.oneOf(["import front", "bind 127.0.0.1"]);
    });
});
