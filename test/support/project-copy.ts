import { cpSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { type Finished, tryRun } from "../../cli/run";
import { projectRoot } from "../../cli/project";

/** What a checkout does not have. */
const leftOut = [".git", ".local", "dist", "node_modules", "out"];

/** Copies the project as a checkout has it, with the modules of this one. */
export function copyProject(to: string, without: string[] = []): void {
    cpSync(projectRoot, to, {
        recursive: true,
        filter: (path) => path === projectRoot || ![...leftOut, ...without].includes(basename(path)),
    });
    symlinkSync(join(projectRoot, "node_modules"), join(to, "node_modules"));
}

/** Runs `npx authentik-stack` of a copy. */
export function authentikStack(copy: string, args: string[], env: Record<string, string> = {}): Promise<Finished> {
    return tryRun(process.execPath, [join(copy, "bin/authentik-stack.mjs"), ...args], { cwd: copy, env });
}
