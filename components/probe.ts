import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Check } from "../authentik/checks";

const folder = "/run/authentik-stack";

/** A script of ours that runs inside authentik's image. */
function script(name: string): Record<string, string> {
    return { [`${folder}/${name}`]: readFileSync(join(__dirname, "../authentik", name), "utf8") };
}

/** The files that a job needs to ask authentik, and the command that asks. */
export function probe(checks: Check[], seconds: number): { documents: Record<string, string>; command: string[] } {
    return {
        documents: { ...script("probe.py"), [`${folder}/checks.json`]: JSON.stringify(checks, undefined, 2) },
        command: ["python", `${folder}/probe.py`, `${folder}/checks.json`, String(seconds)],
    };
}

/**
 * The files that a job needs to apply blueprints and to ask authentik whether they took, and the command that does it.
 *
 * @param blueprints paths relative to /blueprints, in their order.
 */
export function applyAndProbe(
    blueprints: string[],
    checks: Check[],
    seconds: number,
): { documents: Record<string, string>; command: string[] } {
    const { documents } = probe(checks, seconds);
    return {
        documents: { ...documents, ...script("apply.py") },
        command: ["python", `${folder}/apply.py`, String(seconds), ...blueprints],
    };
}
