import type * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { officialImages } from "../../authentik/images";
import { authority } from "../support/certificates";
import { devWith } from "../support/configuration";
import { type FakeEngine, startEngine } from "../support/engine";
import { container, environmentOf, namesOf, recordOf, step } from "../support/find";
import { contentOf, filesOf } from "../support/files";
import { failureOf } from "../support/hooks";
import { runProgram } from "../support/mocks";
import { valueOf } from "../support/outputs";
import type { Registered } from "../support/recording";
import { itOnHost, onEach } from "../support/runtimes";

const ca = authority("The CA", "client");
const client = ca.issued.client ?? { certificate: "", key: "" };
const images = officialImages("2025.8.6");

onEach("the program with an external PostgreSQL", () => {
    const external = {
        ...{ host: "db.example.com", port: 6432, database: "ak", user: "ak_user", sslMode: "verify-full" },
        ...{ caCertificate: ca.certificate, clientCertificate: client.certificate },
    };
    const configuration = devWith({
        "postgres.external": external,
        consumers: undefined,
        secrets: { "database/authentik": "supplied:by-me", "postgres-client-key": client.key },
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
        expect(namesOf(resources, "container")).to.not.include("authentik-postgres-server");
        const [check] = recordOf(step(resources, "authentik-postgres-check")).containers ?? [];
        expect(check).to.include({ image: images.postgres });
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
        expect(await contentOf(resources, "authentik-server", path, engine)).to.equal("supplied:by-me");
    });

    itOnHost(
        "tries it with the password in a file, escaped as libpq reads it, and fails with its words and the cure",
        async () => {
            const failure = await failureOf(step(resources, "authentik-postgres-check"), "beforeCreate");

            expect(failure).to.match(
                /^trying the external PostgreSQL failed with exit code 2:\nFATAL: \[secret\] is wrong/,
            );
            expect(failure).to.contain("pulumi config set --secret --path 'secrets[\"database/authentik\"]'");
            const created = engine.created.at(-1);
            expect(created?.files.map(({ content, mode, uid }) => ({ content, mode, uid }))).to.deep.equal(
                ["db.example.com:6432:ak:ak_user:supplied\\:by-me", ca.certificate, client.certificate, client.key].map(
                    (content) => ({ content, mode: 0o400, uid: 70 }),
                ),
            );
            expect(JSON.stringify(created?.body)).to.not.contain("by-me");
            expect(JSON.stringify(created?.body)).to.not.contain("PRIVATE KEY");
            expect(created?.body.Env).to.include.members([
                ...["PGHOST=db.example.com", "PGSSLMODE=verify-full", "PGSSLROOTCERT=/run/secrets/postgresql_ca.crt"],
                ...["PGSSLCERT=/run/secrets/postgresql_client.crt", "PGSSLKEY=/run/secrets/postgresql_client.key"],
            ]);
        },
    );

    itOnHost("tries each of several hosts with the password", async () => {
        const several = devWith({
            "postgres.external": { host: "pg1,fd00::5", user: "postgres.abc", database: "authentik-prod" },
            consumers: undefined,
            secrets: { "database/authentik": "short" },
        });
        const trial = await startEngine({ exit: () => 2 });
        try {
            const run = await runProgram({ configuration: several, secretKeys: ["secrets"], dockerHost: trial.host });
            await failureOf(step(run.resources, "authentik-postgres-check"), "beforeCreate");
            expect(trial.created[0]?.files[0]?.content).to.equal(
                "pg1:5432:authentik-prod:postgres.abc:short\nfd00\\:\\:5:5432:authentik-prod:postgres.abc:short",
            );
            expect(trial.created[0]?.body.Env).to.include("PGHOST=pg1,fd00::5");
        } finally {
            await trial.close();
        }
    });

    it("gives server and worker the certificates as files, whose paths authentik's settings name", async () => {
        for (const name of ["authentik-server", "authentik-worker"]) {
            const made = container(resources, name);
            const pemOf = (setting: string) =>
                contentOf(resources, name, environmentOf(made)[`AUTHENTIK_POSTGRESQL__${setting}`], engine);
            expect(await pemOf("SSLROOTCERT"), name).to.equal(ca.certificate);
            expect(await pemOf("SSLCERT"), name).to.equal(client.certificate);
            expect(await pemOf("SSLKEY"), name).to.equal(client.key);
        }
    });

    it("applies the blueprints again when server, port or database are others", () => {
        expect(recordOf(step(resources, "authentik-blueprints-applied")).facts.revision).to.equal(
            "db.example.com:6432/ak",
        );
    });
});

onEach("the program with an external Redis", () => {
    const configuration = (external: Record<string, unknown>) =>
        devWith({
            redis: { external: { host: "redis.example.com", ...external }, index: 4 },
            consumers: [{ name: "wiki" }],
            secrets: { redis: "supplied-by-me" },
        });
    let engine: FakeEngine;
    let resources: Registered[];
    before(async () => {
        engine = await startEngine({ exit: () => 1, log: () => "AUTH: supplied-by-me is wrong\n" });
        const run = { secretKeys: ["secrets"], dockerHost: engine.host };
        const external = { tls: true, caCertificate: ca.certificate };
        ({ resources } = await runProgram({ configuration: configuration(external), ...run }));
    });
    after(() => engine.close());

    it("makes no Redis, and tells authentik where it is, how to encrypt and which database is its own", async () => {
        expect(namesOf(resources, "container")).to.not.include("authentik-redis-server");
        const worker = container(resources, "authentik-worker");
        expect(environmentOf(worker)).to.include({
            AUTHENTIK_REDIS__HOST: "redis.example.com",
            AUTHENTIK_REDIS__PORT: "6379",
            AUTHENTIK_REDIS__DB: "4",
            AUTHENTIK_REDIS__TLS: "true",
            AUTHENTIK_REDIS__TLS_REQS: "required",
            AUTHENTIK_REDIS__TLS_CA_CERT: "/run/secrets/redis_ca.crt",
        });
        expect(environmentOf(worker)).to.not.have.property("AUTHENTIK_REDIS__USERNAME");
        const contents = Object.fromEntries(
            (await filesOf(resources, "authentik-worker", engine)).map(({ path, content }) => [path, content]),
        );
        expect(contents[environmentOf(worker).AUTHENTIK_REDIS__PASSWORD?.slice("file://".length) ?? ""]).to.equal(
            "supplied-by-me",
        );
        expect(contents["/run/secrets/redis_ca.crt"]).to.equal(ca.certificate);
    });

    it("has no certificate checked where it names no CA, as is authentik's default", async () => {
        const { resources: plain } = await runProgram({
            configuration: configuration({ tls: true }),
            secretKeys: ["secrets"],
        });
        const settings = environmentOf(container(plain, "authentik-worker"));
        expect(settings.AUTHENTIK_REDIS__TLS).to.equal("true");
        expect(Object.keys(settings).filter((key) => key.startsWith("AUTHENTIK_REDIS__TLS_"))).to.deep.equal([]);
    });

    it("takes its user, and does without a password where it asks for none", async () => {
        const worker = async (external: Record<string, unknown>) => {
            const run = await runProgram({ configuration: configuration(external), secretKeys: ["secrets"] });
            return environmentOf(container(run.resources, "authentik-worker"));
        };

        expect((await worker({ user: "authentik" })).AUTHENTIK_REDIS__USERNAME).to.equal("authentik");
        const bare = devWith({ redis: { external: { host: "redis.lan", password: false } }, consumers: undefined });
        const { resources: made } = await runProgram({ configuration: bare });
        expect(environmentOf(container(made, "authentik-worker"))).to.include({ AUTHENTIK_REDIS__HOST: "redis.lan" });
        expect(environmentOf(container(made, "authentik-worker"))).to.not.have.property("AUTHENTIK_REDIS__PASSWORD");
        expect(namesOf(made, "password").join()).to.not.contain("redis");
        expect(recordOf(step(made, "authentik-redis-check")).containers).to.have.length(1);
    });

    itOnHost(
        "tries it in authentik's image first, as authentik would, and fails with its words and the cure",
        async () => {
            const failure = await failureOf(step(resources, "authentik-redis-check"), "beforeCreate");

            expect(failure).to.match(/^trying the external Redis failed with exit code 1:\nAUTH: \[secret\] is wrong/);
            expect(failure).to.contain("pulumi config set --secret --path 'secrets[\"redis\"]'");
            const created = engine.created.at(-1);
            expect(created?.body.Image).to.equal(images.server);
            expect(created?.body.Env).to.include.members([
                "AUTHENTIK_REDIS__DB=4",
                "AUTHENTIK_REDIS__TLS_REQS=required",
            ]);
            expect(JSON.stringify(created?.body)).to.not.contain("supplied-by-me");
            const waited = [container(resources, "authentik-server").options.dependsOn].flat() as pulumi.Resource[];
            const urns = await Promise.all(waited.map(({ urn }) => valueOf(urn)));
            expect(urns.join()).to.contain("::authentik-redis-check");
        },
    );
});
