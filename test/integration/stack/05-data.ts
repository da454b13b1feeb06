import { expect } from "chai";
import { container, containers, docker, networks, volumes } from "../support/host";
import { sharedStack, type SharedStack } from "../support/shared-stack";
import { expectServing } from "../support/visit";

describe("a stack that is taken down and brought up again", () => {
    let shared: SharedStack;
    let earlier: { volumes: string[]; objects: string };

    before(async () => {
        shared = await sharedStack();
        await sql("CREATE TABLE it_marker AS SELECT 'kept' AS word");
        await redis("SET it-marker kept");
        earlier = { volumes: await volumes(shared.stack.prefix), objects: await objects() };
    });
    after(async () => {
        await sql("DROP TABLE IF EXISTS it_marker");
        await redis("DEL it-marker");
    });

    it("keeps the volumes and nothing else on the host", async () => {
        await shared.stack.down();
        expect(await containers(shared.stack.prefix)).to.deep.equal([]);
        expect(await networks(shared.stack.prefix)).to.deep.equal([]);
        expect(earlier.volumes).to.include.members(["it-a-pg_data", "it-a-redis_data"]);
        expect(await volumes(shared.stack.prefix)).to.deep.equal(earlier.volumes);
    });

    it("finds its rows, keys and authentik's objects again, and can read what root copied into a volume", async () => {
        const copied = ["--user", "0", "--volume", "it-a-ak_media:/media", "--entrypoint", "sh"];
        const copy = "echo icon > /media/copied && chmod 600 /media/copied";
        await docker("run", "--rm", ...copied, shared.stack.bench.images.app, "-c", copy);
        await shared.stack.up();
        expect(await docker("exec", (await container("it-a-authentik-server")).id, "cat", "/media/copied")).to.equal(
            "icon",
        );
        expect(await sql("SELECT word FROM it_marker")).to.equal("kept");
        expect(await redis("GET it-marker")).to.equal("kept");
        expect(await objects(), "authentik's own users, outposts and tokens").to.equal(earlier.objects);
        await expectServing(shared.ports);
    });
});

async function sql(statement: string): Promise<string> {
    const { id } = await container("it-a-authentik-postgres");
    return await docker("exec", "--user", "postgres", id, "psql", "-d", "authentik", "-Atqc", statement);
}

/** Through the socket of the container, with the password from the file that Redis itself reads. */
async function redis(command: string): Promise<string> {
    const { id } = await container("it-a-authentik-redis");
    const password = `"$(sed -n 's/^requirepass "\\(.*\\)"$/\\1/p' /run/secrets/redis.conf)"`;
    return await docker("exec", id, "sh", "-c", `REDISCLI_AUTH=${password} redis-cli -n 1 ${command}`);
}

/** Keys of what nobody but authentik and our blueprints made: made anew, they would be others. */
async function objects(): Promise<string> {
    return await sql(
        "SELECT model, pk FROM authentik_object WHERE model ~ '(user|token|application|outpost|provider)$' ORDER BY 1, 2",
    );
}
