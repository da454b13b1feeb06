import { expect } from "chai";
import type { Manifest } from "../../../../cli/backup/manifest";
import { endingRows, outpostRows, releaseRow } from "../../../../cli/status/authentik";
import { containerRows, seeContainers, type SeenContainer } from "../../../../cli/status/containers";
import { backupRows, changeRow, connectionsOf, databaseRow, diskRow } from "../../../../cli/status/rest";
import type { Found } from "../../../../cli/stack/containers";
import type { Status } from "../../../../cli/status/row";
import { statusText } from "../../../../cli/status/text";
import { DockerConnection } from "../../../../engine/connection";
import { startEngine } from "../../../support/engine";

const now = new Date("2026-11-28T12:00:00Z");
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000).toISOString();
const inDays = (days: number) => new Date(now.getTime() + days * 86_400_000).toISOString();

describe("the rows of a status", () => {
    const where = { stack: "dev", prefix: "nas-", now };
    const container = (change: object = {}): SeenContainer => ({
        id: "1",
        name: "nas-redis-server-1234567",
        resource: "nas-authentik-redis-server",
        host: "nas-redis",
        state: { Running: true, Health: { Status: "healthy" }, StartedAt: ago(7200) } as SeenContainer["state"],
        restarts: 0,
        variables: [],
        memory: { used: 64e6, limit: 256e6 },
        ...change,
    });
    const expected = { "nas-authentik-redis-server": "nas-redis" };

    it("show a healthy container with its memory", () => {
        expect(containerRows(expected, [container()], where)).to.deep.equal([
            { area: "Containers", title: "redis", state: "fine", text: "healthy, 64 MB of 256 MB (25 %), up 2 hours" },
        ]);
    });

    it("are of the containers that are still there: an update may remove one meanwhile", async () => {
        const ofStack = { "authentik-stack.stack": "x/" };
        const containers = ["kept", "removed"].map((Id) => ({
            Id,
            Labels: { ...ofStack, "authentik-stack.resource": Id },
        }));
        const state = () => ({ Status: "exited" });
        const engine = await startEngine({ lists: { containers }, gone: ["removed"], state });
        const seen = await seeContainers(new DockerConnection({ host: engine.host }, {}), "x/");
        await engine.close();
        expect(seen.map(({ resource }) => resource)).to.deep.equal(["kept"]);
    });

    it("name what a container needs", () => {
        const [gone] = containerRows(expected, [], where);
        expect(gone).to.include({ state: "attention", text: "it does not exist", cure: "npm start -- dev" });

        const killed = { Running: false, OOMKilled: true, ExitCode: 137 } as SeenContainer["state"];
        const [stopped] = containerRows(expected, [container({ state: killed })], where);
        expect(stopped?.text).to.equal("it is stopped: it had too little memory");

        const [full] = containerRows(expected, [container({ memory: { used: 250e6, limit: 256e6 } })], where);
        expect(full?.cure).to.include("more `memory`");

        const sick = { Running: true, Health: { Status: "unhealthy" }, StartedAt: ago(60) } as SeenContainer["state"];
        const [unhealthy] = containerRows(expected, [container({ state: sick, restarts: 4 })], where);
        expect(unhealthy).to.include({ state: "attention", cure: "docker logs nas-redis-server-1234567" });
        expect(unhealthy?.text).to.include("restarted 4 times");
    });

    it("take the one that serves where another was to replace it", () => {
        const failed = container({ id: "2", state: { Running: false, ExitCode: 1 } });
        expect(containerRows(expected, [failed, container()], where)[0]?.state).to.equal("fine");
    });

    it("name the next release, and ask to go there where that closes holes", () => {
        expect(releaseRow("2025.8.4", false, "dev")).to.include({
            state: "attention",
            cure: "npm run upgrade -- --stack dev",
        });
        expect(releaseRow("2025.8.4", false, "dev").text).to.match(
            /^2025\.8\.4, next 2025\.8\.6; .* closes \d+ security holes$/,
        );
    });

    it("tell when authentik last heard from each outpost that serves something", () => {
        const outpost = (name: string, health: object[], more: object = {}) =>
            ({ pk: name, name, managed: null, providers: [1], health, ...more }) as Parameters<
                typeof outpostRows
            >[0]["outposts"][number];
        const seen = (seconds: number, old = false) => ({
            last_seen: ago(seconds),
            version: "2025.8.4",
            version_outdated: old,
        });
        const told = {
            outposts: [
                outpost("a", [seen(4)]),
                outpost("b", [seen(600)]),
                outpost("c", []),
                outpost("d", [seen(4, true)]),
                // Its former container ended half a minute ago.
                outpost("e", [seen(34, true), seen(4)]),
                outpost("embedded", [], { managed: "goauthentik.io/outposts/embedded", providers: [] }),
            ],
            ...{ certificates: [], tokens: [], disk: { total: 1, free: 1 } },
        };

        expect(outpostRows(told, "dev", now).map(({ title, state, text }) => [title, state, text])).to.deep.equal([
            ["a", "fine", "heard 4 seconds ago, 2025.8.4"],
            ["b", "attention", "heard 10 minutes ago, 2025.8.4"],
            ["c", "attention", "authentik has not heard from it"],
            ["d", "attention", "heard 4 seconds ago, 2025.8.4"],
            ["e", "fine", "heard 4 seconds ago, 2025.8.4"],
        ]);
    });

    it("name certificates and tokens that end soon, and nothing that is meant to", () => {
        const fine = endingRows({ certificates: [{ name: "own", cert_expiry: inDays(90) }], tokens: [] }, now);
        expect(fine.map(({ text }) => text)).to.deep.equal([
            "1; own ends in 90 days, the first",
            "0, none of which ends soon",
        ]);

        const soon = endingRows(
            {
                certificates: [
                    { name: "own", cert_expiry: inDays(10) },
                    { name: "old", cert_expiry: inDays(-2) },
                    { name: "key alone", cert_expiry: null },
                ],
                tokens: [
                    { identifier: "ci", intent: "api", expiring: true, expires: inDays(3) },
                    { identifier: "link", intent: "recovery", expiring: true, expires: inDays(0) },
                    { identifier: "stays", intent: "api", expiring: false, expires: inDays(1) },
                ],
            },
            now,
        );
        expect(soon.map(({ title, text }) => `${title}: ${text}`)).to.deep.equal([
            "old: the certificate ended 2 days ago",
            "own: the certificate ends in 10 days",
            "ci: the token ends in 3 days",
        ]);
        const textOf = (days: number) =>
            endingRows({ certificates: [{ name: "own", cert_expiry: inDays(days) }], tokens: [] }, now)[0]?.text;
        expect([textOf(1), textOf(-1), textOf(0.25)]).to.deep.equal([
            ...["the certificate ends in 1 day", "the certificate ended 1 day ago", "the certificate ends in 6 hours"],
        ]);
    });

    it("tell the age of the newest backup, its trial, and what failed", () => {
        const manifest: Manifest = {
            ...{ format: 1, id: "2026-11-28T03-30-00Z", release: "2025.8.4", postgres: "16.4", secretKey: "" },
            ...{ warnings: [], databases: {}, files: { a: { bytes: 2e6, sha256: "" } } },
        };
        const listing = { manifests: [manifest], failures: [] };
        expect(backupRows(listing, 86_400, "dev", now)[0]).to.include({
            state: "fine",
            text: "8 hours ago, 2.0 MB, one of 1",
        });
        expect(backupRows(listing, 3600, "dev", now)[0]?.state).to.equal("attention");
        expect(
            backupRows({ manifests: [], failures: ["no room"] }, 3600, "dev", now).map(({ state }) => state),
        ).to.deep.equal(["attention", "attention"]);
    });

    it("read how many connections there are beside what PostgreSQL warns of", async () => {
        const saying = (output: string) =>
            ({ execute: () => Promise.resolve({ code: 0, output }) }) as unknown as Found;
        const warning = 'WARNING:  database "postgres" has a collation version mismatch\n';
        expect(await connectionsOf(saying(`${warning}13 100\n`))).to.deep.equal({ used: 13, most: 100 });
        expect(await connectionsOf(saying(warning)).catch(String)).to.contain("PostgreSQL cannot be asked");
    });

    it("ask to look where connections or disk run out, and where the last update failed", () => {
        expect(databaseRow({ used: 13, most: 100 }).state).to.equal("fine");
        expect(databaseRow({ used: 85, most: 100 }).state).to.equal("attention");
        expect(diskRow({ total: 100e9, free: 50e9 })).to.include({
            state: "fine",
            text: "50 GB of 100 GB free (50 %)",
        });
        expect(diskRow({ total: 100e9, free: 5e9 }).state).to.equal("attention");
        const last = {
            kind: "update",
            result: "failed",
            startTime: new Date(ago(60)),
            resourceChanges: { same: 3 },
        } as const;
        expect(changeRow(last, "dev", now)).to.include({
            text: "update 1 minute ago: failed",
            cure: "npm start -- dev",
        });
    });

    it("are one screen of text, each with what to do below it", () => {
        const status: Status = {
            ...{ stack: "dev", url: "https://auth.example.com", time: now.toISOString(), attention: 1 },
            rows: [
                { area: "Containers", title: "redis", state: "fine", text: "healthy" },
                {
                    area: "Containers",
                    title: "postgres",
                    state: "attention",
                    text: "it does not exist",
                    cure: "npm start -- dev",
                },
                {
                    area: "Applications",
                    title: "wiki",
                    state: "unknown",
                    text: "asks authentik",
                    link: "https://wiki.example.com",
                },
            ],
        };
        expect(statusText(status).split("\n")).to.deep.equal([
            "dev at https://auth.example.com: One thing needs attention.",
            "",
            "Containers",
            "  ok    redis     healthy",
            "  LOOK  postgres  it does not exist",
            "                  -> npm start -- dev",
            "",
            "Applications",
            "  ?     wiki      asks authentik  https://wiki.example.com",
        ]);
        expect(statusText(status, true)).to.include("\x1b[31mLOOK\x1b[39m");
        expect(statusText({ ...status, url: "" }), "never brought up").to.match(/^dev: One thing/);
    });
});
