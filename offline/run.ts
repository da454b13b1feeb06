import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

/** Reports in one line what a long step is doing. */
export type Progress = (line: string) => void;

/** Options for running a program. */
export interface RunOptions {
    /** Time limit, after which the program is told to stop. */
    minutes: number;
    /** Added to this process's environment. Docker's own variables (DOCKER_HOST) are passed on. */
    env?: NodeJS.ProcessEnv;
    cwd?: string;
}

const execute = promisify(execFile);
/** How long a program that was told to stop may take to clean up. */
const graceMilliseconds = 20_000;

/**
 * Runs a program to its end, or until this process ends.
 *
 * @returns what it printed on standard output.
 * @throws Error that names the program and ends with the last lines it printed.
 */
export async function run(command: string, args: string[], { minutes, env, cwd }: RunOptions): Promise<string> {
    const working = execute(command, args, { cwd, env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 });
    const stop = () => working.child.kill();
    process.once("exit", stop);
    const limits = [
        setTimeout(stop, minutes * 60_000),
        setTimeout(() => working.child.kill("SIGKILL"), minutes * 60_000 + graceMilliseconds),
    ];
    try {
        return (await working).stdout;
    } catch (error) {
        const { code, killed, stdout = "", stderr = "" } = error as Failure;
        if (code === "ENOENT") throw new Error(`${command} is not installed, or not on PATH`, { cause: error });
        const ending = killed === true ? `did not end within ${minutes} minutes` : `ended with ${code ?? "a signal"}`;
        const lines = (stderr.trim() === "" ? stdout : stderr).trim().split("\n").slice(-15);
        throw new Error([`${command} ${args[0] ?? ""} ${ending}:`, ...lines].join("\n    "), { cause: error });
    } finally {
        process.off("exit", stop);
        limits.forEach(clearTimeout);
    }
}

/** What `execFile` adds to the error of a program that failed. */
interface Failure extends Error {
    code?: number | string;
    killed?: boolean;
    stdout?: string;
    stderr?: string;
}

/**
 * Does work that loads something from a network, and repeats it if it fails: a download can hang or break, and succeed at
 * the next attempt.
 *
 * @param attempt gets the number of the attempt, starting with 1.
 * @throws what the last attempt threw.
 */
export async function retried(
    what: string,
    attempts: number,
    progress: Progress,
    attempt: (number: number) => Promise<unknown>,
): Promise<void> {
    for (let number = 1; ; number++) {
        try {
            await attempt(number);
            return;
        } catch (error) {
            if (number === attempts) throw error;
            const reason = reasonOf(error).split("\n").at(-1)?.trim() ?? "";
            progress(`${what} failed, try ${number + 1} of ${attempts} follows (${reason})`);
            await sleep(number * 3000);
        }
    }
}

/** The message of whatever was thrown. */
export function reasonOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
