import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

/** Told in one line what a long step is doing. */
export type Progress = (line: string) => void;

/** How a program is run. */
export interface RunOptions {
    /** It is told to stop after this time. */
    minutes: number;
    /** Added to this process's environment. Docker's own variables (DOCKER_HOST) are passed on. */
    env?: NodeJS.ProcessEnv;
    cwd?: string;
}

const execute = promisify(execFile);
/** How long a program that was told to stop may clean up behind itself. */
const graceMilliseconds = 20_000;

/**
 * Runs a program to its end. It ends with this process.
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
 * Does work that loads something from a network, and does it again where it fails: a download can hang or break, and
 * go through at the next try.
 *
 * @param attempt is told which try it is, from 1 on.
 * @throws what the last try threw.
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
