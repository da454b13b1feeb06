import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { standIns } from "../support/stand-ins";
import { Bed } from "./support/bed";
import { document, entry, flows } from "./support/blueprint-table";
import { eventually, start } from "./support/containers";
import { ask, statusOf } from "./support/http";

const kinds = ["ldap", "radius", "rac"] as const;
const openPort = { ldap: "/proc/net/tcp .*:0D3D ", radius: "/proc/net/udp .*:0714 ", rac: "" };

describe("outposts of the other kinds, nginx and the application", function () {
    this.timeout(120_000);
    const bed = new Bed();

    before(async () => {
        await bed.open();
        const server = await bed.authentik("server", ["server"]);
        await bed.answers(server, "/-/health/ready/", 200);
        await bed.authentik("worker", ["worker"]);
        const entries = kinds.map((kind) => {
            const more = kind === "rac" ? (flows.split("\n")[0] ?? "") : flows;
            return (
                entry(`authentik_providers_${kind}.${kind}provider`, `{name: ct-${kind}}`, more, `    id: ${kind}\n`) +
                entry(
                    "authentik_core.application",
                    `{slug: ct-${kind}}`,
                    `name: ${kind}\n      provider: !KeyOf ${kind}`,
                ) +
                entry(
                    "authentik_outposts.outpost",
                    `{name: ct-${kind}}`,
                    `type: ${kind}\n      providers: [!KeyOf ${kind}]\n      config: {authentik_host: ""}`,
                    `    id: outpost-${kind}\n`,
                ) +
                entry(
                    "authentik_core.token",
                    `{identifier: !Format ["ak-outpost-%s-api", !KeyOf outpost-${kind}]}`,
                    `intent: api\n      key: !File /run/secrets/outpost_${kind === "ldap" ? "a" : kind === "radius" ? "b" : "c"}_token`,
                )
            );
        });
        writeFileSync(join(bed.folder, "kinds.yaml"), document(entries.join("")));
        const job = await bed.authentik("job", ["apply_blueprint", "custom/kinds.yaml"], {}, bed.folder);
        expect(await job.exit(60), await job.logs()).to.equal(0);
    });

    after(() => bed.close());

    for (const [index, kind] of kinds.entries()) {
        it(`${kind}: connects with its token, becomes healthy, opens its port`, async () => {
            const token = ["outpost_a_token", "outpost_b_token", "outpost_c_token"][index] ?? "";
            const outpost = await bed.outpost(`outpost-${kind}`, kind, token);
            await outpost.healthy(30);
            await outpost.says("Successfully connected websocket", 10);
            await outpost.says('"count":1,"event":"Update providers"', 20);
            expect((await outpost.exec(`/${kind}`, "healthcheck")).code).to.equal(0);
            const [table = "", line = ""] = openPort[kind].split(" ");
            if (table !== "") expect((await outpost.exec("cat", table)).stdout).to.match(new RegExp(line));
            await outpost.do("stop");
            expect(await outpost.exit(5)).to.equal(0);
        });
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
