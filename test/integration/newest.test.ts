import { expect } from "chai";
import { lastVersions } from "../../authentik/releases";
import { Dumps } from "../../cli/upgrade/dumps";
import { Browser } from "../contract/support/browser";
import { standIns } from "../support/stand-ins";
import { devConfiguration, devPorts } from "./support/dev";
import { container, containers, docker } from "./support/host";
import { StackUnderTest } from "./support/stack-under-test";
import { expectServing, get } from "./support/visit";

const prefix = "it-n-";
const newest = lastVersions.at(-1) ?? "";
const redirectUri = "https://wiki.example.com/callback";

describe("the newest release", () => {
    let stack: StackUnderTest;
    let ports: Awaited<ReturnType<typeof devPorts>>;
    const configure = async (version: string, more: Record<string, unknown> = {}) => {
        const images = await (await standIns()).buildStandInImages(() => undefined, version);
        const wiki = { slug: "wiki", name: "Wiki", provider: { type: "oidc", redirectUris: [redirectUri] } };
        // More than a page of the API has, behind one outpost.
        const added = [wiki, ...Array.from({ length: 21 }, (_, index) => behindCwad(`app${index}`))];
        const applications = Object.fromEntries(added.map((one, index) => [`applications[${index + 2}]`, one]));
        const changes = { version, consumers: undefined, ...applications, ...more };
        stack.configure(devConfiguration(prefix, ports, images, changes));
    };
    const output = async <T>(name: string) => (await stack.outputs())[name]?.value as T;
    const api = async (path: string, options: RequestInit = {}) => {
        const headers = { Authorization: `Bearer ${await output<string>("apiToken")}`, ...options.headers };
        const answer = await fetch(`http://127.0.0.1:${ports.server}/api/v3/${path}`, { ...options, headers });
        expect(answer.status, path).to.equal(200);
        return answer;
    };
    const behindCwad = (slug: string) => ({
        ...{ slug, name: slug },
        provider: {
            ...{ type: "forward_single", outpost: "ak-outpost-cwad" },
            externalHost: `http://${slug}.localhost:${ports.cwad}`,
        },
    });
    before(async () => {
        ports = await devPorts();
        stack = await StackUnderTest.open(prefix, {});
    });
    after(() => stack.close());

    it("comes up without a Redis, and its front page leads to the login", async () => {
        await configure(newest);
        await stack.up();

        await expectServing(ports);
        expect((await containers(prefix)).filter(({ name }) => name.includes("redis"))).to.deep.equal([]);
        const front = await fetch(`http://127.0.0.1:${ports.server}/`, { redirect: "manual" });
        expect(front.headers.get("location")).to.contain("/flows/");
    });

    it("lets people sign in at an outpost with more applications than a page of the API has, and over OIDC", async () => {
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

    it("keeps an uploaded icon when its containers are replaced, and changes nothing else after that", async () => {
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

        await configure(newest, { "settings.log_level": "warning" });
        const { changes } = await stack.up();
        expect(changes).to.include.members(["server", "worker"].map((role) => `replace ${prefix}authentik-${role}`));
        const { meta_icon_url } = (await (await api("core/applications/organizr/")).json()) as Record<string, string>;
        const icon = await fetch(`http://127.0.0.1:${ports.server}${meta_icon_url}`);
        expect(await icon.text()).to.equal("<svg/>");
        expect((await stack.up()).changes).to.deep.equal([]);
    });

    it("is not followed by an earlier one, which a preview says already, nor by the database once its containers are gone", async () => {
        const earlier = lastVersions.at(-2) ?? "";
        await configure(earlier);
        const told = `is older than ${newest}, which the database of this stack is of`;

        expect(await stack.failingCommand("preview")).to.contain(told);
        await stack.down();
        const { record } = await stack.failingUp();
        expect(record.errors).to.contain(`version ${earlier} ${told}`);
        expect((await containers(prefix)).filter(({ name }) => name.includes("authentik-server"))).to.deep.equal([]);
    });

    it("is put back as it was saved, with its database and its uploaded files", async () => {
        const dumps = new Dumps(stack.opened);
        const { id, name } = await container(`${prefix}authentik-postgres`);
        const sql = (statement: string) =>
            docker("exec", "--user", "postgres", id, "psql", "-d", "authentik", "-Atqc", statement);
        const inMedia = (command: string) =>
            docker("run", "--rm", "-v", `${prefix}ak_media:/media`, "--entrypoint", "sh", image, "-c", command);
        const image = await docker("inspect", "--format", "{{.Config.Image}}", name);
        await sql("CREATE TABLE it_marker AS SELECT 'kept' AS word");
        await inMedia("mkdir -p /media/public && echo kept > /media/public/icon && chown -R 1000:1000 /media/public");

        expect(await dumps.release()).to.equal(newest);
        const saved = await dumps.save(newest);
        await sql("DROP TABLE it_marker; CREATE TABLE it_later AS SELECT 1");
        await inMedia("rm -r /media/public && touch /media/later");
        expect((await dumps.list()).at(-1)).to.equal(saved);
        await dumps.restore(saved);

        expect(await sql("SELECT word FROM it_marker")).to.equal("kept");
        expect(await sql("SELECT count(*) FROM pg_tables WHERE tablename = 'it_later'")).to.equal("0");
        expect(await inMedia("stat -c '%u %n' /media/public/icon && ls /media")).to.equal(
            "1000 /media/public/icon\npublic",
        );
    });
});
