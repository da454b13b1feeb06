import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { ToolError } from "./progress";

/** How a program is run. */
export interface RunOptions {
    /** Added to this process's environment. */
    env?: NodeJS.ProcessEnv;
    cwd?: string;
    /** Called with each line it prints, on either stream. */
    onLine?: (line: string) => void;
    /** Ends the program, and all that it started, when aborted. */
    signal?: AbortSignal;
}

/** Programs that run now, to end them with this process. */
const running = new Set<ChildProcess>();
process.on("exit", () => running.forEach(endGroup));

/**
 * Runs a program to its end.
 *
 * @returns what it printed on standard output.
 * @throws ToolError that names the program and ends with the last lines it printed.
 */
export async function run(command: string, args: string[], options: RunOptions = {}): Promise<string> {
    const child = spawn(command, args, {
        cwd: options.cwd,
        env: { ...process.env, ...options.env },
        stdio: ["ignore", "pipe", "pipe"],
        // A process group of its own, so that what it started ends with it.
        detached: true,
    });
    const output: string[] = [];
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on("line", (line) => output.push(line) && seen(line));
    createInterface({ input: child.stderr }).on("line", seen);
    function seen(line: string): void {
        if (line.trim() === "") return;
        lines.push(line);
        options.onLine?.(line);
    }
    const code = await finished(child, options.signal);
    if (code === 0) return output.join("\n");
    const cause = options.signal?.aborted ? String(options.signal.reason) : `ended with code ${code}`;
    throw new ToolError([`${command} ${args.join(" ")}: ${cause}`, ...lines.slice(-15)].join("\n    "));
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
