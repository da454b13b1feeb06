import { expect } from "chai";
import { officialImages } from "../../../authentik/images";
import { postgresProblems } from "../../../components/postgres-major";
import { loadConfig } from "../../../config/load";
import { DockerConnection } from "../../../engine/connection";
import { devConfiguration, devWith } from "../../support/configuration";
import { type Behaviour, type FakeEngine, type Listed, startEngine } from "../../support/engine";
import { startMocks } from "../../support/mocks";

const { postgres: image } = officialImages("2025.8.6");
const volumes = [{ Name: "pg_data" }];
const user: Listed = {
    Id: "pg",
    Mounts: [{ Name: "pg_data", Destination: "/var/lib/postgresql/data" }],
    ImageID: "old",
};
let engine: FakeEngine;

async function cureOf(behaviour: Behaviour, { dry = true, configuration = devConfiguration() } = {}) {
    engine = await startEngine(behaviour);
    try {
        await startMocks({ configuration });
        const stack = { project: "authentik-stack", name: "dev", dry };
        const [problem] = await postgresProblems(loadConfig(), new DockerConnection({ host: engine.host }), stack);
        return problem === undefined ? undefined : `${problem.key} = ${String(problem.value)} ${problem.cure}`;
    } finally {
        await engine.close();
    }
}

/** An engine with data of one major version, and an image of another. */
function holding(data: string, wanted: string, containers = [user]): Behaviour {
    return {
        lists: { volumes, containers },
        texts: { PG_VERSION: `${data}\n` },
        variables: { [image]: [`PG_MAJOR=${wanted}`] },
    };
}

describe("the check of PostgreSQL's major version", () => {
    it("names key, both versions and the command that takes the data along", async () => {
        expect(await cureOf(holding("15", "17"))).to.equal(
            `images.postgres = ${image} is PostgreSQL 17 and cannot read the volume pg_data, whose data is of PostgreSQL 15; ` +
                `\`npm run upgrade -- --stack dev --postgres ${image}\` copies the data into a new volume; until then, use an image of PostgreSQL 15`,
        );
        expect(engine.requests.some((request) => request.startsWith("POST"))).to.equal(false);
    });

    it("knows no way back but to the volume from before", async () => {
        expect(await cureOf(holding("17", "15"))).to.contain(
            "use an image of PostgreSQL 17, or, if `npm run upgrade` copied the volume, go back to the one before with `npm run upgrade -- --stack dev --postgres --back`",
        );
    });

    it("is content with data of the same version, with none, and with an image that runs already", async () => {
        expect(await cureOf(holding("17", "17"))).to.equal(undefined);
        expect(await cureOf({ ...holding("15", "17"), lists: {} })).to.equal(undefined);
        const running = [{ ...user, ImageID: image }];
        expect(await cureOf(holding("15", "17", running))).to.equal(undefined);
        expect(engine.requests.filter((request) => request.includes("archive"))).to.deep.equal([]);
    });

    it("looks into the volume that the configuration names, of a PostgreSQL that is created here", async () => {
        const named = devWith({ "volumes.postgres.name": "pg_data_17" });
        expect(await cureOf(holding("15", "17"), { configuration: named })).to.equal(undefined);
        const external = devWith({
            consumers: undefined,
            "postgres.stack": { name: "organization/authentik-stack/shared", consumer: "authentik" },
        });
        expect(await cureOf(holding("15", "17"), { configuration: external })).to.equal(undefined);
    });

    it("makes a container to look into a volume that none has, which it never starts; a preview makes none", async () => {
        expect(await cureOf(holding("15", "17", []))).to.equal(undefined);
        expect(engine.created).to.deep.equal([]);
        expect(await cureOf(holding("15", "17", []), { dry: false })).to.contain("data is of PostgreSQL 15");
        const [{ started, removed, body } = {}] = engine.created;
        expect({ started, removed }).to.deep.equal({ started: false, removed: true });
        expect(JSON.stringify(body?.HostConfig)).to.contain('"Source":"pg_data"');
    });

    it("runs an image that does not state its version; a preview leaves that to the update", async () => {
        const silent = {
            ...holding("15", "17"),
            variables: {},
            log: () => "postgres (PostgreSQL) 17.2 (Debian 17.2-1)\n",
        };
        expect(await cureOf(silent)).to.equal(undefined);
        expect(await cureOf(silent, { dry: false })).to.contain("is PostgreSQL 17 and cannot read");
        expect(engine.created.map(({ body }) => [body.Entrypoint, body.Cmd])).to.deep.equal([
            [["postgres"], ["--version"]],
        ]);
    });

    it("waits for no image that is missing", async () => {
        expect(await cureOf({ ...holding("15", "17"), missing: [image] })).to.equal(undefined);
    });
});
