import { existsSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument, stringify } from "yaml";
import { fileOf, readText } from "../stack/files";
import { ToolError } from "../progress";
import { run } from "../run";
import { keyOf } from "../project";
import { type OpenStack, pulumiVariables } from "../workplace";
import type { Translation } from "./translate";

/**
 * Writes the configuration of a new stack, unless an earlier run did; it may have been changed since.
 *
 * @returns whether it was written now.
 * @throws ToolError when the file is that of something else.
 */
export function writeConfiguration(root: string, stack: string, from: string, { config }: Translation): boolean {
    const title = ` Taken over from ${from} by \`npm run adopt\`.`;
    if (existsSync(join(root, fileOf(stack)))) {
        const text = readText(root, stack);
        if (text.includes(title) || parseDocument(text).hasIn(["config", keyOf("secrets")])) return false;
        throw new ToolError(
            `${fileOf(stack)} exists, and was not made from ${from}; choose another name with --stack.`,
        );
    }
    const named = Object.fromEntries(Object.entries(config).map(([key, value]) => [keyOf(key), value]));
    const file = join(root, fileOf(stack));
    writeFileSync(`${file}.new`, `#${title}\n${stringify({ config: named }, { lineWidth: 0 })}`);
    renameSync(`${file}.new`, file);
    return true;
}

/** Encrypts the secrets that the stack's configuration does not have yet. None is ever in a command line. */
export async function encryptSecrets({ stack, workplace }: OpenStack, secrets: Translation["secrets"]): Promise<void> {
    const { workDir: cwd } = stack.workspace;
    for (const [path, input] of Object.entries(secrets)) {
        const [top = "", ...levels] = path.split(/[.[\]"]+/).filter((level) => level !== "");
        const there = parseDocument(readText(cwd, stack.name)).hasIn(["config", keyOf(top), ...levels]);
        if (there) continue;
        const key = ["--path", keyOf(path), "--stack", stack.name, "--non-interactive"];
        const options = { cwd, env: pulumiVariables(workplace), input };
        await run(workplace.pulumi.command.command, ["config", "set", "--secret", ...key], options);
    }
}
