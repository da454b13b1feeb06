import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type { AuthentikOutputs, Pending } from "../../components/outputs";
import { devWith } from "../support/configuration";
import { generated, sentinel } from "../support/provider";
import { type Run, runProgram } from "../support/mocks";
import { type Leaf, leavesOf } from "../support/outputs";
import { onEach } from "../support/runtimes";

onEach("the program's outputs", () => {
    let run: Run<Pending<AuthentikOutputs>>;
    let leaves: Leaf[];
    before(async () => {
        run = await runProgram();
        leaves = await leavesOf(run.result);
    });
    const values = (under: string) =>
        Object.fromEntries(
            leaves
                .filter(({ path }) => path === under || path.startsWith(`${under}.`))
                .map(({ path, value }) => [path.slice(under.length + 1), value]),
        );

    it("are these, and no others", () => {
        expect(Object.keys(run.result)).to.have.members([
            "url",
            "version",
            "admin",
            "apiToken",
            "outposts",
            "applications",
            "networks",
            "volumes",
            "autorestic",
            "databases",
            "redis",
        ]);
    });

    it("are marked secret one by one, exactly where they contain a secret", () => {
        const secret = leaves.filter((leaf) => leaf.secret).map(({ path }) => path);

        expect(secret).to.have.members([
            "admin.password",
            "apiToken",
            "outposts.ak-outpost-organizr.token",
            "outposts.ak-outpost-cwad.token",
            "databases.paperless.password",
            "databases.n8n.password",
            "redis.paperless.password",
            "redis.n8n.password",
        ]);
        for (const { path, value, secret: isSecret } of leaves)
            expect(JSON.stringify(value).includes(sentinel), path).to.equal(isSecret);
    });

    it("hand the engine secrets marked one by one", async () => {
        const wire = (await pulumi.runtime.serializeProperties("outputs", { ...run.result })) as Record<
            string,
            Record<string, unknown>
        >;

        expect(wire.admin?.username).to.equal("akadmin");
        expect(wire.admin?.password).to.have.property(pulumi.runtime.specialSigKey, pulumi.runtime.specialSecretSig);
    });

    it("say where to sign in, and as whom", () => {
        expect(values("url")).to.deep.equal({ "": "http://authentik.localhost:9000" });
        expect(values("version")).to.deep.equal({ "": "2025.8.6" });
        expect(values("admin")).to.deep.equal({
            username: "akadmin",
            password: generated("authentik-admin-password"),
        });
        expect(values("apiToken")).to.deep.equal({ "": generated("authentik-api-token") });
    });

    it("tell the URL only once a person could sign in", async () => {
        const { url } = run.result;
        const waited = await (url as unknown as { allResources: () => Promise<Set<pulumi.Resource>> }).allResources();
        const names = await Promise.all([...waited].map((resource) => new Promise((r) => resource.urn.apply(r))));

        expect(names.join()).to.contain("authentik-serving-proven");
    });

    it("give for each outpost its token, its address on each of its networks and what it protects", () => {
        expect(values("outposts.ak-outpost-cwad")).to.deep.equal({
            token: generated("authentik-outpost-ak-outpost-cwad"),
            "addresses.frontend_net": "http://ak-outpost-cwad:9000",
            "addresses.backend_net": "http://ak-outpost-cwad:9000",
            "applications.0": "cwad",
        });
        expect(values("outposts.ak-outpost-organizr")).to.include({
            "addresses.frontend_net": "http://ak-outpost-organizr:9000",
            "applications.0": "organizr",
        });
    });

    it("give names of networks and volumes as Docker knows them", () => {
        expect(values("networks")).to.deep.equal({ frontend: "frontend_net", backend: "backend_net", db: "db_net" });
        expect(values("volumes")).to.deep.equal({
            media: "ak_media",
            templates: "ak_templates",
            certificates: "ak_certs",
            backups: "ak_backups",
            postgres: "pg_data",
            redis: "redis_data",
        });
    });

    it("give each consumer its own connections, and nobody authentik's", () => {
        expect(values("databases")).to.not.have.any.keys("authentik.password");
        expect(values("databases.n8n")).to.deep.equal({
            host: "postgres",
            port: 5432,
            database: "n8n",
            user: "n8n",
            password: generated("authentik-postgres-database-n8n"),
        });
        expect(values("redis.n8n")).to.deep.equal({
            host: "redis",
            port: 6379,
            index: 3,
            user: "n8n",
            password: generated("authentik-redis-redis-n8n"),
        });
        expect(Object.keys(run.result.redis)).to.deep.equal(["paperless", "n8n"]);
    });

    it("give for each proxied application its URL, and what each reverse proxy in front of it needs", () => {
        const proxies = ["npm", "nginx", "traefik", "caddy"];
        const applications = values("applications");

        expect(applications).to.include({
            "organizr.url": "http://organizr.localhost:9080",
            "cwad.url": "http://cwad.localhost:9081",
        });
        expect(applications).to.have.all.keys(
            ["organizr", "cwad"].flatMap((slug) => [
                `${slug}.url`,
                ...proxies.map((proxy) => `${slug}.snippets.${proxy}`),
            ]),
        );
        expect(applications["cwad.snippets.nginx"]).to.contain("http://ak-outpost-cwad:9000");
    });

    it("give no Redis user to a consumer that named no Redis database", async () => {
        const { result } = await runProgram({ configuration: devWith({ "consumers[1].redisIndex": undefined }) });

        expect(Object.keys(result.redis)).to.deep.equal(["paperless"]);
        expect(Object.keys(result.databases)).to.deep.equal(["paperless", "n8n"]);
    });
});
