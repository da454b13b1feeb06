import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ensurePulumi } from "./engine";
import { projectRoot } from "./workplace";
import { main } from "./main";
import { Description } from "./preview/description";
import { throwawayStack } from "./preview/workspace";
import { ToolError } from "./progress";
import { fileOf } from "./stack/files";

/**
 * `npm run preview [-- <stack>] [--describe <file>]`: shows what a stack's program would create from nothing.
 *
 * It needs no Docker engine, no login, no passphrase and no secret, so it also works for a stranger's pull request.
 * Its files stay in `.local/preview`. Default stack: `prod`; without a configuration of it, its example.
 * The policy pack checks it. For an example, missing image digests are only a warning: they are looked up per environment.
 * `--describe` also writes every resource with its inputs into a file, to compare with that of another version.
 */
main(async (args) => {
    const { name, describe } = parse(args);
    const pulumi = await ensurePulumi(console.error);
    const folder = join(projectRoot, ".local/preview");
    const { stack, configFile } = await throwawayStack(projectRoot, name, folder, pulumi);
    const description = new Description();
    try {
        await stack.preview({
            configFile,
            policyPacks: [policyPack],
            policyPackConfigs: existsSync(join(projectRoot, fileOf(name))) ? [] : [join(policyPack, "example.json")],
            color: "never",
            onOutput: print,
            onError: print,
            onEvent: description.onEvent,
        });
    } catch {
        // Pulumi has already printed the cause.
        throw new ToolError(`The preview of ${name} failed; see the messages above.`);
    }
    if (describe !== undefined) writeFileSync(describe, description.toString());
});

/** The policies that check every preview. */
const policyPack = join(projectRoot, "policy");

function parse(args: string[]): { name: string; describe?: string } {
    const at = args.indexOf("--describe");
    if (at < 0) return { name: args[0] ?? "prod" };
    const file = args[at + 1];
    if (file === undefined) throw new ToolError("--describe needs the name of a file.");
    return { name: args.toSpliced(at, 2)[0] ?? "prod", describe: resolve(file) };
}

function print(text: string): void {
    process.stdout.write(text);
}
