import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { OpenStack } from "../environment";
import { fileOf, privateCopy, readText } from "../stack/files";
import { editRotation } from "./edit";

/** The stack's own configuration file with new numbers in its rotation, not yet written. */
export function draftRotation({ stack }: OpenStack, numbers: Record<string, number>): string {
    const text = readText(stack.workspace.workDir, stack.name);
    return Object.entries(numbers).reduce((edited, [name, number]) => editRotation(edited, name, number), text);
}

/** Works with a draft as the stack's configuration, in a file that is gone afterwards. */
export async function withDraft<T>(open: OpenStack, draft: string, work: (drafted: OpenStack) => Promise<T>) {
    const folder = join(open.stack.workspace.workDir, ".local");
    mkdirSync(folder, { recursive: true });
    const configFile = join(folder, `draft-${fileOf(open.stack.name)}`);
    writeFileSync(configFile, draft);
    try {
        return await work({ ...open, options: { ...open.options, configFile } });
    } finally {
        rmSync(configFile);
    }
}

/** Makes a draft the stack's configuration: at once, so that no killed run leaves half a file. */
export function writeDraft(open: OpenStack, draft: string): OpenStack {
    const { workDir } = open.stack.workspace;
    const file = join(workDir, fileOf(open.stack.name));
    writeFileSync(`${file}.new`, draft);
    renameSync(`${file}.new`, file);
    if (open.options.configFile === undefined) return open;
    return { ...open, options: { ...open.options, configFile: privateCopy(workDir, open.stack.name) } };
}
