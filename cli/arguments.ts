import { ToolError } from "./progress";

/**
 * Takes `--stack <name>` or `-s <name>` out of a command line.
 *
 * @throws ToolError when the name is missing.
 */
export function takeStack(args: string[]): { stack?: string; rest: string[] } {
    const at = args.findIndex((argument) => argument === "--stack" || argument === "-s");
    if (at < 0) return { rest: args };
    const stack = args[at + 1];
    if (stack === undefined) throw new ToolError("--stack needs the name of a stack, such as dev.");
    return { stack, rest: args.toSpliced(at, 2) };
}
