import "./quick";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { presetNames } from "../authentik/presets";
import { configurationOf } from "./graph/record";
import {
    type Answers,
    fileText,
    readApplications,
    type Schedule,
    schedules,
    suggestedApplicationUrl,
    suggestedUrl,
    ways,
} from "./init/answers";
import { nearest } from "./command/line";
import { command } from "./main";
import { reasonOf, ToolError } from "./progress";
import { fileOf, rehearsalStack } from "./stack/files";
import { projectRoot } from "./workplace";

/**
 * `npm run init -- [<stack>] [--way <way>] [--url <url>] [--email <address>] [--app <preset>[=<url>]]... [--backups <schedule>] [--yes]`: asks
 * for what a new stack needs, shows its file, and writes it. It overwrites nothing.
 *
 * It does not ask for what an option sets. With `--yes` it asks nothing.
 */
command("init", async ({ values, named }) => {
    const ask = values.yes === true ? undefined : questions();
    try {
        const name = named[0] ?? (await ask?.text("Name of the environment", "prod")) ?? "prod";
        const file = join(projectRoot, fileOf(name));
        if (!/^[a-z0-9][a-z0-9-]*$/.test(name))
            throw new ToolError(
                `${name} is not a name for an environment; use lower-case letters, digits and hyphens, such as prod.`,
            );
        if (name === rehearsalStack)
            throw new ToolError(
                `${name} is the name of the stack with stand-in images, whose file \`npm start\` writes; use another one.`,
            );
        if (existsSync(file)) throw new ToolError(`${fileOf(name)} exists already, and was not changed.`);
        const text = fileText(await answersOf(values, name, ask));
        try {
            configurationOf(text);
        } catch (error) {
            throw new ToolError(`${reasonOf(error)}\n\nNothing was written.`);
        }
        console.log(`\n${text}`);
        const answer = (await ask?.text(`Write ${fileOf(name)}?`, "no")) ?? "yes";
        if (!/^y(es)?$/i.test(answer)) throw new ToolError("Nothing was written.");
        writeFileSync(file, text, { flag: "wx" });
        console.log(`\n${fileOf(name)} is written. Next:`);
        console.log(`  npm run graph -- ${name}   draws what it will be`);
        console.log(`  npm start -- ${name}       brings it up`);
    } finally {
        ask?.end();
    }
});

type Questions = ReturnType<typeof questions>;

async function answersOf(
    values: { way?: string; url?: string; email?: string; app?: string[]; backups?: string; prefix?: string },
    name: string,
    ask: Questions | undefined,
): Promise<Answers> {
    const way = oneOf(
        "--way",
        values.way ?? (await ask?.choice("How do browsers reach it?", ways, "gateway")) ?? "gateway",
        ways,
    );
    const url = values.url ?? (await ask?.text("URL of authentik", suggestedUrl(way))) ?? suggestedUrl(way);
    if (!URL.canParse(url)) throw new ToolError(`${url} is not a URL; write it like ${suggestedUrl(way)}.`);
    const email = values.email ?? (await ask?.text("E-mail of the administrator", `admin@${new URL(url).hostname}`));
    if (email === undefined) throw new ToolError("Add --email, such as --email admin@example.com.");
    const backups = values.backups ?? (await ask?.choice("How often are backups made?", described(schedules), "daily"));
    return {
        ...{ way, url, email },
        applications:
            values.app === undefined && ask !== undefined
                ? await askApplications(ask, url)
                : readApplications(values.app ?? [], url),
        backups: oneOf("--backups", backups ?? "daily", described(schedules)),
        // The stack dev of this machine has no prefix.
        prefix: values.prefix ?? (way === "local" ? `${name}-` : ""),
    };
}

async function askApplications(ask: Questions, url: string): Promise<Answers["applications"]> {
    console.log(`\nApplications that sign in through authentik can be: ${presetNames.join(", ")}.`);
    const given = await ask.text("Which of them, separated by commas", "none");
    const names = given.split(/[,\s]+/).filter((name) => name !== "" && name !== "none");
    const urls: string[] = [];
    for (const name of Object.keys(readApplications(names, url)))
        urls.push(`${name}=${await ask.text(`URL of ${name}`, suggestedApplicationUrl(name, url))}`);
    return readApplications(urls, url);
}

/** Asks on the terminal; an empty answer is the suggestion. */
function questions() {
    const terminal = createInterface({ input: process.stdin });
    const lines = terminal[Symbol.asyncIterator]();
    const text = async (question: string, suggestion: string): Promise<string> => {
        process.stdout.write(`${question} [${suggestion}]: `);
        const { value, done } = await lines.next();
        if (done === true)
            throw new ToolError(
                "\nThere is no terminal to ask in: add --yes, and options for what should differ from the suggestions.",
            );
        const answer = value.trim();
        return answer === "" ? suggestion : answer;
    };
    const choice = async (question: string, among: Record<string, string>, suggestion: string): Promise<string> => {
        console.log(`\n${question}`);
        for (const [key, about] of Object.entries(among)) console.log(`  ${key.padEnd(8)} ${about}`);
        return await text("Choose", suggestion);
    };
    return { text, choice, end: () => terminal.close() };
}

function described(words: readonly Schedule[]): Record<Schedule, string> {
    const about = { hourly: "", daily: "at night", weekly: "on Thursdays", none: "not by this stack" };
    return Object.fromEntries(words.map((word) => [word, about[word]])) as Record<Schedule, string>;
}

function oneOf<Key extends string>(option: string, given: string, known: Record<Key, string>): Key {
    if (Object.hasOwn(known, given)) return given as Key;
    const keys = Object.keys(known);
    const near = nearest(given, keys);
    const guess = near === undefined ? "" : ` Did you mean ${near}?`;
    throw new ToolError(`${option} takes one of ${keys.join(", ")}${given === "" ? "" : `, not ${given}`}.${guess}`);
}
