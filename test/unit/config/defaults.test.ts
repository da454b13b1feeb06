import { readFileSync } from "node:fs";
import { expect } from "chai";
import { parse } from "yaml";
import { loadConfig } from "../../../config/load";
import type { Config } from "../../../config/schema";
import { secretsOf } from "../../../config/secrets";
import { type Configuration, devConfiguration } from "../../support/configuration";
import { startMocks, type Surroundings } from "../../support/mocks";

const least: Configuration = { url: "https://auth.example.com", admin: { email: "admin@example.com" } };

async function load(configuration: Configuration, surroundings: Surroundings = {}) {
    await startMocks({ ...surroundings, configuration });
    return loadConfig();
}

const names = (config: Config) => secretsOf(config).map(({ name }) => name);

describe("the configuration", () => {
    it("needs a URL and an e-mail address, and has a default for everything else", async () => {
        expect(await load(least)).to.deep.include({
            ...least,
            version: "2026.2.7",
            allowUntested: false,
            prefix: "",
            images: {},
            networks: {
                frontend: { name: "frontend_net", adopt: false },
                backend: { name: "backend_net", adopt: false },
                db: { name: "db_net", adopt: false },
            },
            postgres: { memory: "1g" },
            redis: { index: 1, memory: "256m" },
            consumers: [],
            volumes: { media: {}, templates: {}, certificates: {}, postgres: {}, redis: {}, backups: {}, gateway: {} },
            runtime: "docker-host",
            swarm: { dataNode: "authentik-stack.data=true" },
            server: { ports: [], replicas: 1, memory: "1g" },
            worker: { replicas: 1, memory: "1g" },
            outposts: [],
            applications: [],
            settings: {},
            secrets: {},
            rotation: {},
            protectData: true,
        });
    });

    it("is the same with the defaults that Pulumi.yaml gives to each key", async () => {
        const { config } = parse(readFileSync("Pulumi.yaml", "utf8")) as {
            config: Record<string, { default: unknown }>;
        };
        const given = Object.entries(config).map(([key, { default: value }]): [string, unknown] => [key, value]);

        expect(await load({ ...Object.fromEntries(given), ...least })).to.deep.equal(await load(least));
    });

    it("publishes ports to this machine alone unless an address is given", async () => {
        const { server } = await load({ ...least, server: { ports: [{ port: 9000 }, { port: 9001, ip: "0.0.0.0" }] } });

        expect(server.ports).to.deep.equal([
            { port: 9000, ip: "127.0.0.1" },
            { port: 9001, ip: "0.0.0.0" },
        ]);
    });

    it("asks an external PostgreSQL for an encrypted connection unless told otherwise", async () => {
        const postgres = { external: { host: "db.example.com" } };
        const secrets = { "database/authentik": "a-password-of-ours" };

        const { external } = (await load({ ...least, postgres, secrets }, { secretKeys: ["secrets"] })).postgres;

        expect(external).to.deep.equal({
            host: "db.example.com",
            port: 5432,
            database: "authentik",
            user: "authentik",
            sslMode: "require",
        });
    });

    it("keeps text a text and a switch a switch", async () => {
        const { prefix, protectData } = await load({ ...least, prefix: "1-", protectData: false });

        expect({ prefix, protectData }).to.deep.equal({ prefix: "1-", protectData: false });
    });

    it("leaves keys of other programs alone", async () => {
        expect(await load(least, { dockerHost: "unix:///run/docker.sock" })).to.not.have.property("host");
    });

    it("leads to one name for each secret of the development stack", async () => {
        expect(names(await load(devConfiguration()))).to.deep.equal([
            "secret-key",
            "admin-password",
            "api-token",
            "postgres",
            "backup",
            "database/authentik",
            "redis",
            "database/paperless",
            "redis/paperless",
            "database/n8n",
            "redis/n8n",
            "outpost/ak-outpost-organizr",
            "outpost/ak-outpost-cwad",
        ]);
    });

    it("names no Redis secret of a consumer without a Redis database", async () => {
        expect(names(await load({ ...least, consumers: [{ name: "wiki" }] })))
            .to.include("database/wiki")
            .and.not.include("redis/wiki");
    });
});
