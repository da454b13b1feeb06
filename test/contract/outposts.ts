import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "chai";
import { toYaml } from "../../authentik/blueprints/document";
import { declarations, servingChecks } from "../../authentik/declarations";
import { roles } from "../../authentik/roles";
import { configured } from "../support/applications";
import { standIns } from "../support/stand-ins";
import { Bed } from "./support/bed";
import { eventually, start } from "./support/containers";
import { ask, statusOf } from "./support/http";

const kinds = ["ldap", "radius", "rac"] as const;
const names = ["a", "b", "c"];
const applications = [
    { type: "ldap" },
    { type: "radius" },
    { type: "rac", endpoints: [{ name: "one", protocol: "ssh", host: "server1" }] },
].map((provider, index) =>
    configured({ slug: provider.type, name: provider.type, provider: { ...provider, outpost: names[index] } }),
);
const openPort = { ldap: "/proc/net/tcp .*:0D3D ", radius: "/proc/net/udp .*:0714 ", rac: "" };

describe("outposts of the other kinds, nginx and the application", function () {
    this.timeout(120_000);
    const bed = new Bed();

    before(async () => {
        await bed.open();
        const server = await bed.authentik("server", ["server"]);
        await bed.answers(server, "/-/health/ready/", 200);
        await bed.authentik("worker", ["worker"]);
        for (const secret of ["api_token", "application_ldap", "application_radius"]) bed.file(secret, secret, 1000);
        const outposts = kinds.map((type, index) => ({ name: names[index] ?? "", type }));
        const declared = { version: "2025.8.4", url: "http://auth.test:19000", admin: { email: "a@example.com" } };
        const { blueprints } = declarations({ ...declared, applications, outposts }, "http://server:9000");
        for (const blueprint of blueprints)
            writeFileSync(join(bed.folder, `${blueprint.name}.yaml`), toYaml(blueprint));
        const paths = blueprints.map(({ name }) => `custom/${name}.yaml`);
        const job = await bed.authentik("job", ["apply_blueprint", ...paths], {}, bed.folder);
        expect(await job.exit(60), await job.logs()).to.equal(0);
    });

    after(() => bed.close());

    for (const [index, kind] of kinds.entries()) {
        it(`${kind}: connects with its token, becomes healthy, opens its port and answers the proof`, async () => {
            const outpost = await bed.outpost(`outpost-${kind}`, kind, `outpost_${names[index] ?? ""}_token`);
            await outpost.healthy(30);
            await outpost.says("Successfully connected websocket", 10);
            await outpost.says('"count":1,"event":"Update providers"', 20);
            expect((await outpost.exec(`/${kind}`, "healthcheck")).code).to.equal(0);
            const [table = "", line = ""] = openPort[kind].split(" ");
            if (table !== "") expect((await outpost.exec("cat", table)).stdout).to.match(new RegExp(line));
            await answersTheProof(kind);
            await outpost.do("stop");
            expect(await outpost.exit(5)).to.equal(0);
        });
    }

    /** Asks as the program does at the end of an update, with the right secret and with a wrong one. */
    async function answersTheProof(kind: (typeof kinds)[number]): Promise<void> {
        const index = kinds.indexOf(kind);
        const { scheme, number } = roles[kind].port;
        const outpost = { outpost: names[index] ?? "", internalUrl: `${scheme}://outpost-${kind}:${number}` };
        const checks = servingChecks("http://server:9000", [outpost], applications.slice(index, index + 1));
        const asked = JSON.stringify(checks.filter((check) => "asks" in check));
        const prove = async (seconds: number, text: string) => {
            bed.file("checks.json", text, 1000);
            const job = await start("proof", {
                image: bed.images.server,
                command: ["/scripts/probe.py", "/run/secrets/checks.json", String(seconds)],
                mounts: [`${bed.folder}:/run/secrets`, `${resolve(__dirname, "../../authentik")}:/scripts`],
                extra: ["--entrypoint", "python3"],
            });
            const code = await job.exit(60);
            const log = await job.logs();
            await job.remove();
            return { code, log };
        };
        expect(await prove(30, asked)).to.deep.equal({ code: 0, log: "" });
        const wrong = asked.replaceAll(/application_\w+|api_token/g, "redis_password");
        const { code, log } = await prove(0, wrong);
        expect(code).to.equal(1);
        expect(log).to.match(
            { ldap: /49 \(invalid credentials\)/, radius: /another shared secret/, rac: /answered 403/ }[kind],
        );
    }

    it("the application echoes what it was asked, nginx serves the configuration it is given", async () => {
        const conf =
            "server { listen 8080; location / { set_escape_uri $rd $request_uri; add_header x-rd $rd; proxy_set_header x-from nginx; proxy_pass http://app:8000; } }\n";
        writeFileSync(join(bed.folder, "site.conf"), conf);
        await start("app", { image: bed.images.app, aliases: ["app"] });
        const nginx = await start("nginx", {
            image: bed.images.nginx,
            mounts: [`${join(bed.folder, "site.conf")}:/etc/nginx/conf.d/site.conf`],
            capabilities: ["CHOWN", "SETGID", "SETUID"],
            tmpfs: ["/run", "/var/lib/nginx", "/tmp"],
            ports: [8080],
        });
        const port = await nginx.port(8080);
        await eventually("nginx", 20, async () => (await statusOf(port, "/health")) === 200);
        const { body, headers } = await ask(port, { path: "/a?b=1&c=2" });
        expect(JSON.parse(body))
            .to.include({ method: "GET", path: "/a?b=1&c=2" })
            .and.have.nested.property("headers.x-from", "nginx");
        expect(headers["x-rd"]).to.equal("%2Fa%3Fb%3D1%26c%3D2");
    });

    it("no stand-in has an official name, and names only change with the files they are built from", async () => {
        const { standInImages } = await standIns();
        const images = standInImages();
        for (const image of Object.values(images))
            expect(image).to.match(/^authentik-stack\/stand-in-[a-z]+:[0-9a-f]{12}$/);
        expect(standInImages()).to.deep.equal(images);
    });
});
