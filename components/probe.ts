import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Check, DeviceCheck } from "../authentik/checks";
import type { Existing } from "../authentik/existing";

const folder = "/run/authentik-stack";
const existingFile = `${folder}/existing.json`;
/** Where apply.py looks for the names of what was declared when it last ran. */
export const namesFile = `${folder}/names.json`;

/** A script of ours that runs inside authentik's image, and its path there. */
export function script(name: string): { documents: Record<string, string>; path: string } {
    const path = `${folder}/${name}`;
    return { documents: { [path]: readFileSync(join(__dirname, "../authentik", name), "utf8") }, path };
}

/** The files that a job needs to ask authentik, and the command that asks. */
export function probe(
    checks: (Check | DeviceCheck)[],
    seconds: number,
): { documents: Record<string, string>; command: string[] } {
    const { documents, path } = script("probe.py");
    const parts = { ...script("devices.py").documents, ...script("existing.py").documents };
    return {
        documents: { ...documents, ...parts, [`${folder}/checks.json`]: JSON.stringify(checks, undefined, 2) },
        command: ["python", path, `${folder}/checks.json`, String(seconds)],
    };
}

/** The command that says what authentik holds no longer as these blueprints declare it, and the file that it needs beside those of the job. */
export function comparing(blueprints: string[]): { documents: Record<string, string>; command: string[] } {
    const { documents, path } = script("compare.py");
    return { documents, command: [path, existingFile, ...blueprints] };
}

/**
 * The files that a job needs to apply blueprints and to ask authentik whether they took, and the command that does it.
 *
 * @param blueprints paths relative to /blueprints, in their order.
 */
export function applyAndProbe(
    blueprints: string[],
    checks: Check[],
    existing: Existing,
    seconds: number,
): { documents: Record<string, string>; command: string[] } {
    const { documents } = probe(checks, seconds);
    const apply = script("apply.py");
    return {
        documents: {
            ...documents,
            ...apply.documents,
            [existingFile]: JSON.stringify(existing, undefined, 2),
        },
        command: ["python", apply.path, String(seconds), ...blueprints],
    };
}
