import { expect } from "chai";
import { devWith } from "../support/configuration";
import { type FakeEngine, type Listed, startEngine } from "../support/engine";
import { runProgram } from "../support/mocks";

const at = (...addresses: string[]) => ({
    NetworkSettings: { Networks: Object.fromEntries(addresses.map((IPAddress) => [IPAddress, { IPAddress }])) },
});

/** The stack as it runs, of a release, with what its server is reached at. */
function running(version: string): Listed[] {
    return ["postgres-server", "redis-server", "server", "worker"].map((name) => ({
        Id: name,
        Labels: {
            "authentik-stack.stack": "authentik-stack/",
            "authentik-stack.resource": `authentik-${name}`,
            "org.opencontainers.image.version": version,
        },
        ...(name === "server" ? at("172.20.0.2") : at()),
    }));
}

/** What a data service answers; undefined fails. */
type Say = (service: "redis" | "postgres") => string | undefined;

/** Runs the program beside these containers; what it says, and the engine that it asked. */
async function outcome(
    changes: Record<string, unknown>,
    {
        containers = running("2025.8.6"),
        preview = true,
        say = (() => "") as Say,
        releases = {} as Record<string, string>,
    },
): Promise<{ failure: string; engine: FakeEngine }> {
    const exec = (command: string[]) => {
        const output = say(command.includes("/proc/net/tcp") ? "redis" : "postgres");
        return output === undefined ? { code: 2, output: "psql: error" } : { code: 0, output };
    };
    const engine = await startEngine({ lists: { containers }, exec, releases });
    try {
        await runProgram({ configuration: devWith(changes), dockerHost: engine.host, preview });
        return { failure: "", engine };
    } catch (error) {
        return { failure: (error as Error).message, engine };
    } finally {
        await engine.close();
    }
}

describe("the program, when its stack no longer has a Redis that others are connected to", () => {
    const containers: Listed[] = [
        ...running("2025.8.6"),
        { Id: "paperless", ...at("172.20.0.9", "172.21.0.9") },
        { Id: "mealie", ...at("172.21.0.10") },
        { Id: "idle", ...at("172.21.0.11", "") },
    ];
    // As the kernel writes it: listening, the health check, paperless, authentik's server, one that left, a connection of its
    // own to another Redis, and mealie on IPv6.
    const connections = [
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
        "   0: 00000000:18EB 00000000:0000 0A 00000000:00000000 00:00000000 00000000   999        0 1",
        "   1: 0100007F:18EB 0100007F:A1B2 01 00000000:00000000 00:00000000 00000000   999        0 2",
        "   2: 020015AC:18EB 090015AC:A1B2 01 00000000:00000000 00:00000000 00000000   999        0 3",
        "   3: 020015AC:18EB 020014AC:A1B2 01 00000000:00000000 00:00000000 00000000   999        0 4",
        "   4: 020015AC:18EB 0B0015AC:A1B2 06 00000000:00000000 00:00000000 00000000     0        0 5",
        "   5: 020015AC:A1B2 0B0015AC:18EB 01 00000000:00000000 00:00000000 00000000     0        0 6",
        "   0: 0000000000000000FFFF0000020015AC:18EB 0000000000000000FFFF00000A0015AC:A1B2 01 00000000:00000000 00:0 0 999",
    ].join("\n");
    const failureOf = async (changes: Record<string, unknown>, seen = connections, preview = true) =>
        (await outcome(changes, { containers, preview, say: (service) => (service === "redis" ? seen : undefined) }))
            .failure;
    const without = { version: "2025.10.4", consumers: [{ name: "wiki" }] };

    for (const preview of [false, true])
        it(`names them and refuses, before anything is made${preview ? ", in a preview" : ""}`, async () => {
            expect(await failureOf(without, connections, preview)).to.contain(
                'version = "2025.10.4" needs no Redis, and no consumer has a redisIndex, so the Redis of this stack would be removed, ' +
                    "but paperless, mealie are connected to it; name them among `consumers` with a redisIndex",
            );
        });

    it("says what to connect them to when another Redis is configured", async () => {
        const external = { external: { host: "redis.example.com", password: false } };
        expect(await failureOf({ redis: external, consumers: undefined })).to.match(
            /redis = .* names another Redis, .* paperless, mealie are connected to it; connect them to that one/,
        );
    });

    it("is content where a consumer keeps it, and where nobody is connected", async () => {
        expect(await failureOf({ version: "2025.10.4" })).to.equal("");
        expect(await failureOf(without, "")).to.equal("");
    });
});

describe("the program, when another release is to use the database of its stack", () => {
    const facts = {
        versions: ["2025.10.4"],
        groups: ["twins"],
        connections: 97,
        used: {},
        limit: null,
        server: 160004,
    };
    const asked = (engine: FakeEngine) => engine.executed.filter(({ command }) => command.join(" ").includes("psql"));
    const next = { version: "2025.12.6" };
    const containers = running("2025.10.4");

    for (const preview of [false, true])
        it(`asks it before anything is made${preview ? ", in a preview" : ""}, and names all that it lacks`, async () => {
            // Whatever it still has, the update gives it as many as are configured.
            const say = () => JSON.stringify({ ...facts, connections: 97 });
            const changes = { ...next, "postgres.connections": 40 };
            const { failure, engine } = await outcome(changes, { containers, preview, say });

            expect(failure).to.contain("2 problems in the configuration; nothing was changed");
            expect(failure).to.contain(
                'version = "2025.12.6" needs unique names of groups, but several groups have the name twins',
            );
            expect(failure).to.contain(
                "takes 30 connections of PostgreSQL, which has 37, of which others need 10; set postgres.connections to 50",
            );
            expect(engine.created).to.deep.equal([]);
            expect(asked(engine).map(({ container }) => container)).to.deep.equal(["postgres-server"]);
        });

    it("asks it where the server is stopped, and no label says which release it is of", async () => {
        const stopped = containers.map((one) => (one.Id === "server" ? { ...one, State: "exited" } : one));
        const say = () => JSON.stringify({ ...facts, versions: ["2026.2.7"] });
        expect((await outcome(next, { containers: stopped, say })).failure).to.contain("is older than 2026.2.7");
    });

    it("leaves it to the update where it says nothing, or is not the stack's own", async () => {
        expect((await outcome(next, { containers, say: () => undefined })).failure).to.equal("");
        expect((await outcome(next, { containers, say: () => "no JSON" })).failure).to.equal("");
        const stopped = containers.filter(({ Id }) => Id !== "postgres-server");
        expect((await outcome(next, { containers: stopped })).failure).to.equal("");
    });

    it("asks nothing where the release stays, or cannot follow anyway", async () => {
        const same = await outcome({ version: "2025.10.4" }, { containers });
        expect(asked(same.engine)).to.deep.equal([]);
        const skipped = await outcome({ version: "2026.5.8" }, { containers });
        expect(skipped.failure).to.contain("skip 2025.12, 2026.2");
        expect(asked(skipped.engine)).to.deep.equal([]);
    });
});

describe("the program, when the image of its server has a tag that moves", () => {
    const server = "registry.example.com/authentik:newest";
    const changes = { version: "2025.10.4", "images.server": server };
    const facts = { groups: [], connections: 300, used: {}, limit: null, server: 160004 };
    const failureOf = async (runs: string, image: string, preview = true) => {
        const say = () => JSON.stringify({ ...facts, versions: [runs] });
        const releases = { [server]: image };
        return (await outcome(changes, { containers: running(runs), preview, say, releases })).failure;
    };

    for (const preview of [false, true])
        it(`takes each later patch of the series${preview ? ", in a preview" : ""}, whichever patch the version names`, async () => {
            expect(await failureOf("2025.10.5", "2025.10.5", preview), "moved before the last update").to.equal("");
            expect(await failureOf("2025.10.5", "2025.10.6", preview), "moved twice").to.equal("");
            expect(await failureOf("2025.8.6", "2025.10.5", preview), "and the series").to.equal("");
        });

    it("leaves patches alone where the image does not say its release", async () => {
        expect(await failureOf("2025.10.5", "")).to.equal("");
        expect(await failureOf("2025.12.6", ""), "but not the series").to.contain(
            'version = "2025.10.4" is older than 2025.12.6',
        );
    });

    it("refuses a tag that moved back, and names the image", async () => {
        expect(await failureOf("2025.10.6", "2025.10.5")).to.contain(
            `images.server = "${server}" is authentik 2025.10.5, which is older than 2025.10.6, the release of this stack's database`,
        );
    });

    it("refuses a tag that moved to another series than that of the version", async () => {
        expect(await failureOf("2025.10.6", "2025.12.6")).to.contain(
            `images.server = "${server}" is authentik 2025.12.6, which is not of the series of version 2025.10.4; ` +
                "set version to 2025.12.6, or name an image of 2025.10",
        );
    });
});
