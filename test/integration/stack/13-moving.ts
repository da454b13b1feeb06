import { expect } from "chai";
import { cpSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { runPulumi } from "../../../cli/engine/pulumi-command";
import { openStack, type OpenStack } from "../../../cli/workplace";
import { containers } from "../support/host";
import { Operation } from "../support/operation";
import { sharedStack, type SharedStack } from "../support/shared-stack";
import { expectServing } from "../support/visit";

describe("a stack that moves on", () => {
    let shared: SharedStack;
    let folder: string;
    let name: string;
    let running: Awaited<ReturnType<typeof containers>>;
    before(async () => {
        shared = await sharedStack();
        const { stack } = shared.stack.opened;
        [folder, name] = [stack.workspace.workDir, stack.name];
        running = await containers(shared.stack.prefix);
    });

    it("to another backend has nothing to do there, with its secrets, and serves", async () => {
        const { workplace } = shared.stack.opened;
        const [elsewhere, file] = [join(folder, "elsewhere"), join(folder, "exported.json")];
        mkdirSync(join(elsewhere, "state"), { recursive: true });
        for (const part of ["Pulumi.yaml", `Pulumi.${name}.yaml`]) cpSync(join(folder, part), join(elsewhere, part));
        const state = join(elsewhere, "state");
        const env = { ...workplace.backend.env, PULUMI_BACKEND_URL: `file://${state}` };
        const backend = { ...workplace.backend, folder: state, description: state, env };

        await shared.stack.command("stack", "export", "--show-secrets", "--file", file);
        const moved = await openStack({ ...workplace, backend }, name, elsewhere);
        await runPulumi(moved.workplace, ["stack", "import", "--stack", name, "--file", file], elsewhere);

        await expectUnchanged(moved);
        const [here, there] = await Promise.all([shared.stack.outputs(), moved.stack.outputs()]);
        expect(there).to.deep.equal(here);
    });

    it("to another name is renamed with its configuration, and has nothing to do", async () => {
        const renamed = `${name}-renamed`;
        await shared.stack.command("stack", "rename", renamed);
        try {
            expect(existsSync(join(folder, `Pulumi.${renamed}.yaml`))).to.equal(true);
            await expectUnchanged(await openStack(shared.stack.opened.workplace, renamed, folder));
        } finally {
            await runPulumi(shared.stack.opened.workplace, ["stack", "rename", name, "--stack", renamed], folder);
        }
    });

    async function expectUnchanged({ stack }: OpenStack): Promise<void> {
        for (const refresh of [false, true]) {
            const record = new Operation();
            const { onEvent, onOutput } = record;
            await stack.up({ color: "never", refresh, onEvent, onOutput });
            expect(record.changes).to.deep.equal([]);
        }
        expect(await containers(shared.stack.prefix)).to.deep.equal(running);
        await expectServing(shared.ports);
    }
});
