import { spawn } from "node:child_process";

/** What a finished command said. */
export interface Finished {
    code: number;
    stdout: string;
    stderr: string;
}

// The code of a command that a signal ended.
const stopped = 137;
// How long a command that was told to stop may clean up behind itself.
const graceMilliseconds = 20_000;

/** Runs a command to its end, or stops it after `minutes`. Docker's own variables (DOCKER_HOST) are passed on. */
export function run(
    command: string,
    args: string[],
    minutes: number,
    environment: NodeJS.ProcessEnv = {},
): Promise<Finished> {
    return new Promise((resolve, reject) => {
        const child = spawn(command, args, {
            stdio: ["ignore", "pipe", "pipe"],
            env: { ...process.env, ...environment },
        });
        const timers = [
            setTimeout(() => child.kill("SIGTERM"), minutes * 60_000),
            setTimeout(() => child.kill("SIGKILL"), minutes * 60_000 + graceMilliseconds),
        ];
        const output = { stdout: "", stderr: "" };
        child.stdout.on("data", (chunk: Buffer) => {
            output.stdout += chunk.toString("utf8");
        });
        child.stderr.on("data", (chunk: Buffer) => {
            output.stderr += chunk.toString("utf8");
        });
        const end = (settle: () => void) => {
            timers.forEach(clearTimeout);
            settle();
        };
        child.on("error", (error: NodeJS.ErrnoException) => {
            const missing = error.code === "ENOENT" ? new Error(`${command} is not installed, or not on PATH`) : error;
            end(() => reject(missing));
        });
        child.on("close", (code) => end(() => resolve({ ...output, code: code ?? stopped })));
    });
}

/** Runs a command that has to succeed and returns what it printed. */
export async function runOrFail(
    command: string,
    args: string[],
    minutes: number,
    environment: NodeJS.ProcessEnv = {},
): Promise<string> {
    const { code, stdout, stderr } = await run(command, args, minutes, environment);
    if (code === 0) return stdout;
    const ending = code === stopped ? `did not end within ${minutes} minutes` : `ended with ${code}`;
    throw new Error(
        `${command} ${args[0] ?? ""} ${ending}:\n${(stderr === "" ? stdout : stderr).trim().split("\n").slice(-15).join("\n")}`,
    );
}

/** True where Docker has an image of this name and tag. */
export async function hasImage(image: string): Promise<boolean> {
    const { code, stderr } = await run("docker", ["image", "inspect", "--format", "{{.Id}}", image], 1);
    if (code !== 0 && !/no such image/i.test(stderr)) throw new Error(`Docker does not answer: ${stderr.trim()}`);
    return code === 0;
}
