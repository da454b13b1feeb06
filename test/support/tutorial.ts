import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { projectRoot } from "../../cli/project";

const page = readFileSync(join(projectRoot, "docs/tutorial.md"), "utf8");
const blocks = (language: string) =>
    [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(([, text = ""]) => text);

/** The commands of docs/tutorial.md, in their order. */
export const commands = blocks("sh").flatMap((block) => block.trim().split("\n"));

/** The file of the stack that it ends with. */
export const stackFile = blocks("yaml")[0] ?? "";

/** The file's configuration. */
export const configuration = (parse(stackFile) as { config: Record<string, unknown> }).config;

/** What a command of the page gives to `npx authentik-stack`; what follows a `>` is the shell's. */
export function argumentsOf(command: string): string[] {
    const [, script = "", rest = ""] = /^npm (?:run )?(?:--silent )?(\w+)(?: -- ([^>]*))?/.exec(command) ?? [];
    return [script === "start" ? "up" : script, ...rest.split(" ").filter((word) => word !== "")];
}

/** Commands of the page by the test that runs them. */
export const runBy = {
    /** They make the machine ready: CI runs them before every test, and `npm run doctor` is run by without-offline.test.ts. */
    ci: (command: string) => /^(git clone|cd|npm install|npm run doctor$)/.test(command),
    /** test/program/tutorial.test.ts */
    program: (command: string) => /^npm run (--silent )?(init|graph) /.test(command),
    /** test/integration/consumers.test.ts, with its stack; the update of Paperless as a preview, since the image cannot be had. */
    stack: (command: string) =>
        /^npm (start|run (--silent )?(open|output|status|backup|backups|pulumi)) -- /.test(command),
};
