import { expect } from "chai";
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { pulumiVariables } from "../../../cli/workplace";
import type { StackUnderTest } from "./stack-under-test";

/** Runs an update, and kills it with everything in its process group as soon as the moment has come. */
export async function killedUp({ opened }: StackUnderTest, hasCome: () => Promise<boolean>): Promise<void> {
    const { stack, workplace } = opened;
    const args = ["up", "--yes", "--skip-preview", "--non-interactive", "--stack", stack.name];
    const child = spawn(workplace.pulumi.command.command, args, {
        cwd: stack.workspace.workDir,
        env: { ...process.env, ...pulumiVariables(workplace) },
        stdio: "ignore",
        detached: true,
    });
    const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once("close", (_, signal) => resolve(signal)));
    while (child.exitCode === null && !(await hasCome())) await sleep(100);
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
    expect(await ended, "the update was over before the moment came").to.equal("SIGKILL");
}
