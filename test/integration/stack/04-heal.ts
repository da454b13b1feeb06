import { expect } from "chai";
import { eventually } from "../../contract/support/containers";
import { container, containers, docker } from "../support/host";
import { sharedStack, type SharedStack } from "../support/shared-stack";
import { expectServing } from "../support/visit";

const roles = ["postgres", "redis", "server", "worker", "ak-outpost-organizr", "ak-outpost-cwad", "gateway"];

describe("a container that was removed without Pulumi", () => {
    let shared: SharedStack;
    before(async () => {
        shared = await sharedStack();
    });

    for (const role of roles) {
        it(`${role} is named by a plain up and created again by up --refresh, and everything serves`, async () => {
            const start = `it-a-authentik-${role}`;
            const lost = await container(start);
            await docker("rm", "--force", "--volumes", lost.id);
            const { record } = await shared.stack.failingUp();
            expect(record.errors).to.match(
                new RegExp(`${role} was removed outside of Pulumi; \`pulumi up --refresh\` creates it again`),
            );
            const { changes } = await shared.stack.up({ refresh: true });
            expect(changes.join("\n")).to.match(new RegExp(`create it-a-authentik-${role}`));
            const healed = await container(start);
            expect(healed.id).to.not.equal(lost.id);
            expect(await containers(shared.stack.prefix), "one of each, and the backups").to.have.length(
                roles.length + 1,
            );
            await expectServing(shared.ports);
        });
    }

    for (const role of roles)
        it(`${role} is started again by a plain up when it was stopped, and everything serves`, async () => {
            const stopped = await container(`it-a-authentik-${role}`);
            await docker("stop", "--time", "5", stopped.id);
            await shared.stack.up();
            await expectServing(shared.ports);
            expect(await container(`it-a-authentik-${role}`), "the same").to.deep.equal(stopped);
            expect((await shared.stack.up()).changes).to.deep.equal([]);
        });

    for (const verb of ["restart", "kill"])
        it(`all of them serve when a plain up is over, after docker ${verb}`, async () => {
            const before = await containers(shared.stack.prefix);
            await docker(verb, ...before.map(({ id }) => id));
            await shared.stack.up();
            await expectServing(shared.ports);
            expect(await containers(shared.stack.prefix), "the same").to.have.deep.members(before);
            expect((await shared.stack.up()).changes).to.deep.equal([]);
        });

    it("all of them serve again after a restart, as of the Docker host", async () => {
        const ids = (await containers(shared.stack.prefix)).map(({ id }) => id);
        await docker("restart", ...ids);
        await eventually("sign-in", 120, () =>
            expectServing(shared.ports).then(
                () => true,
                () => false,
            ),
        );
        // A crash loop may serve between two crashes.
        const restarts = await docker("inspect", "--format", "{{.RestartCount}}", ...ids);
        expect(restarts.split("\n")).to.deep.equal(ids.map(() => "0"));
    });

    it("leaves nothing for an update to do, after one that waits for what still starts", async () => {
        await shared.stack.up();
        expect((await shared.stack.up({ refresh: true })).changes).to.deep.equal([]);
    });
});
