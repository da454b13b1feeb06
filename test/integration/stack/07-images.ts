import { expect } from "chai";
import { crashingImage } from "../support/crashing-image";
import { containers, docker, running } from "../support/host";
import { findLeaks, secretValues } from "../support/leaks";
import { sharedStack, type SharedStack } from "../support/shared-stack";
import { expectServing } from "../support/visit";

/** Nothing answers on port 1: no image of this name can be had anywhere. */
const missing = "127.0.0.1:1/it-missing:1";
const crashing = "it-a-crashing:1";

describe("an image", () => {
    let shared: SharedStack;
    before(async () => {
        shared = await sharedStack();
        const words = 'echo "these are the last words, and a secret: $(cat /run/secrets/token)"';
        await crashingImage(crashing, shared.stack.bench.images.proxy, words);
    });
    after(async () => {
        await docker("image", "rm", "--force", crashing);
    });
    afterEach(async () => {
        shared.stack.configure(shared.configuration());
        await shared.stack.up();
        await expectServing(shared.ports);
        expect((await shared.stack.up({ refresh: true })).changes, "healed").to.deep.equal([]);
    });

    for (const role of ["server", "proxy"]) {
        it(`of ${role} that cannot be pulled fails fast and is named, and the next up heals`, async () => {
            const before = await containers(shared.stack.prefix);
            shared.stack.configure(shared.configuration({ [`images.${role}`]: missing }));
            const { record, seconds } = await shared.stack.failingUp();
            expect(record.errors).to.contain(missing);
            expect(seconds).to.be.lessThan(30);
            expect(await containers(shared.stack.prefix), "what ran goes on").to.have.deep.members(before);
        });
    }

    it("whose container crashes is noticed within 15 seconds, with its last words and no secret", async () => {
        const secrets = await secretValues(shared.stack.opened.stack);
        const served = await running("it-a-authentik-ak-outpost-");
        shared.stack.configure(shared.configuration({ "images.proxy": crashing }));
        const { record } = await shared.stack.failingUp();
        expect(record.errors).to.match(/it-a-ak-outpost-\w+ (keeps crashing|exited)/);
        expect(record.errors).to.contain("exit code 3").and.contain("these are the last words, and a secret: [secret]");
        expect(findLeaks(record.errors + record.output, secrets)).to.deep.equal([]);
        expect(record.secondsToFailure(/ak-outpost-/), "seconds to notice").to.be.lessThan(15);
        const runs = await running("it-a-authentik-ak-outpost-");
        expect(runs, "what served serves again").to.have.deep.members(served);
        const stopped = (await containers("it-a-authentik-ak-outpost-")).filter(
            ({ id }) => !runs.some((one) => one.id === id),
        );
        expect(stopped).to.have.length(2);
        for (const { id } of stopped) expect(await docker("logs", id), "it did print it").to.not.be.empty;

        for (const options of [[], [], ["--refresh"]]) {
            const said = await shared.stack.failingCommand("up", "--yes", "--skip-preview", ...options);
            expect(said).to.contain("these are the last words").and.contain("error: update failed");
            expect(findLeaks(said, secrets)).to.deep.equal([]);
            expect(await running("it-a-authentik-ak-outpost-")).to.have.deep.members(served);
        }
    });
});
