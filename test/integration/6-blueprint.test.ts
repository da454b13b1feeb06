import { expect } from "chai";
import { container, docker } from "./support/host";
import { findLeaks, secretValues } from "./support/leaks";
import { sharedStack, type SharedStack } from "./support/shared-stack";
import { expectServing } from "./support/visit";

const required = "Default - Provider authorization flow (implicit consent)";

describe("a blueprint that does not take", () => {
    let shared: SharedStack;
    before(async () => {
        shared = await sharedStack();
        // As if the administrator had deleted it: our applications need the flow that it makes.
        await rename(required, "gone");
        shared.stack.configure(shared.configuration({ "applications[0].name": "Organizr, renamed" }));
    });
    after(async () => {
        await rename("gone", required);
        shared.stack.configure(shared.configuration());
        await shared.stack.up();
        expect((await shared.stack.up()).changes).to.deep.equal([]);
    });

    it("fails the update with authentik's own words, what to do, and no secret", async () => {
        const { record, seconds } = await shared.stack.failingUp();
        expect(record.errors).to.contain("applying blueprints failed").and.contain("Required blueprint does not exist");
        expect(record.errors).to.contain("then run `pulumi up` again");
        expect(seconds).to.be.lessThan(120);
        const secrets = await secretValues(shared.stack.opened.stack);
        expect(findLeaks(record.errors + record.output, secrets)).to.deep.equal([]);
        await expectServing(shared.ports);
    });

    it("fails the next update as well, until the cause is mended", async () => {
        await shared.stack.failingUp();
        await rename("gone", required);
        const { changes } = await shared.stack.up();
        expect(changes).to.include("update it-a-authentik-blueprints-applied");
        await expectServing(shared.ports);
    });
});

async function rename(from: string, to: string): Promise<void> {
    const { id } = await container("it-a-postgres");
    const sql =
        `UPDATE authentik_object SET data = data || '{"name": "${to}"}' ` +
        `WHERE model = 'authentik_blueprints.blueprintinstance' AND data->>'name' = '${from}'`;
    await docker("exec", "--user", "postgres", id, "psql", "-d", "authentik", "-qc", sql);
}
