import { expect } from "chai";
import { officialImages } from "../../authentik/images";
import { parseBlueprint } from "../support/blueprint";
import { type Behaviour, type Created, type FakeEngine, startEngine } from "../support/engine";
import { recordOf, step } from "../support/find";
import { failureOf } from "../support/hooks";
import { type Run, runProgram } from "../support/mocks";
import { generated, sentinel } from "../support/provider";

describe("the program's jobs", () => {
    let engine: FakeEngine;
    let run: Run<object>;
    const behaviour: Behaviour = {};
    before(async () => {
        engine = await startEngine({
            exit: (runs) => behaviour.exit?.(runs) ?? 0,
            log: (id) => behaviour.log?.(id) ?? "",
        });
        run = await runProgram({ dockerHost: engine.host });
    });
    afterEach(() => {
        engine.created.length = 0;
        delete behaviour.exit;
        delete behaviour.log;
    });
    after(() => engine.close());

    const perform = (name: string) => failureOf(step(run.resources, name), "beforeCreate");
    const only = (): Created => {
        const [created, ...others] = engine.created;
        if (created === undefined || others.length > 0) throw new Error(`${engine.created.length} jobs ran`);
        return created;
    };

    it("hold no secret in anything that an inspection shows", async () => {
        expect(await perform("authentik-blueprints-applied")).to.equal(undefined);
        expect(await perform("authentik-serving-proven")).to.equal(undefined);

        expect(engine.created).to.have.length(2);
        for (const { body } of engine.created) expect(JSON.stringify(body)).to.not.contain(sentinel);
        expect(engine.requests.join()).to.not.contain(sentinel);
    });

    it("apply the blueprints in authentik's own image, with every secret that these read in a file", async () => {
        await perform("authentik-blueprints-applied");

        const { body, files } = only();
        expect(body.Image).to.equal(officialImages("2025.8.6").server);
        const secrets = files.filter(({ content }) => content.startsWith(sentinel));
        expect(secrets.map(({ content }) => content)).to.have.members(
            [
                "authentik-secret-key",
                "authentik-postgres-database-authentik",
                "authentik-redis-redis",
                "authentik-admin-password",
                "authentik-api-token",
                "authentik-outpost-ak-outpost-organizr",
                "authentik-outpost-ak-outpost-cwad",
            ].map(generated),
        );
        const documents = files.filter(({ path }) => path.endsWith(".yaml"));
        const read = documents.flatMap(({ content }) => content.match(/(?<=!File )\S+/g) ?? []);
        expect(read).to.have.length(5);
        const given = [...secrets.map(({ path }) => path), "/run/authentik-stack/mark"];
        expect(files.map(({ path }) => path)).to.include.members(given);
        for (const path of read.map((text) => text.replaceAll('"', ""))) expect(given).to.include(path);
    });

    it("apply blueprints that hold no secret, in an order in which each finds what it looks up", async () => {
        await perform("authentik-blueprints-applied");

        const { body, files } = only();
        const documents = files.filter(({ path }) => path.endsWith(".yaml"));
        const names = documents.map(({ content }) =>
            parseBlueprint(content).metadata.name.replace(/^authentik-stack /, ""),
        );
        expect(names).to.deep.equal([
            "admin",
            "application-organizr",
            "application-cwad",
            "outpost-ak-outpost-organizr",
            "outpost-ak-outpost-cwad",
            "mark",
        ]);
        for (const { path, content } of documents) {
            expect(content, path).to.not.contain(sentinel);
            expect(path, "not where the worker looks by itself").to.not.match(/^\/blueprints\/(default|custom)/);
        }
        const command = [body.Entrypoint, body.Cmd].flat().join(" ");
        const mentioned = documents.map(({ path }) => command.indexOf(path.slice("/blueprints/".length)));
        expect(
            mentioned.every((at) => at >= 0),
            command,
        ).to.equal(true);
        expect(mentioned).to.deep.equal(mentioned.toSorted((a, b) => a - b));
    });

    it("fail with authentik's own words, secrets redacted", async () => {
        behaviour.exit = () => 1;
        behaviour.log = () => `Invalid: key ${generated("authentik-api-token")} is taken\n`;

        const failure = await perform("authentik-blueprints-applied");

        expect(failure).to.contain("Invalid: key [secret] is taken").and.contain("run `pulumi up` again");
        expect(failure).to.not.contain(sentinel);
    });

    it("ask the database which release it is of, with no secret in the way, and refuse what cannot follow it", async () => {
        const facts = { groups: [], connections: 97, used: {}, limit: null, server: 160004 };
        behaviour.log = () => JSON.stringify({ ...facts, versions: ["2025.8.4"] });
        expect(await perform("authentik-release")).to.equal(undefined);

        const { body, files } = only();
        expect(body).to.deep.include({ Entrypoint: ["psql"], User: "postgres" });
        expect(files.map(({ path }) => path)).to.have.members(["/run/secrets/pgpass", "/release/query.sql"]);
        behaviour.log = () => JSON.stringify({ ...facts, versions: ["2025.10.4"] });
        expect(await perform("authentik-release")).to.contain("version 2025.8.6 is older than 2025.10.4");
        // With what is kept for its two consumers.
        behaviour.log = () => JSON.stringify({ ...facts, versions: ["2025.8.4"], connections: 29 });
        expect(await perform("authentik-release")).to.contain(
            "version 2025.8.6 takes 20 connections of PostgreSQL, which has 29, of which others need 10",
        );
    });

    it("prove on every network that a person can sign in", async () => {
        await perform("authentik-serving-proven");

        const { files } = only();
        const checks = JSON.parse(files.find(({ path }) => path.endsWith("checks.json"))?.content ?? "") as {
            url: string;
            host?: string;
            status?: number;
        }[];
        expect(checks.map(({ url, host = "", status = "any" }) => `${url} ${host} ${status}`)).to.deep.equal([
            "http://authentik-server:9000/if/flow/default-authentication-flow/  200",
            "http://ak-outpost-organizr:9000/outpost.goauthentik.io/start organizr.localhost:9080 302",
            "http://organizr:80  any",
            "http://ak-outpost-cwad:9000/outpost.goauthentik.io/start cwad.localhost:9081 302",
            "http://cwad:8084  any",
            "http://authentik-server:9000/  200",
        ]);
    });

    it("show the last words of server, worker and outposts when nobody could sign in, secrets redacted", async () => {
        behaviour.exit = () => 1;
        behaviour.log = (id) =>
            `${id} got ${generated("authentik-outpost-ak-outpost-cwad")} and ${generated("authentik-secret-key")}\n`;

        const failure = await perform("authentik-serving-proven");

        for (const [title, id] of [
            ["authentik-server", "authentik-server-id"],
            ["authentik-worker", "authentik-worker-id"],
            ["ak-outpost-organizr", "authentik-ak-outpost-organizr-id"],
            ["ak-outpost-cwad", "authentik-ak-outpost-cwad-id"],
        ])
            expect(failure).to.contain(`last log lines of ${title}:\n${id} got [secret] and [secret]`);
        expect(failure).to.not.contain(sentinel);
    });

    it("prove it again when anything that answers was replaced", () => {
        expect(recordOf(step(run.resources, "authentik-serving-proven")).facts).to.include({
            "authentik-server": "authentik-server-id",
            "authentik-worker": "authentik-worker-id",
            "ak-outpost-organizr": "authentik-ak-outpost-organizr-id",
            "ak-outpost-cwad": "authentik-ak-outpost-cwad-id",
        });
    });

    it("apply the blueprints again when the database is another", () => {
        expect(recordOf(step(run.resources, "authentik-blueprints-applied")).facts.revision).to.equal(
            "authentik-postgres-server-id",
        );
    });
});
