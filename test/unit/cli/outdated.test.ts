import { expect } from "chai";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { closedBetween } from "../../../authentik/advisories";
import { exitCodeOf, newsOf, textOf, type Told } from "../../../cli/outdated/news";
import { imageName, Registries } from "../../../cli/outdated/registry";
import type { RegistryAuth } from "../../../engine/registry";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

/** A registry on the loopback, which hands out a token to who is signed in, and three tags a page. */
class FakeRegistry {
    readonly asked: string[] = [];
    private readonly server: Server;
    address = "";

    constructor(repositories: Record<string, string[]>) {
        this.server = createServer(({ url = "", headers, method = "" }, response) => {
            this.asked.push(`${method} ${url}`);
            const { pathname, searchParams } = new URL(url, "http://registry");
            const answer = (status: number, body: object = {}, more: Record<string, string> = {}) =>
                response.writeHead(status, more).end(method === "HEAD" ? undefined : JSON.stringify(body));
            if (pathname === "/token") {
                const known = Buffer.from("puller:hunter2").toString("base64");
                const scope = searchParams.get("scope") ?? "";
                return headers.authorization === `Basic ${known}`
                    ? answer(200, { token: `for ${scope}` })
                    : answer(401);
            }
            const [, repository = "", what = ""] = /^\/v2\/(.+)\/(tags\/list|manifests\/.+)$/.exec(pathname) ?? [];
            const scope = `repository:${repository}:pull`;
            if (headers.authorization !== `Bearer for ${scope}`) {
                const challenge = `Bearer realm="http://${this.address}/token",service="registry",scope="${scope}"`;
                return answer(401, {}, { "WWW-Authenticate": challenge });
            }
            const tags = repositories[repository];
            if (tags === undefined) return answer(404);
            if (what !== "tags/list") return answer(200, {}, { "Docker-Content-Digest": digest("b") });
            const start = tags.indexOf(searchParams.get("last") ?? "") + 1;
            const page = tags.slice(start, start + 3);
            const next = `</v2/${repository}/tags/list?n=3&last=${page.at(-1) ?? ""}>; rel="next"`;
            return answer(200, { name: repository, tags: page }, start + 3 < tags.length ? { Link: next } : {});
        });
    }

    async open(): Promise<void> {
        await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
        this.address = `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    }

    close(): void {
        this.server.close();
    }
}

describe("news of a stack's images", () => {
    const registry = new FakeRegistry({
        "goauthentik/server": ["latest", "2025.8.4", "2025.8.6", "2026.2.7", "2026.8.7", "2026.8.9-rc1", "gh-main"],
        "library/postgres": ["16-alpine", "16.4-alpine", "16.10-alpine", "17-alpine", "18.1-alpine", "18", "latest"],
        "library/redis": ["7-alpine", "7.4-alpine"],
    });
    before(() => registry.open());
    after(() => registry.close());

    const login = (): RegistryAuth => ({ address: registry.address, username: "puller", password: "hunter2" });
    const news = (tags: Record<string, string>, version: string, registryAuth = [login()]): Promise<Told> =>
        newsOf({
            version,
            images: Object.fromEntries(Object.entries(tags).map(([key, tag]) => [key, `${registry.address}/${tag}`])),
            docker: { registryAuth },
            credentialsLater: false,
            allowUntested: false,
            ownsPostgres: true,
            volumes: [],
        });

    it("names the newest authentik, the holes that it closes, and the next step", async () => {
        const told = await news({ server: "goauthentik/server:2025.8.4" }, "2025.8.4");

        expect(told.silent).to.deep.equal([]);
        expect(told.news).to.have.length(1);
        expect(told.news[0]).to.deep.include({ current: "2025.8.4", newest: "2026.8.7", patch: "2025.8.6" });
        expect(textOf(told)).to.match(
            /^authentik 2025\.8\.4: 2026\.8\.7 is there, which closes CVE-2025-64521, .*, and 2025\.8\.6 of its series; the next step is 2025\.8\.6: `npm run upgrade`; 2025\.8 gets no more security fixes$/,
        );
        expect(exitCodeOf(told)).to.equal(3);
    });

    it("follows a list over its pages, and asks for a token once for each repository", async () => {
        registry.asked.length = 0;
        await news({ server: "goauthentik/server:2026.8.7" }, "2026.8.7");

        expect(registry.asked.map((line) => line.replace(/\?.*/, ""))).to.deep.equal([
            "GET /v2/goauthentik/server/tags/list",
            "GET /token",
            ...Array.from({ length: 3 }, () => "GET /v2/goauthentik/server/tags/list"),
        ]);
    });

    it("compares data services by tags of the same form, and says what a major version asks for", async () => {
        const told = await news(
            { postgres: "library/postgres:16.4-alpine", redis: "library/redis:7-alpine" },
            "2026.8.7",
        );

        expect(told.news).to.have.length(1);
        expect(textOf(told)).to.equal(
            "PostgreSQL 16.4-alpine: 18.1-alpine is there, and 16.10-alpine of its series; a major version is a dump and a restore: see docs/upgrades.md",
        );
        expect(exitCodeOf(told)).to.equal(2);
        const [major] = (await news({ postgres: "library/postgres:16-alpine" }, "2026.8.7")).news;
        expect(major?.newest).to.equal("17-alpine");
    });

    it("tells of a pin whose tag has another image now", async () => {
        const pinned = (letter: string) => news({ redis: `library/redis:7-alpine@${digest(letter)}` }, "2026.8.7");

        expect(textOf(await pinned("a"))).to.equal(
            "the pinned image redis 7-alpine: has another image now; `npm run update-images` pins it",
        );
        expect(textOf(await pinned("b"))).to.equal("Nothing is newer than what the stack runs.");
    });

    it("says which repository a registry does not show, without a secret", async () => {
        const told = await news({ server: "goauthentik/server:2025.8.4" }, "2025.8.4", []);

        expect(textOf(told)).to.equal(
            `Nothing is known of newer images of ${registry.address}/goauthentik/server: it answers 401.`,
        );
        expect(exitCodeOf(told)).to.equal(0);
        expect(textOf(await news({ server: "other:1" }, "2025.8.4"))).to.contain("/other: it answers 404.");
    });

    it("has one line where no registry can be reached, and does not wait for each image", async () => {
        const gone = new FakeRegistry({});
        await gone.open();
        gone.close();
        const images = { server: `${gone.address}/server:2025.8.4`, postgres: `${gone.address}/postgres:16` };
        const told = await newsOf({
            version: "2025.8.4",
            images,
            docker: {},
            credentialsLater: false,
            allowUntested: false,
            ownsPostgres: true,
            volumes: [],
        });

        expect(told.silent).to.have.length(1);
        expect(textOf(told)).to.equal(
            `${gone.address} cannot be reached from here: nothing is known of newer images there.`,
        );
        expect(exitCodeOf(told)).to.equal(0);
    });
});

describe("the name of an image", () => {
    it("is what its registry calls it", () => {
        expect(imageName("postgres:16-alpine")).to.deep.include({
            ...{ registry: "docker.io", repository: "library/postgres", tag: "16-alpine" },
        });
        expect(imageName("ghcr.io/goauthentik/server:2025.8.4@sha256:ab")).to.deep.equal({
            ...{ registry: "ghcr.io", repository: "goauthentik/server", tag: "2025.8.4", digest: "sha256:ab" },
        });
        expect(imageName("localhost:5000/a/b")).to.deep.include({ repository: "a/b", tag: "latest" });
        expect(imageName("valkey/valkey@sha256:ab").tag).to.equal(undefined);
    });

    it("is not asked for over TLS on the loopback alone", async () => {
        const answer = await new Registries().tags("localhost:1/none");
        expect(answer.kind).to.equal("unreachable");
    });
});

describe("what a later authentik closes", () => {
    it("are the holes that the earlier one has, in whichever series they are closed", () => {
        expect(closedBetween("2025.8.4", "2025.8.6")).to.deep.equal([
            ...["CVE-2025-64521", "CVE-2025-64708", "CVE-2026-25227", "CVE-2026-25922"],
        ]);
        expect(closedBetween("2026.2.2", "2026.2.7")).to.have.length(10);
        expect(closedBetween("2026.2.7", "2026.8.7")).to.deep.equal([]);
        expect(closedBetween("2026.5.0", "2026.8.7")).to.have.length(6);
        expect(closedBetween("2025.8.6", "2025.10.4")).to.deep.equal(["CVE-2026-25748"]);
    });
});
