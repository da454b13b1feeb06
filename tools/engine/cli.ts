import { spawn } from "node:child_process";
import { environmentOf, projectRoot, type Workplace } from "../environment";
import { run } from "../run";

/**
 * Runs a command of the Pulumi CLI that the Automation API does not have.
 *
 * @returns what it printed on standard output.
 */
export async function runPulumi(workplace: Workplace, args: string[]): Promise<string> {
    const env = environmentOf(workplace);
    return await run(workplace.pulumi.command.command, [...args, "--non-interactive"], { cwd: projectRoot, env });
}

/** Runs the Pulumi CLI on this terminal and returns its exit code. */
export async function attachPulumi(workplace: Workplace, args: string[]): Promise<number> {
    const child = spawn(workplace.pulumi.command.command, args, {
        cwd: projectRoot,
        env: { ...process.env, ...environmentOf(workplace) },
        stdio: "inherit",
    });
    // The terminal sends an interrupt to the CLI as well, which decides what to do.
    process.on("SIGINT", () => undefined);
    return await new Promise((resolve, reject) => {
        child.once("error", reject);
        child.once("close", (code) => resolve(code ?? 1));
    });
}
