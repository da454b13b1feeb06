import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { AuthentikOutputs, Pending } from "./outputs";

/**
 * Writes the snippets for reverse proxies and for outposts elsewhere, and the root certificate of the gateway, all of which are
 * outputs too, as files to copy from.
 *
 * @param folder emptied first, so that files of removed applications and outposts go.
 */
export function writeSnippets(
    folder: string,
    {
        applications,
        outposts,
        rootCertificate,
    }: Pick<Pending<AuthentikOutputs>, "applications" | "outposts" | "rootCertificate">,
): void {
    // Two programs may do this at once.
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    for (const [name, { snippets }] of [...Object.entries(applications), ...Object.entries(outposts)]) {
        if (snippets === undefined) continue;
        mkdirSync(folder, { recursive: true });
        for (const [kind, text] of Object.entries(snippets)) {
            if (typeof text === "string") writeFileSync(join(folder, `${name}.${kind}.txt`), text);
        }
    }
    if (rootCertificate === undefined) return;
    // Known once the gateway has it.
    pulumi.output(rootCertificate).apply((pem) => {
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, "root.crt"), pem);
    });
}
