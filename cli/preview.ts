import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ensurePulumi } from "./engine";
import { projectRoot } from "./workplace";
import { command } from "./main";
import { Description } from "./preview/description";
import { Refusals } from "./preview/refusals";
import { throwawayStack } from "./preview/workspace";
import { ToolError } from "./progress";
import { fileOf } from "./stack/files";

/**
 * `npm run preview [-- <stack>] [--describe <file>]`: shows what a stack's program would create from nothing.
 *
 * It needs no Docker engine, no login, no passphrase and no secret, so it also works for a stranger's pull request.
 * Its files stay in `.local/preview`. Default stack: `prod`; without a configuration of it, its example.
 * The policy pack checks it. For an example, missing image digests are only a warning: they are looked up per environment.
 * `--policy-pack-config` replaces the policies' settings, for an example too. `--describe` also writes every resource with its inputs into a file, to compare with that of another version.
 */
command("preview", async ({ values: { stack: given, describe, "policy-pack-config": settings }, named }) => {
    const name = given ?? named[0] ?? "prod";
    const pulumi = await ensurePulumi(console.error);
    const folder = join(projectRoot, ".local/preview");
    const { stack, configFile } = await throwawayStack(projectRoot, name, folder, pulumi);
    const description = new Description();
    const refusals = new Refusals();
    try {
        await stack.preview({
            configFile,
            policyPacks: [policyPack],
            policyPackConfigs: settings === undefined ? settingsOf(name) : [resolve(settings)],
            color: "never",
            onOutput: print,
            onError: print,
            onEvent: (event) => {
                description.onEvent(event);
                refusals.onEvent(event);
            },
        });
    } catch {
        // Pulumi has already printed the cause, that of a policy once for each container and far above.
        throw new ToolError(`The preview of ${name} failed; see the messages above.\n${refusals.toString()}`.trim());
    }
    if (describe !== undefined) writeFileSync(describe, description.toString());
});

/** The policies that check every preview. */
const policyPack = join(projectRoot, "policy");

/** Settings of the policies: those of an example, and none for a stack's own configuration. */
function settingsOf(stack: string): string[] {
    return existsSync(join(projectRoot, fileOf(stack))) ? [] : [join(policyPack, "example.json")];
}

function print(text: string): void {
    process.stdout.write(text);
}
