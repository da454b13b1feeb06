import { distance } from "fastest-levenshtein";
import { parseArgs } from "node:util";
import { ToolError } from "../progress";
import { allCommands, type Command, type CommandName, type commands, type Option } from "./table";

/** What a command line gave a command, typed by its row in the table. */
export interface Given<Name extends CommandName> {
    values: {
        -readonly [K in keyof (typeof commands)[Name]["options"]]?: ValueOf<(typeof commands)[Name]["options"][K]>;
    };
    /** What was given without an option, in order. */
    named: string[];
}

type ValueOf<O> = O extends { multiple: true } ? string[] : O extends { type: "boolean" } ? boolean : string;

/**
 * Reads a command line by the command's row in the table.
 *
 * @throws ToolError that names everything that is wrong with it, the nearest known option included.
 */
export function readLine<Name extends CommandName>(name: Name, args: string[]): Given<Name> {
    const command: Command = allCommands[name] ?? { summary: "", example: "", options: {} };
    const { options } = command;
    const { tokens, positionals } = parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true });
    const problems = tokens.flatMap((token) => (token.kind === "option" ? optionProblem(command, token) : []));
    const most = mostTaken(command);
    if (positionals.length > most)
        problems.push(`Unexpected: ${positionals.slice(most).join(" ")}. It takes ${command.takes ?? "no names"}.`);
    if (problems.length > 0) throw new ToolError([...problems, `${lineOf(name)} --help says more.`].join("\n"));
    const { values } = parseArgs({ args, options, allowPositionals: true });
    return { values: values as Given<Name>["values"], named: positionals };
}

interface OptionToken {
    name: string;
    rawName: string;
    value?: string;
    inlineValue?: boolean;
}

function optionProblem({ options }: Command, { name, rawName, value, inlineValue }: OptionToken): string[] {
    const option = options[name];
    if (option === undefined) {
        const known = Object.keys(options).map((one) => `--${one}`);
        const near = nearest(rawName, known);
        const guess = near === undefined ? "" : ` Did you mean ${near}?`;
        const all = known.length === 0 ? "It has none." : `The options are ${known.join(", ")}.`;
        return [`Unknown option: ${rawName}.${guess} ${all}`];
    }
    if (option.type === "boolean" && value !== undefined) return [`${rawName} takes no value.`];
    const missing =
        option.type === "string" && (value === undefined || (inlineValue !== true && value.startsWith("-")));
    return missing ? [`${rawName} needs a value: ${optionText(name, option)}.`] : [];
}

/** `--stack <name>`. */
export function optionText(name: string, { value }: Option): string {
    return value === undefined ? `--${name}` : `--${name} <${value}>`;
}

/** How many names a command takes at most. */
function mostTaken({ takes = "" }: Command): number {
    if (takes.includes("...")) return Infinity;
    return takes === "" ? 0 : takes.split(" ").length;
}

/** The form of a command that always works in a clone: its npm script. */
export function lineOf(name: string): string {
    const { npm = `npm run ${name}` } = allCommands[name] ?? {};
    return `${npm} --`;
}

/** The known word that a person most probably meant; undefined where none is near. */
export function nearest(word: string, known: string[]): string | undefined {
    const [best] = known
        .map((one) => ({ one, far: one.startsWith(word) ? 0 : distance(word, one) }))
        .filter(({ one, far }) => far <= one.length / 3)
        .sort((a, b) => a.far - b.far);
    return best?.one;
}

/** What is said of a command that there is not: it names the nearest. */
export function unknownCommand(name: string): ToolError {
    const known = Object.keys(allCommands);
    const near = nearest(name, known);
    const guess = near === undefined ? "" : ` Did you mean ${near}?`;
    return new ToolError(`There is no command ${name}.${guess} The commands are: ${known.join(", ")}.`);
}
