import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { draftRotation, previewChanges, withDraft, writeDraft } from "../../cli/rotation/draft";
import { listText, nextRotation, readSecrets } from "../../cli/rotation/secrets";
import { fileOf } from "../../cli/stack/files";
import { bringUp } from "../../cli/stack/up";
import { Browser } from "../contract/support/browser";
import { devConfiguration, devPorts, type Ports } from "./support/dev";
import { doorsOf, secretsOf } from "./support/doors";
import { containers, type Listed } from "./support/host";
import { findLeaks } from "./support/leaks";
import { Outage } from "./support/outage";
import { StackUnderTest } from "./support/stack-under-test";
import { expectServing } from "./support/visit";
import { openBench } from "./support/workplace";

const prefix = "it-r-";
const file = (role: string) => [
    `replace  container it-r-authentik-${role}`,
    `update   step it-r-authentik-${role}-healthy`,
];
const applied = "update   step it-r-authentik-blueprints-applied";
const proven = "update   step it-r-authentik-serving-proven";
const databases = "update   step it-r-authentik-postgres-databases";
const release = "update   step it-r-authentik-release";
const secret = (name: string) => `replace  random password it-r-authentik-${name}`;

/** What is done for one secret and nothing else. */
const effects: Record<string, string[]> = {
    // The backups name it by a fingerprint.
    "secret-key": [
        secret("secret-key"),
        ...[...file("server"), ...file("worker"), ...file("backups-container"), applied, proven],
    ],
    "admin-password": [secret("admin-password"), applied],
    "api-token": [secret("api-token"), applied],
    postgres: [secret("postgres-postgres"), databases],
    "database/authentik": [
        secret("postgres-database-authentik"),
        ...[databases, release, ...file("server"), ...file("worker"), applied, proven],
    ],
    backup: [secret("postgres-backup"), databases, ...file("backups-container")],
    "database/n8n": [secret("postgres-database-n8n"), databases],
    redis: [secret("redis-redis"), ...file("redis-server"), ...file("server"), ...file("worker"), applied, proven],
    "redis/n8n": [secret("redis-redis-n8n"), ...file("redis-server")],
    "outpost/ak-outpost-cwad": [secret("outpost-ak-outpost-cwad"), applied, ...file("ak-outpost-cwad"), proven],
    "application/mealie": [secret("application-mealie"), applied],
};
const names = Object.keys(effects);

describe("rotation", () => {
    let stack: StackUnderTest;
    let ports: Ports;
    let old: Record<string, string>;
    let running: Listed[];
    let browser: Browser;
    let outages: Record<"server" | "outpost", Outage>;

    before(async () => {
        ports = await devPorts();
        const { images } = await openBench();
        const mealie = { slug: "mealie", name: "Mealie", launchUrl: "http://mealie.localhost:9925" };
        const provider = { type: "oidc", preset: "mealie" };
        const changes = { "applications[2]": { ...mealie, provider } };
        stack = await StackUnderTest.open(prefix, devConfiguration(prefix, ports, images, changes));
        await stack.up();
        old = await secretsOf(stack, names);
        running = await containers(prefix);
        browser = new Browser(ports.server, `authentik.localhost:${ports.server}`);
        await browser.signIn("akadmin", old["admin-password"] ?? "");
    });
    after(() => stack.close());

    it("lists the secrets, and refuses unknown ones", async () => {
        const known = await readSecrets(stack.opened);
        expect(known.secrets.map(({ name }) => name)).to.include.members(names);
        expect(listText(known)).to.match(/^ {2}database\/n8n +generated$/m);
        expect(() => nextRotation(known, ["database/n9n"], "it-r")).to.throw(
            "The stack it-r has no secret database/n9n. It has: secret-key, admin-password,",
        );
    });

    for (const [name, changes] of Object.entries(effects)) {
        it(`of ${name} shows first what it would change, and changes nothing by that`, async () => {
            const text = configuration();
            const known = await readSecrets(stack.opened);
            const draft = draftRotation(stack.opened, nextRotation(known, [name], "it-r"));
            const lines = await withDraft(stack.opened, draft, previewChanges);
            expect(lines).to.have.members(changes);
            expect(findLeaks(lines.join("\n"), new Map(Object.entries(old)))).to.deep.equal([]);
            expect(configuration()).to.equal(text);
        });
    }

    it("accepts the old secrets until then", async () => {
        expect(await judge(old)).to.deep.equal(all(true));
        expect((await browser.ask("/api/v3/core/users/me/")).status).to.equal(200);
    });

    it("of all of them is one update", async () => {
        const known = await readSecrets(stack.opened);
        const drafted = writeDraft(stack.opened, draftRotation(stack.opened, nextRotation(known, names, "it-r")));
        outages = {
            server: new Outage(`http://authentik.localhost:${ports.server}/if/flow/default-authentication-flow/`, 200),
            outpost: new Outage(`http://organizr.localhost:${ports.organizr}/outpost.goauthentik.io/start`, 302),
        };
        const { warnings } = await bringUp(() => undefined, drafted, true);
        // There are no applications here, and the release is an old one.
        const others = warnings.filter((text) => !/does not answer the outpost|no security fixes/.test(text));
        expect(others).to.deep.equal([]);
    });

    it("disconnects no client for longer than a restart", async () => {
        const server = await outages.server.end();
        const outpost = await outages.outpost.end();
        console.log(
            `      without the login page: ${server} s, without an outpost that was not restarted: ${outpost} s`,
        );
        expect(server).to.be.lessThan(30);
        expect(outpost).to.be.lessThan(30);
    });

    it("refuses every old secret", async () => {
        expect(await judge(old)).to.deep.equal(all(false));
    });

    it("accepts every new one, and everything serves", async () => {
        const after = await secretsOf(stack, names);
        for (const name of names) expect(after[name], name).to.not.equal(old[name]);
        expect(await judge(after)).to.deep.equal(all(true));
        await expectServing(ports);
    });

    it("of the secret key ends all sessions", async () => {
        expect((await browser.ask("/api/v3/core/users/me/")).status).to.equal(403);
    });

    it("restarts neither PostgreSQL nor an outpost whose token stays", async () => {
        const now = await containers(prefix);
        const kept = running.filter(({ name }) => /postgres|organizr/.test(name));
        expect(kept).to.have.length(2);
        expect(now).to.include.deep.members(kept);
    });

    it("leaves every other secret as it was, and nothing to do", async () => {
        const others = ["database/paperless", "redis/paperless", "outpost/ak-outpost-organizr"];
        const values = await secretsOf(stack, others);
        const { changes } = await stack.up({ refresh: true });
        expect(changes).to.deep.equal([]);
        expect(await secretsOf(stack, others)).to.deep.equal(values);
        expect(await judge(await secretsOf(stack, names))).to.deep.equal(all(true));
    });

    /** Who of them is let in. */
    async function judge(secrets: Record<string, string>): Promise<Record<string, boolean>> {
        const judged: Record<string, boolean> = {};
        for (const [name, door] of Object.entries(doorsOf(prefix, ports.server)))
            judged[name] = await door(secrets[name] ?? "");
        return judged;
    }

    function configuration(): string {
        const { workspace, name } = stack.opened.stack;
        return readFileSync(join(workspace.workDir, fileOf(name)), "utf8");
    }
});

function all(verdict: boolean): Record<string, boolean> {
    return Object.fromEntries(names.map((name) => [name, verdict]));
}
