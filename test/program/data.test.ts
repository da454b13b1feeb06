import type * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { type Configuration, devWith } from "../support/configuration";
import { type FakeEngine, startEngine } from "../support/engine";
import {
    container,
    containerType,
    environmentOf,
    ofType,
    passwordType,
    stepType,
    theOne,
    volumeType,
} from "../support/find";
import { contentOf } from "../support/files";
import { failureOf } from "../support/hooks";
import { runProgram } from "../support/mocks";
import { valueOf } from "../support/outputs";
import type { Registered } from "../support/recording";

const imageType = "docker:index/remoteImage:RemoteImage";

describe("the program's data", () => {
    const kept = async (configuration?: Configuration) => {
        const { resources } = await runProgram({ configuration });
        const volumes = ofType(resources, volumeType).map(({ name, options }) => [
            name.replace("authentik-", ""),
            options.protect,
            options.retainOnDelete,
        ]);
        return { volumes, key: theOne(resources, passwordType, "authentik-secret-key").options.protect };
    };

    it("is protected and stays when the stack is destroyed, unlike the sessions of an outpost", async () => {
        const { volumes, key } = await kept();

        expect(volumes).to.deep.equal([
            ["postgres-data", true, true],
            ["redis-data", true, true],
            ["media", true, true],
            ["templates", true, true],
            ["certificates", true, true],
            ["ak-outpost-organizr-sessions", false, false],
            ["ak-outpost-cwad-sessions", false, false],
        ]);
        expect(key, "the key without which the data cannot be read").to.equal(true);
    });

    it("goes with the stack where the configuration says so", async () => {
        const { volumes, key } = await kept(devWith({ protectData: false }));

        expect(volumes).to.have.length(7);
        for (const [name, ...kinds] of volumes) expect(kinds, String(name)).to.deep.equal([false, false]);
        expect(key).to.equal(false);
    });
});

describe("the program with an external PostgreSQL", () => {
    const external = { host: "db.example.com", port: 6432, database: "ak", user: "ak_user", sslMode: "verify-full" };
    const configuration = devWith({
        "postgres.external": external,
        consumers: undefined,
        secrets: { "database/authentik": "supplied:by-me" },
    });
    let engine: FakeEngine;
    let resources: Registered[];
    before(async () => {
        engine = await startEngine({ exit: () => 2, log: () => "FATAL: supplied:by-me is wrong\n" });
        ({ resources } = await runProgram({ configuration, secretKeys: ["secrets"], dockerHost: engine.host }));
    });
    after(() => engine.close());

    it("makes no PostgreSQL, and tries the external one with its client's image first", async () => {
        const made = resources.filter(({ type, name }) => type.endsWith(":Postgres") || name.includes("postgres-d"));
        expect(made).to.deep.equal([]);
        expect(theOne(resources, imageType, "authentik-postgres-client").inputs).to.include({
            name: "postgres:16-alpine",
            keepLocally: true,
        });
        const waited = [container(resources, "authentik-server").options.dependsOn].flat() as pulumi.Resource[];
        const urns = await Promise.all(waited.map(({ urn }) => valueOf(urn)));
        expect(urns.join()).to.contain("::authentik-postgres-check");
    });

    it("tells authentik where it is and reaches it with the supplied password", async () => {
        const server = container(resources, "authentik-server");

        expect(environmentOf(server)).to.include({
            AUTHENTIK_POSTGRESQL__HOST: "db.example.com",
            AUTHENTIK_POSTGRESQL__PORT: "6432",
            AUTHENTIK_POSTGRESQL__NAME: "ak",
            AUTHENTIK_POSTGRESQL__USER: "ak_user",
            AUTHENTIK_POSTGRESQL__SSLMODE: "verify-full",
        });
        const path = environmentOf(server).AUTHENTIK_POSTGRESQL__PASSWORD?.slice("file://".length);
        expect(await contentOf(server, path, engine)).to.equal("supplied:by-me");
    });

    it("tries it with the password in a file, escaped as libpq reads it, and fails with its words and the cure", async () => {
        const failure = await failureOf(theOne(resources, stepType, "authentik-postgres-check"), "beforeCreate");

        expect(failure).to.match(
            /^trying the external PostgreSQL failed with exit code 2:\nFATAL: \[secret\] is wrong/,
        );
        expect(failure).to.contain("pulumi config set --secret --path 'secrets[\"database/authentik\"]'");
        const [created] = engine.created;
        expect(created?.files.map(({ content, mode, uid }) => ({ content, mode, uid }))).to.deep.equal([
            { content: "db.example.com:6432:ak:ak_user:supplied\\:by-me", mode: 0o400, uid: 70 },
        ]);
        expect(JSON.stringify(created?.body)).to.not.contain("by-me");
        expect(created?.body.Env).to.include.members(["PGHOST=db.example.com", "PGSSLMODE=verify-full"]);
    });

    it("applies the blueprints again when server, port or database are others", () => {
        const { input } = theOne(resources, stepType, "authentik-blueprints-applied").inputs;

        expect((input as { facts: { revision: string } }).facts.revision).to.equal("db.example.com:6432/ak");
    });
});

describe("the program with an external Redis", () => {
    it("makes no Redis, and tells authentik where it is, how to encrypt and which database is its own", async () => {
        const { resources } = await runProgram({
            configuration: devWith({
                redis: { external: { host: "redis.example.com", tls: true }, index: 4 },
                consumers: [{ name: "wiki" }],
                secrets: { redis: "supplied-by-me" },
            }),
            secretKeys: ["secrets"],
        });

        expect(ofType(resources, containerType).map(({ name }) => name)).to.not.include("authentik-redis-server");
        const worker = container(resources, "authentik-worker");
        expect(environmentOf(worker)).to.include({
            AUTHENTIK_REDIS__HOST: "redis.example.com",
            AUTHENTIK_REDIS__PORT: "6379",
            AUTHENTIK_REDIS__DB: "4",
            AUTHENTIK_REDIS__TLS: "true",
        });
        expect(environmentOf(worker)).to.not.have.property("AUTHENTIK_REDIS__USERNAME");
        const path = environmentOf(worker).AUTHENTIK_REDIS__PASSWORD?.slice("file://".length);
        expect(await contentOf(worker, path)).to.equal("supplied-by-me");
    });
});
