import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Check } from "../authentik/checks";

const folder = "/run/authentik-stack";

/** The files that a job needs to ask authentik, and the command that asks. */
export function probe(checks: Check[], seconds: number): { documents: Record<string, string>; command: string[] } {
    return {
        documents: {
            [`${folder}/probe.py`]: readFileSync(join(__dirname, "../authentik/probe.py"), "utf8"),
            [`${folder}/checks.json`]: JSON.stringify(checks, undefined, 2),
        },
        command: ["python", `${folder}/probe.py`, `${folder}/checks.json`, String(seconds)],
    };
}
