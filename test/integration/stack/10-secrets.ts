import { expect } from "chai";
import { containers, docker } from "../support/host";
import { findLeaks, secretValues } from "../support/leaks";
import { sharedStack, type SharedStack } from "../support/shared-stack";
import { describeContainer } from "../support/watch";

describe("generated secrets", () => {
    let shared: SharedStack;
    let secrets: Map<string, string>;

    before(async () => {
        shared = await sharedStack();
        secrets = await secretValues(shared.stack.opened.stack);
    });

    it("are one for each thing to protect", () => {
        const { consumers, outposts } = shared.configuration() as Record<"consumers" | "outposts", unknown[]>;
        // Secret key, administrator, API, superuser, authentik's database, backups, Redis, key of labels; two for each consumer.
        expect([...secrets.keys()]).to.have.length(8 + 2 * consumers.length + outposts.length);
        expect(new Set(secrets.values()).size, "each is another").to.equal(secrets.size);
    });

    it("are in no container's description, processes or log", async () => {
        for (const { id, name } of await containers(shared.stack.prefix)) {
            const text = await describeContainer(id);
            expect(text, "the description is complete").to.contain('"Env"').and.contain('"Processes"');
            expect(findLeaks(text, secrets), name).to.deep.equal([]);
        }
    });

    it("are in no event of any container, jobs included, while the stack was created", () => {
        const { seen } = shared;
        expect(seen).to.contain("it-a-authentik-blueprints-applied").and.contain("it-a-authentik-serving-proven");
        expect(findLeaks(seen, secrets)).to.deep.equal([]);
    });

    it("are in no image", async () => {
        for (const { id } of await containers(shared.stack.prefix)) {
            const image = await docker("inspect", "--format", "{{.Image}}", id);
            const text = (await docker("history", "--no-trunc", image)) + (await docker("inspect", image));
            expect(findLeaks(text, secrets)).to.deep.equal([]);
        }
    });

    it("are encrypted in the state", async () => {
        const text = await shared.stack.command("stack", "export");
        expect(text).to.contain("ciphertext");
        expect(findLeaks(text, secrets)).to.deep.equal([]);
    });

    it("are in no plain output", async () => {
        const text = await shared.stack.command("stack", "output", "--json");
        expect(text).to.contain("[secret]");
        expect(findLeaks(text + (await shared.stack.command("stack", "output")), secrets)).to.deep.equal([]);
    });

    it("are in nothing that the engine reports of an update", () => {
        const { output, shown } = shared.created;
        const text = shown + output;
        expect(text).to.contain("it-a-authentik-admin-password");
        expect(findLeaks(text, secrets)).to.deep.equal([]);
    });

    it("are in no difference that a preview shows, not even of resources that contain secrets", async () => {
        // Changes the files of PostgreSQL, Redis, server, worker and an outpost.
        const rotation = { postgres: 1, redis: 1, "outpost/ak-outpost-cwad": 1, "admin-password": 1 };
        shared.stack.configure(shared.configuration({ rotation, "settings.log_level": "debug" }));
        const { output, shown } = await shared.stack.preview();
        shared.stack.configure(shared.configuration());
        expect(output).to.contain("[secret]").and.contain("AUTHENTIK_LOG_LEVEL=debug");
        expect(findLeaks(output + shown, secrets)).to.deep.equal([]);
    });

    describe("the search", () => {
        const planted = "it-a-planted-leak";
        after(() => docker("rm", "--force", planted));

        for (const [form, written] of Object.entries({
            "in plain text": (value: string) => `postgres://user:${value}@host`,
            "in base64": (value: string) => Buffer.from(`user:${value}`).toString("base64"),
            "in base64 for URLs": (value: string) => Buffer.from(`{"p":"${value}"}`).toString("base64url"),
        })) {
            it(`finds one that is planted ${form}`, async () => {
                const [[name, value] = ["", ""]] = [...secrets];
                const { images } = shared.stack.bench;
                await docker("create", "--name", planted, "--env", `URL=${written(value)}`, images.app);
                const text = await describeContainer(planted);
                await docker("rm", "--force", planted);
                expect(findLeaks(text, secrets)).to.deep.equal([name]);
            });
        }
    });
});
