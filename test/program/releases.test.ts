import type * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { devWith } from "../support/configuration";
import { container, environmentOf, namesOf, one } from "../support/find";
import { filesOf } from "../support/files";
import { runProgram } from "../support/mocks";
import { valueOf } from "../support/outputs";
import { generated } from "../support/provider";
import type { Registered } from "../support/recording";
import { onEach } from "../support/runtimes";

const withoutIndexes = [{ name: "paperless" }, { name: "n8n" }];

async function release(version: string, changes: Record<string, unknown> = {}) {
    return (await runProgram({ configuration: devWith({ version, ...changes }) })).resources;
}

async function mentionsRedis(resources: Registered[], name: string): Promise<boolean> {
    return /redis/i.test(JSON.stringify([environmentOf(container(resources, name)), await filesOf(resources, name)]));
}

onEach("the program, for a release of authentik that needs no Redis", () => {
    let resources: Registered[];
    before(async () => {
        resources = await release("2025.12.1", { consumers: withoutIndexes });
    });

    it("makes none where no consumer wants one, nor a secret for it", () => {
        expect(namesOf(resources, "container")).to.deep.equal([
            "authentik-postgres-server",
            "authentik-server",
            "authentik-worker",
            "authentik-ak-outpost-organizr",
            "authentik-ak-outpost-cwad",
            "authentik-backups-container",
        ]);
        expect(namesOf(resources, "password").filter((name) => name.includes("redis"))).to.deep.equal([]);
    });

    it("tells authentik nothing of a Redis", async () => {
        for (const name of ["authentik-server", "authentik-worker"])
            expect(await mentionsRedis(resources, name), name).to.equal(false);
    });

    it("mounts uploaded files where the release looks for them", () => {
        const server = container(resources, "authentik-server");
        const targets = (server.inputs.mounts as { target: string }[]).map(({ target }) => target);

        expect(targets).to.deep.equal(["/media", "/templates", "/certs"]);
        // With that, it looks for media below /: a volume at /data/media lands on /media as well, and takes no uploads.
        expect(environmentOf(server)).to.include({
            AUTHENTIK_STORAGE__MEDIA__FILE__PATH: "/",
            AUTHENTIK_STORAGE__REPORTS__FILE__PATH: "/media",
        });
    });

    it("leaves an external one that is configured alone, and asks for no password of it", async () => {
        const external = { host: "redis.example.com" };
        const left = await release("2025.12.1", { consumers: withoutIndexes, redis: { external } });

        expect(JSON.stringify(left.map(({ name, inputs }) => [name, inputs]))).to.not.match(/redis/i);
    });

    it("makes one for the consumers that want one, and authentik still knows nothing of it", async () => {
        const shared = await release("2025.12.1");

        expect(container(shared, "authentik-redis-server").inputs.hostname).to.equal("redis");
        expect(await mentionsRedis(shared, "authentik-server")).to.equal(false);
    });
});

onEach("the program, for a release of authentik that needs Redis", () => {
    let resources: Registered[];
    before(async () => {
        resources = await release("2025.8.4", { consumers: withoutIndexes });
    });

    it("makes one even where no consumer wants one, and authentik uses database 1", async () => {
        expect(container(resources, "authentik-redis-server").inputs.hostname).to.equal("redis");
        expect(environmentOf(container(resources, "authentik-worker"))).to.include({
            AUTHENTIK_REDIS__HOST: "redis",
            AUTHENTIK_REDIS__PORT: "6379",
            AUTHENTIK_REDIS__DB: "1",
            AUTHENTIK_REDIS__TLS: "false",
        });
        const contents = (await filesOf(resources, "authentik-worker")).map(({ content }) => content);
        expect(contents).to.include(generated("authentik-redis-redis"));
    });

    it("mounts uploaded files where the release looks for them", () => {
        const mounts = container(resources, "authentik-worker").inputs.mounts as { source: string; target: string }[];

        expect(mounts.map(({ source, target }) => `${source} ${target}`)).to.deep.equal([
            "ak_media /media",
            "ak_templates /templates",
            "ak_certs /certs",
        ]);
    });

    it("runs server and worker of one image with the same settings, files and mounts", async () => {
        const server = container(resources, "authentik-server");
        const worker = container(resources, "authentik-worker");

        for (const key of ["image", "envs", "mounts"])
            expect(server.inputs[key], key).to.deep.equal(worker.inputs[key]);
        expect(await filesOf(resources, "authentik-server")).to.deep.equal(
            await filesOf(resources, "authentik-worker"),
        );
        expect(server.inputs.command).to.deep.equal(["server"]);
        expect(worker.inputs.command).to.deep.equal(["worker"]);
    });

    it("closes the page of the initial setup before anybody can open it", async () => {
        for (const name of ["authentik-server", "authentik-worker"])
            expect((await filesOf(resources, name)).map(({ path }) => path)).to.include(
                "/blueprints/default/flow-oobe.yaml",
            );
    });
});

onEach("the program, for a release of authentik that is in Rust", () => {
    let resources: Registered[];
    const tests = (name: string) =>
        (container(resources, name).inputs.healthcheck as { tests: string[] }).tests.join(" ");
    before(async () => {
        resources = await release("2026.8.3", { consumers: withoutIndexes });
    });

    it("has it listen where hosts without IPv6 have addresses as well", () => {
        const listens = (name: string) =>
            Object.entries(environmentOf(container(resources, name))).filter(([key]) => key.includes("LISTEN"));

        expect(Object.fromEntries(listens("authentik-server"))).to.deep.equal({
            AUTHENTIK_LISTEN__HTTP: "0.0.0.0:9000",
            AUTHENTIK_LISTEN__HTTPS: "0.0.0.0:9443",
            AUTHENTIK_LISTEN__METRICS: "0.0.0.0:9300",
        });
        expect(listens("authentik-ak-outpost-cwad")).to.have.length(3);
    });

    it("asks server and worker whether they are ready, and the outpost with its new command", () => {
        for (const name of ["authentik-server", "authentik-worker"]) expect(tests(name)).to.contain("/-/health/ready/");
        expect(tests("authentik-ak-outpost-cwad")).to.equal("CMD /authentik healthcheck proxy");
    });

    it("tells it where browsers reach it, and that it is set up, before it proves that a person can sign in", async () => {
        expect(environmentOf(container(resources, "authentik-server"))).to.include({
            AUTHENTIK_WEB__BASE_URL: "http://authentik.localhost:9000",
        });
        const setUp = one(resources, "step", "authentik-set-up");
        const proven = one(resources, "step", "authentik-serving-proven");

        expect(JSON.stringify(setUp.inputs)).to.contain("Setup.set(True)");
        expect(await urnsOf(setUp.options.dependsOn)).to.deep.equal([
            one(resources, "step", "authentik-blueprints-applied").urn,
        ]);
        expect(await urnsOf(proven.options.dependsOn)).to.include(setUp.urn);
    });

    it("leaves earlier releases as they are", async () => {
        resources = await release("2026.2.0", { consumers: withoutIndexes });

        expect(tests("authentik-ak-outpost-cwad")).to.equal("CMD /proxy healthcheck");
        expect(JSON.stringify(environmentOf(container(resources, "authentik-server")))).to.not.match(/LISTEN|BASE_URL/);
        expect(namesOf(resources, "step")).to.not.include("authentik-set-up");
    });
});

function urnsOf(waited: pulumi.CustomResourceOptions["dependsOn"]): Promise<string[]> {
    return Promise.all(([waited].flat() as pulumi.Resource[]).map(({ urn }) => valueOf(urn)));
}
