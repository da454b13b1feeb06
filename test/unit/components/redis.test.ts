import { expect } from "chai";
import type { CredentialsArgs } from "../../../components/credentials";
import { Redis } from "../../../components/redis";
import { container } from "../../support/find";
import { filesOf } from "../../support/files";
import { type Run, runUnderMocks } from "../../support/mocks";
import { leavesOf, valueOf } from "../../support/outputs";
import { generated, sentinel } from "../../support/provider";
import { context, threeNetworks } from "../../support/surroundings";

function make(credentials?: CredentialsArgs) {
    const shared = context({ credentials });
    const networks = threeNetworks(shared);
    const consumers = { paperless: 2, n8n: 3 };
    return new Redis("redis", { image: "redis:7-alpine", networks, index: 1, consumers, context: shared });
}

/** The words of each line of the configuration, as Redis splits them. */
function directives(configuration: string): string[][] {
    return configuration
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => (line.match(/"(\\.|[^"])*"|\S+/g) ?? []).map((word) => word.replace(/^"(.*)"$/, "$1")));
}

describe("Redis", () => {
    let run: Run<Redis>;
    before(async () => {
        run = await runUnderMocks(() => make());
    });

    it("reads its configuration from a file that its user can read and not change, and not from its command", async () => {
        const server = container(run.resources, "redis-server");

        const [file] = await filesOf(run.resources, "redis-server");
        expect(server.inputs.user).to.equal("999");
        expect(server.inputs.command).to.deep.equal(["redis-server", file?.path]);
        expect(file).to.include({ uid: 0, gid: 1000, mode: 0o440 });
        expect(JSON.stringify([server.inputs.command, server.inputs.healthcheck])).to.not.contain(sentinel);
    });

    it("keeps an append-only file on its volume and asks for a password", async () => {
        const { inputs } = container(run.resources, "redis-server");

        const read = directives((await filesOf(run.resources, "redis-server"))[0]?.content ?? "");
        expect(read).to.deep.include(["appendonly", "yes"]);
        expect(read).to.deep.include(["dir", "/data"]);
        expect(read).to.deep.include(["requirepass", generated("redis-redis")]);
        expect(inputs.mounts).to.deep.equal([{ type: "volume", source: "redis_data", target: "/data" }]);
    });

    it("has a user for each consumer with a password of its own, who can neither administer nor read passwords", async () => {
        const users = directives((await filesOf(run.resources, "redis-server"))[0]?.content ?? "").filter(
            ([directive]) => directive === "user",
        );
        expect(users.map(([, user, on, password]) => [user, on, password])).to.deep.equal([
            ["paperless", "on", `>${generated("redis-redis-paperless")}`],
            ["n8n", "on", `>${generated("redis-redis-n8n")}`],
        ]);
        for (const [, , , , ...rights] of users) {
            expect(rights.indexOf("-@admin")).to.be.greaterThan(rights.indexOf("+@all"));
            expect(rights.indexOf("-@dangerous")).to.be.greaterThan(rights.indexOf("+@all"));
            expect(rights).to.not.include("+config").and.not.include("+acl").and.not.include("nopass");
        }
    });

    it("takes a supplied password as one word, whatever it contains", async () => {
        const supplied = { redis: "two words #1", "redis/n8n": "x ~* +@admin" };
        const { resources } = await runUnderMocks(() => make({ supplied }));

        const read = directives((await filesOf(resources, "redis-server"))[0]?.content ?? "");
        expect(read).to.deep.include(["requirepass", "two words #1"]);
        expect(read.find(([, user]) => user === "n8n")?.[3]).to.equal(">x ~* +@admin");
    });

    it("is reached by authentik as the default user in its own database", async () => {
        const { connection } = run.result;

        expect(connection).to.include({ host: "redis", port: 6379, index: 1, tls: false });
        expect(connection).to.not.have.property("user");
        expect(await valueOf(connection.password)).to.equal(generated("redis-redis"));
    });

    it("is reached by a consumer as a user of its name in the database set aside for it", async () => {
        const { n8n } = run.result.consumers;

        expect(n8n).to.include({ host: "redis", port: 6379, index: 3, user: "n8n" });
        expect(await leavesOf(n8n?.password, "password")).to.deep.equal([
            { path: "password", value: generated("redis-redis-n8n"), secret: true },
        ]);
    });
});
