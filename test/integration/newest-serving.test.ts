import { expect } from "chai";
import { lastVersions } from "../../authentik/releases";
import { Browser } from "../contract/support/browser";
import { standIns } from "../support/stand-ins";
import { devConfiguration, devPorts } from "./support/dev";
import { container, docker } from "./support/host";
import { StackUnderTest } from "./support/stack-under-test";
import { expectServing, get } from "./support/visit";

const prefix = "it-s-";
const newest = lastVersions.at(-1) ?? "";
const redirectUri = "https://wiki.example.com/callback";

describe("what the newest release asks for", () => {
    let stack: StackUnderTest;
    let ports: Awaited<ReturnType<typeof devPorts>>;
    const configure = async (more: Record<string, unknown> = {}) => {
        const images = await (await standIns()).buildStandInImages(() => undefined, newest);
        const wiki = { slug: "wiki", name: "Wiki", provider: { type: "oidc", redirectUris: [redirectUri] } };
        // More than a page of the API has, behind one outpost.
        const added = [wiki, ...Array.from({ length: 21 }, (_, index) => behindCwad(`app${index}`))];
        const applications = Object.fromEntries(added.map((one, index) => [`applications[${index + 2}]`, one]));
        const changes = { version: newest, consumers: undefined, ...applications, ...more };
        stack.configure(devConfiguration(prefix, ports, images, changes));
    };
    const behindCwad = (slug: string) => ({
        ...{ slug, name: slug },
        provider: {
            ...{ type: "forward_single", outpost: "ak-outpost-cwad" },
            externalHost: `http://${slug}.localhost:${ports.cwad}`,
        },
    });
    const output = async <T>(name: string) => (await stack.outputs())[name]?.value as T;
    const api = async (path: string, options: RequestInit = {}) => {
        const headers = { Authorization: `Bearer ${await output<string>("apiToken")}`, ...options.headers };
        const answer = await fetch(`http://127.0.0.1:${ports.server}/api/v3/${path}`, { ...options, headers });
        expect(answer.status, path).to.equal(200);
        return answer;
    };
    const sql = async (statement: string) => {
        const { id } = await container(`${prefix}authentik-postgres`);
        return await docker("exec", "--user", "postgres", id, "psql", "-d", "authentik", "-Atqc", statement);
    };
    before(async () => {
        ports = await devPorts();
        stack = await StackUnderTest.open(prefix, {});
        await configure();
        await stack.up();
    });
    after(() => stack.close());

    it("is there for people at an outpost with more applications than a page of the API has, and over OIDC", async () => {
        await expectServing(ports);
        for (const slug of ["app0", "app20"]) {
            const start = await get(`http://${slug}.localhost:${ports.cwad}/outpost.goauthentik.io/start`);
            expect(start.status, slug).to.equal(302);
        }
        const browser = new Browser(ports.server, `authentik.localhost:${ports.server}`);
        const { username, password } = await output<{ username: string; password: string }>("admin");
        expect((await browser.signIn(username, password)).body).to.contain("xak-flow-redirect");
        const asked = { client_id: "wiki", redirect_uri: redirectUri, response_type: "code", scope: "openid" };
        const { headers } = await browser.ask(`/application/o/authorize/?${new URLSearchParams(asked).toString()}`);
        expect(headers.location).to.match(/^https:\/\/wiki\.example\.com\/callback\?code=\w+$/);
    });

    it("is there for uploaded files, which stay when containers are replaced; and then nothing else changes", async () => {
        const { capabilities } = (await (await api("root/config/")).json()) as { capabilities: string[] };
        expect(capabilities).to.include.members(["can_save_media", "can_save_reports"]);
        const form = new FormData();
        form.set("name", "icons/organizr.svg");
        form.set("file", new Blob(["<svg/>"]), "organizr.svg");
        await api("admin/file/", { method: "POST", body: form });
        await api("core/applications/organizr/", {
            ...{ method: "PATCH", headers: { "Content-Type": "application/json" } },
            body: JSON.stringify({ meta_icon: "icons/organizr.svg" }),
        });

        await configure({ "settings.log_level": "warning" });
        const { changes } = await stack.up();
        expect(changes).to.include.members(["server", "worker"].map((role) => `replace ${prefix}authentik-${role}`));
        const { meta_icon_url } = (await (await api("core/applications/organizr/")).json()) as Record<string, string>;
        const icon = await fetch(`http://127.0.0.1:${ports.server}${meta_icon_url}`);
        expect(await icon.text()).to.equal("<svg/>");
        expect((await stack.up()).changes).to.deep.equal([]);
    });

    it("is asked of a database before authentik uses it: connections, and groups with names of their own", async () => {
        const group =
            "INSERT INTO authentik_object (model, pk, data) SELECT 'authentik_core.group', n, '{\"name\": \"twins\"}'";
        await sql(`${group} FROM generate_series(1, 2) AS n`);
        await sql("ALTER ROLE authentik CONNECTION LIMIT 29");
        await configure({ "settings.log_level": "warning", consumers: [{ name: "mealie" }] });

        const { record } = await stack.failingUp();
        expect(record.errors).to.contain("several groups have the name twins; rename them in authentik first");
        expect(record.errors).to.contain(
            `version ${newest} takes 30 connections of PostgreSQL, and authentik's role or database there may have 29`,
        );
        await expectServing(ports);
    });
});
