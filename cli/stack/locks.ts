import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { ToolError } from "../progress";

/** A Pulumi process's lock on a stack in a local state. */
export interface Lock {
    pid: number;
    username: string;
    hostname: string;
    timestamp: string;
}

/** The locks on a stack. */
export function readLocks(stateFolder: string, project: string, stack: string): Lock[] {
    const folder = join(stateFolder, ".pulumi/locks/organization", project, stack);
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
        .filter((file) => file.endsWith(".json"))
        .map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Lock);
}

/**
 * Tells locks that a killed run left from the lock of an active run.
 *
 * @param isPulumi whether a process of this machine is a Pulumi CLI. Default: asks the system.
 * @returns the time of the first abandoned lock; undefined when there is no lock.
 * @throws ToolError when a run is active on this machine, or may be active on another.
 */
export function abandonedSince(locks: Lock[], isPulumi = isPulumiProcess): Date | undefined {
    for (const lock of locks) {
        const where = `${lock.username} on ${lock.hostname}, process ${lock.pid}, since ${lock.timestamp}`;
        if (lock.hostname !== hostname()) {
            throw new ToolError(
                `The stack is locked by ${where}. If nothing is running there any more, \`npm run pulumi -- cancel --yes\` unlocks it.`,
            );
        }
        if (isPulumi(lock.pid))
            throw new ToolError(`Another run is active on the stack: ${where}. Wait until it ends.`);
    }
    const times = locks.map(({ timestamp }) => new Date(timestamp)).sort((a, b) => a.getTime() - b.getTime());
    return times[0];
}

function isPulumiProcess(pid: number): boolean {
    try {
        process.kill(pid, 0);
    } catch (error) {
        // Another user's process cannot be signalled, but is alive.
        if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
    }
    const stat = `/proc/${pid}/stat`;
    // Without /proc the process cannot be identified. One that was killed stays there, as Z, until its parent asks for its end.
    // A packager may have renamed it, as Nix does to .pulumi-wrapped.
    return (
        !existsSync("/proc/self") ||
        (existsSync(stat) && / \([^)]*pulumi[^)]*\) [^ZX] /.test(readFileSync(stat, "utf8")))
    );
}
