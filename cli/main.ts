import { createInterface } from "node:readline";
import { helpOf } from "./command/help";
import { type Given, readLine } from "./command/line";
import type { CommandName } from "./command/table";
import { Interrupted, reasonOf, ToolError } from "./progress";

/**
 * Runs a command of the command line: with what its row in the table lets it take, or with `--help` shows that.
 *
 * @param tool ends with the exit code, where it is not 0.
 */
export function command<Name extends CommandName>(
    name: Name,
    tool: (given: Given<Name>) => Promise<number | void>,
): void {
    main(async (args) => {
        const end = args.includes("--") ? args.indexOf("--") : args.length;
        if (args.slice(0, end).some((argument) => argument === "--help" || argument === "-h"))
            return console.log(helpOf(name));
        process.exitCode = (await tool(readLine(name, args))) ?? 0;
    });
}

/**
 * Runs a tool: its errors are shown as messages, once and without stack traces, and end it with exit code 1.
 *
 * @param tool gets what follows the command on the command line.
 */
export function main(tool: (args: string[]) => Promise<void>): void {
    // The reader of the output may go away, as in `| head`; the work continues.
    process.stdout.on("error", () => undefined);
    // Ends the programs that were started. While Pulumi's engine works, another listener handles interrupts.
    const leave = () => {
        if (process.listenerCount("SIGINT") === 1) process.exit(130);
    };
    process.on("SIGINT", leave);
    process.on("SIGTERM", leave);
    process.on("SIGHUP", leave);
    tool(process.argv.slice(2)).then(
        () => process.exit(),
        (error: unknown) => {
            if (error instanceof Interrupted) {
                console.error("\nStopped. Run the same command again to continue.");
                process.exit(130);
            }
            const known = error instanceof ToolError || process.env.DEBUG === undefined;
            console.error(`\n${known ? reasonOf(error) : (error as Error).stack}`);
            process.exit(1);
        },
    );
}

/** `--stack` and `-s` as a command of the Pulumi CLI reads them: also in one with the name, and `-s` after the letters of switches. */
function stackOption(command: string | undefined): RegExp {
    // The `-f` of an import has a value.
    const switches = command === "import" ? "adeijruyQ" : "adefijruyQ";
    return new RegExp(`^(?:--stack(?:=(.*))?|-([${switches}]*)s=?(.*))$`);
}

/**
 * Takes `--stack <name>` out of a command line, in every form in which the Pulumi CLI would read it before `--`; the last one counts.
 *
 * @throws ToolError when the name is missing.
 */
export function takeStack(args: string[]): { stack?: string; rest: string[] } {
    const end = args.includes("--") ? args.indexOf("--") : args.length;
    const rest: string[] = [];
    const option = stackOption(args[0]);
    let stack: string | undefined;
    for (let at = 0; at < end; at++) {
        const argument = args[at] ?? "";
        const [found, long, switches = "", short = ""] = option.exec(argument) ?? [];
        if (found === undefined) {
            rest.push(argument);
            continue;
        }
        if (switches !== "") rest.push(`-${switches}`);
        const inOne = found.includes("=") || short !== "";
        stack = inOne ? (long ?? short) : at + 1 < end ? args[++at] : "";
        if (stack === "") throw new ToolError("--stack needs the name of a stack, such as dev.");
    }
    return { ...(stack === undefined ? {} : { stack }), rest: [...rest, ...args.slice(end)] };
}

/**
 * The stack that a command line of the Pulumi CLI creates; undefined for another command than `stack init`.
 *
 * @throws ToolError when it has more than a name: this program creates the stack itself, with what its file says.
 */
export function createdStack({ stack, rest }: ReturnType<typeof takeStack>): string | undefined {
    const [command, subcommand, ...more] = rest;
    if (command !== "stack" || subcommand !== "init") return undefined;
    const [name = "", ...others] = stack === undefined ? more : [stack, ...more];
    const extra = name.startsWith("-") ? more : others;
    if (name === "" || extra.length > 0)
        throw new ToolError(
            `\`stack init\` takes the name of a stack here and nothing else${extra.length > 0 ? `, so not ${extra.join(" ")}` : ""}: ` +
                "npm run pulumi -- stack init <name>.",
        );
    return name;
}

/** Asks on the terminal; no answer means no. */
export async function agreed(question: string): Promise<boolean> {
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    return await new Promise((resolve) => {
        terminal.once("close", () => resolve(false));
        terminal.question(`${question} [y/N] `, (answer) => {
            resolve(/^y(es)?$/i.test(answer.trim()));
            terminal.close();
        });
    });
}
