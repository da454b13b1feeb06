import { run } from "../run";
import type { Progress } from "../progress";

/** Waits for another package manager instead of failing, and gives a hung mirror up. */
const aptOptions = ["-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=3", "-o", "Acquire::http::Timeout=60"];

/**
 * Installs Debian's docker.io, with what it recommends: cgroup mounts and AppArmor's parser are among that.
 *
 * @throws ToolError with the package manager's last lines.
 */
export async function installDocker(progress: Progress): Promise<void> {
    progress("no Docker here: installing docker.io with apt-get");
    await installPackage("docker.io", progress);
}

/** Installs a package of Debian or Ubuntu. */
export async function installPackage(name: string, progress: Progress): Promise<void> {
    const env = { DEBIAN_FRONTEND: "noninteractive", NEEDRESTART_SUSPEND: "1" };
    await run("apt-get", [...aptOptions, "update"], { env });
    await run("apt-get", [...aptOptions, "install", "-y", name], {
        env,
        onLine: (line) => {
            if (line.startsWith("Need to get") || line.startsWith(`Setting up ${name}`)) progress(line);
        },
    });
}
