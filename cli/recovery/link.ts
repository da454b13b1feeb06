import { z } from "zod";
import { readOutputs } from "../engine/pulumi-command";
import { ToolError } from "../progress";
import { openExisting } from "../stack/existing";
import { rehearsalStack } from "../stack/files";
import { askShell } from "../stack/shell";

/** How long a link is valid. */
export const minutes = 15;

/** What the script recovery-link.py tells. */
const telling = z.object({
    /** What was wrong with the user, and is mended. */
    mended: z.array(z.string()),
    /** Who has all rights, where there is no such user. */
    admins: z.array(z.string()).optional(),
    active: z.boolean().optional(),
    path: z.string().optional(),
});

/** A link that signs somebody in, once. */
export interface RecoveryLink {
    /** Secret. */
    url: string;
    mended: string[];
}

/**
 * Makes a link that signs a user in to a running stack.
 *
 * @param mends whether the user may sign in and has all rights afterwards.
 * @throws ToolError that says what to do, where there is no such user or it may not sign in.
 */
export async function recoveryLink(name: string | undefined, user: string, mends: boolean): Promise<RecoveryLink> {
    const [open] = await openExisting({ name, progress: console.error, needsDocker: true });
    const stack = open?.stack.name ?? "";
    if (open === undefined || stack === rehearsalStack)
        throw new ToolError("This is a rehearsal with stand-in images: nobody can sign in.");
    const told = await askShell(open, "recovery-link.py", { USERNAME: user, MINUTES: minutes, MENDS: mends });
    const { path, mended } = linkIn(told, user, stack);
    const { url } = await readOutputs(open);
    return { url: new URL(path, String(url)).href, mended };
}

/**
 * The link that recovery-link.py tells of.
 *
 * @throws ToolError that says what to do, where there is none.
 */
export function linkIn(told: unknown, user: string, stack: string): { path: string; mended: string[] } {
    const { mended, admins, active, path } = telling.parse(told);
    const recover = `npm run --silent recover -- ${user} --stack ${stack}`;
    if (admins !== undefined)
        throw new ToolError(
            `authentik has no user ${user}. ` +
                (admins.length > 0
                    ? `Its administrators are: ${admins.join(", ")}.`
                    : `It has no administrator at all: \`npm run --silent recover -- --stack ${stack}\` makes akadmin again.`),
        );
    if (active === false || path === undefined)
        throw new ToolError(`${user} is not active, so it cannot sign in: \`${recover}\` changes that.`);
    return { path, mended };
}

/** How a link is shown. */
export function linkText(user: string, { url, mended }: RecoveryLink): string {
    return [
        ...mended.map((text) => `Fixed: ${text}.`),
        `Opens signed in as ${user}, once, within ${minutes} minutes:`,
        `\n  ${url}\n`,
        "Whoever has this link can sign in as that user, without a password or a second factor.",
    ].join("\n");
}
