import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Pending } from "./outputs";
import type { ApplicationOutput } from "../authentik/providers";

/**
 * Writes the snippets for reverse proxies, which are outputs too, as files to copy from.
 *
 * @param folder emptied first, so that files of removed applications go.
 */
export function writeSnippets(folder: string, applications: Record<string, Pending<ApplicationOutput>>): void {
    // Two programs may do this at once.
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    for (const [slug, { snippets }] of Object.entries(applications)) {
        if (snippets === undefined) continue;
        mkdirSync(folder, { recursive: true });
        for (const [proxy, text] of Object.entries(snippets)) {
            if (typeof text === "string") writeFileSync(join(folder, `${slug}.${proxy}.txt`), text);
        }
    }
}
