import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { ToolError } from "./progress";

/** Options for running a program. */
export interface RunOptions {
    /** Added to this process's environment. */
    env?: NodeJS.ProcessEnv;
    cwd?: string;
    /** What it reads on standard input. Default: nothing. */
    input?: string;
    /** Called with each line that it prints on either stream, except blank ones. */
    onLine?: (line: string) => void;
    /** When aborted, ends the program and everything that it started. */
    signal?: AbortSignal;
}

/** The result of a program that has ended. */
export interface Finished {
    /** Its exit code, or the name of the signal that ended it. */
    code: number | string;
    stdout: string;
    stderr: string;
}

/** Programs that are running, to end them together with this process. */
const running = new Set<ChildProcess>();
process.on("exit", () => running.forEach(endGroup));

/**
 * Runs a program that has to succeed.
 *
 * @returns what it printed on standard output, without the final newline.
 * @throws ToolError that names the program and ends with the last lines it printed.
 */
export async function run(command: string, args: string[], options: RunOptions = {}): Promise<string> {
    const lines: string[] = [];
    const onLine = (line: string) => {
        lines.push(line);
        options.onLine?.(line);
    };
    const { code, stdout } = await tryRun(command, args, { ...options, onLine });
    if (code === 0) return stdout.replace(/\n$/, "");
    const cause = options.signal?.aborted ? String(options.signal.reason) : `ended with code ${code}`;
    throw new ToolError([`${command} ${args.join(" ")}: ${cause}`, ...lines.slice(-15)].join("\n    "));
}

/**
 * Runs a program to its end, whether it succeeds or not.
 *
 * @throws ToolError when there is no such program.
 */
export async function tryRun(command: string, args: string[], options: RunOptions = {}): Promise<Finished> {
    const child = spawn(command, args, {
        cwd: options.cwd,
        env: { ...process.env, ...options.env },
        stdio: ["pipe", "pipe", "pipe"],
        // A process group of its own, so that everything that it starts can be ended with it.
        detached: true,
    });
    // A program that reads nothing may have ended before.
    child.stdin.on("error", () => undefined).end(options.input ?? "");
    const printed = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
        child[stream].setEncoding("utf8").on("data", (text: string) => (printed[stream] += text));
        createInterface({ input: child[stream] }).on("line", (line) => {
            if (line.trim() !== "") options.onLine?.(line);
        });
    }
    const code = await finished(child, options.signal);
    return { ...printed, code };
}

async function finished(child: ChildProcess, signal: AbortSignal | undefined): Promise<number | string> {
    running.add(child);
    const stop = () => endGroup(child);
    signal?.addEventListener("abort", stop);
    try {
        return await new Promise((resolve, reject) => {
            child.once("error", (error) => reject(new ToolError(`${child.spawnfile} cannot be run: ${error.message}`)));
            child.once("close", (code, killedBy) => resolve(code ?? killedBy ?? "unknown"));
            if (signal?.aborted) stop();
        });
    } finally {
        signal?.removeEventListener("abort", stop);
        running.delete(child);
    }
}

function endGroup(child: ChildProcess): void {
    try {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
    } catch {
        // It has ended already.
    }
}
