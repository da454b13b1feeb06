import { spawn } from "node:child_process";
import { pulumiVariables, type OpenStack, projectRoot, type Workplace } from "../workplace";
import { run } from "../run";

/**
 * Runs a command of the Pulumi CLI that the Automation API does not have.
 *
 * @param cwd folder of the program. Default: the project's.
 * @param input what it reads on standard input. Default: nothing.
 * @returns what it printed on standard output.
 */
export async function runPulumi(
    workplace: Workplace,
    args: string[],
    cwd = projectRoot,
    input?: string,
): Promise<string> {
    const env = pulumiVariables(workplace);
    return await run(workplace.pulumi.command.command, [...args, "--non-interactive"], { cwd, env, input });
}

/**
 * The outputs of a stack.
 *
 * @param showSecrets Default: false, which shows each secret, also one inside an object, as `[secret]`.
 */
export async function readOutputs(
    { stack, workplace }: OpenStack,
    showSecrets = false,
): Promise<Record<string, unknown>> {
    const args = ["stack", "output", "--json", "--stack", stack.name, ...(showSecrets ? ["--show-secrets"] : [])];
    return JSON.parse(await runPulumi(workplace, args)) as Record<string, unknown>;
}

/** Runs the Pulumi CLI on this terminal and returns its exit code. */
export async function attachPulumi(workplace: Workplace, args: string[]): Promise<number> {
    const child = spawn(workplace.pulumi.command.command, args, {
        cwd: projectRoot,
        env: { ...process.env, ...pulumiVariables(workplace) },
        stdio: "inherit",
    });
    // Whoever interrupts this program means the CLI too, and mostly tells its whole group, as a terminal does. The CLI decides what to
    // do; a second signal would make it abandon what is under way, so none is handed on.
    process.on("SIGINT", () => undefined);
    return await new Promise((resolve, reject) => {
        child.once("error", reject);
        child.once("close", (code) => resolve(code ?? 1));
    });
}
