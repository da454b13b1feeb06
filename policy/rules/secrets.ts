import { ofContainer } from "../container";
import type { Rule } from "../production";
import { isWrittenOut, writtenOut } from "../secret-text";
import { holds, secretFilesOf, shownTexts } from "../settings";

/** What `docker inspect` shows, everybody on the host reads, and backups keep. */
export const secretsInSettings: Rule = {
    name: "secrets-in-settings",
    description: "No secret is in an environment variable, a command, a health check or a label.",
    validateResource: ofContainer(({ inputs }, report) => {
        const files = secretFilesOf(inputs);
        for (const { place, name, text } of shownTexts(inputs)) {
            const found = [
                ...(name !== undefined && isWrittenOut(name, text) ? ["a secret, as its name says"] : writtenOut(text)),
                ...(files.some((content) => holds(text, content)) ? ["what is in one of its secret files"] : []),
            ];
            for (const what of found)
                report(`Its ${place} shows ${what}. Deliver it as a file, and name the file there (file:// or _FILE).`);
        }
    }),
};
