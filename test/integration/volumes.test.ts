import { expect } from "chai";
import { DockerHost } from "../../engine/docker-host";
import { container, containers, docker } from "./support/host";
import { SmallStack } from "./support/small-stack";

const prefix = "it-v-";
const volume = `${prefix}data`;

for (const keep of [true, false])
    describe(`a volume that was made by hand, of a stack that ${keep ? "keeps" : "may delete"} its data`, () => {
        let stack: SmallStack;
        let fitting: string;
        before(async () => {
            stack = await SmallStack.open(prefix, ({ images }) => async () => {
                const host = await DockerHost.observed({ prefix });
                const source = host.volume(volume, { name: volume, keep }, {});
                const workload = {
                    title: "app",
                    image: images.app,
                    networks: [],
                    mounts: [{ source, target: "/data", exclusive: true, owner: { user: "1000", image: images.app } }],
                    health: { command: ["true"], startSeconds: 1 },
                    stopSeconds: 1,
                };
                host.run(`${prefix}app`, workload, {});
            });
            fitting = await fill("made before the stack");
        });
        after(() => stack.close());

        it("is used as it is", async () => {
            await stack.up();
            expect(await content()).to.equal("made before the stack");
            for (const refresh of [false, true]) expect((await stack.up({ refresh })).changes).to.deep.equal([]);
            expect(await content()).to.equal("made before the stack");
        });

        it("is given to the container's user, without a change to what is that user's already", async () => {
            const { id } = await container(`${prefix}app`);
            const format = ["exec", id, "stat", "--format"];
            expect(await docker(...format, "%u", "/data/word", "/data/its", "/data")).to.equal("1000\n1000\n1000");
            expect(await docker(...format, "%z", "/data/its")).to.equal(fitting);
        });

        it("is used in place of a lost one, and not replaced", async () => {
            for (const { id } of await containers(prefix)) await docker("rm", "--force", id);
            await docker("volume", "rm", volume);
            await fill("restored");
            const { changes } = await stack.up({ refresh: true });
            expect(changes.filter((change) => change.endsWith(volume))).to.deep.equal([]);
            expect(await content()).to.equal("restored");
            for (const refresh of [false, true]) expect((await stack.up({ refresh })).changes).to.deep.equal([]);
            expect(await content()).to.equal("restored");
        });

        it("is not replaced under a new name of the stack", async () => {
            await stack.rename("it-v-renamed");
            for (const refresh of [false, true]) expect((await stack.up({ refresh })).changes).to.deep.equal([]);
            expect(await content()).to.equal("restored");
        });

        /** Makes it, with a word and a file of the container's user in it, and none of our labels. Returns when that was last changed. */
        async function fill(word: string): Promise<string> {
            await docker("volume", "create", volume);
            const files = `echo '${word}' > /data/word && touch /data/its && chown 1000 /data/its && stat --format %z /data/its`;
            const write = ["--entrypoint", "sh", stack.bench.images.app, "-c", files];
            return await docker("run", "--rm", "--user", "0", "--volume", `${volume}:/data`, ...write);
        }

        async function content(): Promise<string> {
            expect(await docker("volume", "inspect", "--format", "{{len .Labels}}", volume)).to.equal("0");
            return await docker("exec", (await container(`${prefix}app`)).id, "cat", "/data/word");
        }
    });
