import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { ToolError } from "./progress";

/** How a program is run. */
export interface RunOptions {
    /** Added to this process's environment. */
    env?: NodeJS.ProcessEnv;
    cwd?: string;
    /** Called with each line it prints, on either stream, that is not blank. */
    onLine?: (line: string) => void;
    /** Ends the program, and all that it started, when aborted. */
    signal?: AbortSignal;
}

/** What a program said that has ended. */
export interface Finished {
    /** Its exit code, or the name of the signal that ended it. */
    code: number | string;
    stdout: string;
    stderr: string;
}

/** Programs that run now, to end them with this process. */
const running = new Set<ChildProcess>();
process.on("exit", () => running.forEach(endGroup));

/**
 * Runs a program that has to succeed.
 *
 * @returns what it printed on standard output, without the last line's end.
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
 * Runs a program to its end, whatever that is.
 *
 * @throws ToolError when there is no such program.
 */
export async function tryRun(command: string, args: string[], options: RunOptions = {}): Promise<Finished> {
    const child = spawn(command, args, {
        cwd: options.cwd,
        env: { ...process.env, ...options.env },
        stdio: ["ignore", "pipe", "pipe"],
        // A process group of its own, so that what it started ends with it.
        detached: true,
    });
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
