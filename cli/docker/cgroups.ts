import { existsSync, readFileSync } from "node:fs";
import type { Progress } from "../progress";
import { run } from "../run";

/** Controllers without which Docker refuses to start. */
const needed = ["cpu", "memory", "devices", "pids"];

/**
 * Mounts the control groups where the machine's init has not: Docker needs them, and only a full init brings them.
 *
 * @throws ToolError when they cannot be mounted.
 */
export async function mountCgroups(progress: Progress): Promise<void> {
    if (!existsSync("/sys/fs/cgroup") || hasCgroups(readFileSync("/proc/self/mounts", "utf8"))) return;
    progress("mounting the control groups");
    // Debian's own way, which docker.io recommends; elsewhere the kernel's current interface.
    if (existsSync("/usr/bin/cgroupfs-mount")) await run("/usr/bin/cgroupfs-mount", []);
    else await run("mount", ["-t", "cgroup2", "none", "/sys/fs/cgroup"]);
}

/** Whether a list of mounts has the controllers that Docker needs, in either version of the interface. */
export function hasCgroups(mounts: string): boolean {
    const lines = mounts.split("\n").map((line) => line.split(" "));
    if (lines.some(([, path, type]) => type === "cgroup2" && path === "/sys/fs/cgroup")) return true;
    const controllers = lines
        .filter(([, , type]) => type === "cgroup")
        .flatMap(([, , , options]) => (options ?? "").split(","));
    return needed.every((controller) => controllers.includes(controller));
}
