import { expect } from "chai";
import type { AuthentikOutputs } from "../../../components/outputs";
import { Browser } from "../../contract/support/browser";
import { originOf } from "../support/dev";
import { container, docker } from "../support/host";
import { sharedStack, type SharedStack } from "../support/shared-stack";
import { expectServing, get, visit } from "../support/visit";

describe("up from nothing, with the development configuration", () => {
    let shared: SharedStack;
    before(async () => {
        shared = await sharedStack();
    });

    const origin = (name: string) => originOf(name, shared.ports.server, shared.ports);

    it("returns when a person could sign in", async () => {
        await expectServing(shared.ports);
    });

    it("leads a stranger from every application to the login page, on the URL that browsers know", async () => {
        const at = new URL(origin("authentik")).host;
        for (const name of ["organizr", "cwad", "calibre"]) {
            const { status, body, hops } = await visit(`${origin(name)}/`);
            expect(status, hops.join(" -> ")).to.equal(200);
            expect(body).to.match(/<!DOCTYPE html>/i);
            const later = hops.filter((hop) => hop.origin !== origin(name));
            expect(later).to.not.be.empty;
            for (const { host } of later) expect(host).to.equal(at);
            expect(hops.at(-1)?.pathname).to.equal("/if/flow/default-authentication-flow/");
        }
    });

    it("refuses a stranger's host at an outpost with two applications", async () => {
        const path = "outpost.goauthentik.io/start";
        const [{ id }, url] = [await container("it-a-authentik-server"), `http://it-a-ak-outpost-cwad:9000/${path}`];
        // Past the gateway, which knows no such name either.
        const ask =
            "import sys, http.client as h; u = sys.argv[1].split('/'); c = h.HTTPConnection(u[2]); " +
            "c.request('GET', '/' + '/'.join(u[3:]), headers={'Host': 'stranger.example.com'}); print(c.getresponse().status)";
        expect(await docker("exec", id, "python", "-c", ask, url)).to.equal("400");
        expect((await get(`${origin("cwad")}/${path}`)).status, "and not the application's own").to.equal(302);
        const stranger = await get(`${origin("cwad")}/${path}`, { host: "stranger.example.com" }).catch(
            () => undefined,
        );
        expect(stranger?.status, "at the gateway").to.not.equal(302);
    });

    it("lets akadmin sign in with the password from the outputs, and with no other", async () => {
        const { server } = shared.ports;
        const { admin } = await valuesOf(shared);
        const signIn = async (password: string) =>
            (await new Browser(server, `authentik.localhost:${server}`, true).signIn(admin.username, password)).body;
        expect(await signIn(admin.password)).to.contain("xak-flow-redirect");
        expect(await signIn(`${admin.password}x`)).to.contain("Invalid password");
    });

    it("does not let a stranger set authentik up", async () => {
        const flow = `${origin("authentik")}/api/v3/flows/executor/initial-setup/?query=`;
        const { body } = await get(flow, { accept: "application/json" });
        expect(body).to.match(/ak-stage-access-denied|No Flow matches/);
    });

    it("has complete outputs", async () => {
        const outputs = await valuesOf(shared);
        expect(outputs.rootCertificate).to.match(/^-----BEGIN CERTIFICATE-----/);
        expect(outputs).to.deep.include({
            url: origin("authentik"),
            version: "2025.8.6",
            networks: { frontend: "it-a-frontend_net", backend: "it-a-backend_net", db: "it-a-db_net" },
        });
        expect(outputs.admin.username).to.equal("akadmin");
        expect(outputs.outposts).to.have.keys("ak-outpost-organizr", "ak-outpost-cwad");
        expect(outputs.outposts["ak-outpost-cwad"]).to.deep.include({
            addresses: {
                "it-a-frontend_net": "http://it-a-ak-outpost-cwad:9000",
                "it-a-backend_net": "http://it-a-ak-outpost-cwad:9000",
            },
            applications: ["cwad", "calibre"],
        });
        expect(outputs.applications["organizr"]).to.deep.include({ url: origin("organizr") });
        expect(outputs.applications["calibre"]).to.deep.include({ url: origin("calibre") });
        expect(Object.values(outputs.volumes)).to.include.members([
            ...["it-a-pg_data", "it-a-redis_data", "it-a-ak_media", "it-a-ak_templates", "it-a-ak_certs"],
        ]);
        expect(outputs.databases["paperless"]).to.deep.include({ host: "it-a-postgres", port: 5432 });
        expect(outputs.databases["paperless"]).to.deep.include({ database: "paperless", user: "paperless" });
        expect(outputs.redis["n8n"]).to.deep.include({ host: "it-a-redis", port: 6379, index: 3, user: "n8n" });
    });

    it("marks every secret among its outputs, and nothing else", async () => {
        const shown = JSON.parse(await shared.stack.command("stack", "output", "--json")) as AuthentikOutputs;
        const values = await valuesOf(shared);
        const hidden = differences(shown, values).sort();
        expect(hidden).to.deep.equal(
            [
                "admin.password",
                "apiToken",
                ...["paperless", "n8n"].flatMap((name) => [`databases.${name}.password`, `redis.${name}.password`]),
                ...["organizr", "cwad"].map((name) => `outposts.ak-outpost-${name}.token`),
            ].sort(),
        );
        for (const path of hidden) expect(at(shown, path), path).to.equal("[secret]");
        for (const path of hidden) expect(at(values, path), path).to.match(/^[A-Za-z0-9]{50}$/);
    });
});

async function valuesOf({ stack }: SharedStack): Promise<AuthentikOutputs> {
    const outputs = Object.entries(await stack.outputs()).map(([key, { value }]) => [key, value as unknown]);
    return Object.fromEntries(outputs) as AuthentikOutputs;
}

/** Paths of leaves at which two trees differ. */
function differences(one: unknown, other: unknown, path: string[] = []): string[] {
    if (typeof one !== "object" || one === null) return one === other ? [] : [path.join(".")];
    return Object.entries(one).flatMap(([key, value]) =>
        differences(value, (other as Record<string, unknown> | undefined)?.[key], [...path, key]),
    );
}

function at(tree: unknown, path: string): unknown {
    return path.split(".").reduce((value, key) => (value as Record<string, unknown>)[key], tree);
}
