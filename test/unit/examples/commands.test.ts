import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readLine } from "../../../cli/command/line";
import { allCommands, type CommandName } from "../../../cli/command/table";

const root = join(__dirname, "../../..");
const pages = ["README.md", "CONTRIBUTING.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)];
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
};

/** Scripts of npm itself. */
const npmOwn = ["install", "ci", "pack", "publish", "test", "package"];

describe("the commands that the documentation shows", () => {
    const shown = pages.filter((page) => page.endsWith(".md")).flatMap(commandsOf);

    it("are many", () => {
        expect(shown).to.have.length.above(80);
    });

    it("are ones that there are, with options and names that they take", () => {
        expect(shown.flatMap(problemsOf)).to.deep.equal([]);
    });
});

interface Shown {
    page: string;
    line: string;
    /** Its npm script, or its name in the table. */
    name: string;
    args: string[];
}

/** The commands in the code of a page. */
function commandsOf(page: string): Shown[] {
    const text = readFileSync(join(root, page), "utf8");
    const block = /^ *```.*?^ *```/gms;
    const lines = [...text.matchAll(block)].flatMap(([lines]) => lines.split("\n"));
    const spans = [...text.replaceAll(block, "").matchAll(/`([^`]+)`/g)].map(([, span = ""]) => span);
    const command =
        /(?:npm (?:run )?(?:--silent )?(?<script>[a-z][\w:-]*)|npx authentik-stack (?<name>\w+))(?<rest>.*)$/;
    return [...lines, ...spans].flatMap((line) =>
        line.split(/ (?:&&|\||#|>|<)(?= |$)|[;)]/).flatMap((part) => {
            const { script = "", name = script, rest = "" } = command.exec(part)?.groups ?? {};
            if (name === "" || npmOwn.includes(script) || rest.includes("--prefix docs")) return [];
            return [{ page, line: part.trim(), name, args: wordsOf(rest, script !== "") }];
        }),
    );
}

/** The words that the command gets of what a line says behind its name. */
function wordsOf(rest: string, isScript: boolean): string[] {
    const words = [...rest.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain = ""]) => quoted ?? plain);
    if (!isScript) return words;
    // npm keeps options before `--` for itself: no command takes these.
    const end = words.includes("--") ? words.indexOf("--") : words.length;
    const kept = words.slice(0, end).map((word) => word.replace(/^-+/, "--before-"));
    return [...kept, ...words.slice(end + 1)];
}

function problemsOf({ page, line, name, args }: Shown): string[] {
    const found = Object.entries(allCommands).find(([key, { npm = `npm run ${key}` }]) =>
        [key, npm.replace(/^npm (run )?/, "")].includes(name),
    );
    if (found === undefined) return name in scripts ? [] : [`${page}: ${line}: there is no ${name}`];
    const [key, { takes = "", passes = false }] = found;
    if (passes) return [];
    try {
        const { named } = readLine(key as CommandName, args);
        const stacks = named.filter((one) => ["dev", "prod", "staging"].includes(one));
        return stacks.length > 0 && !takes.includes("stack")
            ? [`${page}: ${line}: ${stacks.join(", ")} is read as ${takes}`]
            : [];
    } catch (error) {
        return [`${page}: ${line}: ${(error as Error).message}`];
    }
}
