import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DockerConnection } from "../../engine/connection";
import { logFolder } from "../folders";
import { type Progress, ToolError } from "../progress";
import { run } from "../run";

/** The paths and options of a Docker daemon. */
export interface Daemon {
    socket: string;
    pidFile: string;
    /** State of running containers, and of containerd. */
    execRoot: string;
    log: string;
    /** Further options of dockerd. */
    options: string[];
    /** Seconds it has to answer. */
    patience: number;
}

/** The daemon with its default paths and no options. */
export const defaultDaemon: Daemon = {
    socket: "/var/run/docker.sock",
    pidFile: "/var/run/docker.pid",
    execRoot: "/var/run/docker",
    log: join(logFolder(), "dockerd.log"),
    options: [],
    patience: 90,
};

/**
 * Starts the Docker engine: through systemd if the machine runs it, else directly. Cleans up after a killed daemon.
 *
 * @throws ToolError with the last lines of its log when it does not answer in time.
 */
export async function startDaemon(progress: Progress, daemon = defaultDaemon): Promise<void> {
    if (existsSync("/run/systemd/system") && daemon === defaultDaemon) {
        progress("starting Docker with systemd");
        await run("systemctl", ["start", "docker"]);
        return await untilItAnswers(daemon, () => undefined);
    }
    if (clearStalePid(daemon.pidFile, "dockerd")) {
        progress("a Docker engine is starting up or stuck; waiting for it");
        return await untilItAnswers(daemon, () => undefined);
    }
    clearStalePid(join(daemon.execRoot, "containerd/containerd.pid"), "containerd");
    await mountCgroups(progress);
    progress(`starting Docker; its log is ${daemon.log}`);
    const { exitCode } = launch(daemon);
    await untilItAnswers(daemon, exitCode);
}

/** Starts the daemon so that it outlives this process. */
function launch(daemon: Daemon): { exitCode: () => number | string | undefined } {
    mkdirSync(dirname(daemon.log), { recursive: true });
    rmSync(daemon.log, { force: true });
    const log = openSync(daemon.log, "a", 0o600);
    // Containers inherit the daemon's limit of open files, and a shell's own limit is too low.
    const child = spawn(
        "/bin/sh",
        ["-c", 'ulimit -n "$(ulimit -Hn)"; exec dockerd "$@"', "dockerd", ...optionsOf(daemon)],
        {
            detached: true,
            stdio: ["ignore", log, log],
            env: { ...process.env, PATH: `${process.env.PATH ?? ""}:/usr/local/sbin:/usr/sbin:/sbin` },
        },
    );
    closeSync(log);
    child.unref();
    let ended: number | string | undefined;
    child.once("error", (error) => (ended = error.message));
    child.once("exit", (code, signal) => (ended = code ?? signal ?? "unknown"));
    return { exitCode: () => ended };
}

function optionsOf(daemon: Daemon): string[] {
    if (daemon === defaultDaemon) return [];
    return [
        `--host=unix://${daemon.socket}`,
        `--pidfile=${daemon.pidFile}`,
        `--exec-root=${daemon.execRoot}`,
        ...daemon.options,
    ];
}

async function untilItAnswers(daemon: Daemon, exitCode: () => number | string | undefined): Promise<void> {
    const deadline = Date.now() + daemon.patience * 1000;
    for (;;) {
        if (existsSync(daemon.socket) && (await answers(daemon.socket))) return;
        const ended = exitCode();
        if (ended !== undefined)
            throw new ToolError(`The Docker engine exited with ${ended}. ${lastLines(daemon.log)}`);
        if (Date.now() > deadline) {
            throw new ToolError(
                `The Docker engine did not answer within ${daemon.patience} seconds. ${lastLines(daemon.log)}`,
            );
        }
        await sleep(250);
    }
}

async function answers(socket: string): Promise<boolean> {
    const engine = await new DockerConnection({ host: `unix://${socket}` }).client();
    const answer = engine.ping().then(
        () => true,
        () => false,
    );
    return await Promise.race([answer, sleep(5000, false, { ref: false })]);
}

/**
 * Removes a stale pid file, whose process is gone or whose number now belongs to another program: the daemon would refuse
 * to start.
 *
 * @returns true when the process is alive and is the named program.
 */
export function clearStalePid(file: string, program: string): boolean {
    if (!existsSync(file)) return false;
    const pid = readFileSync(file, "utf8").trim();
    if (/^\d+$/.test(pid) && programOf(pid) === program) return true;
    rmSync(file);
    return false;
}

/** The name of a process's program; undefined when the process is gone or a zombie. */
function programOf(pid: string): string | undefined {
    try {
        const [, program, state] = /^\d+ \((.*)\) (\S)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
        return state === "Z" || state === "X" ? undefined : program;
    } catch {
        return undefined;
    }
}

/** The end of a log, or where to look when there is none. */
function lastLines(log: string): string {
    if (!existsSync(log) || statSync(log).size === 0)
        return "See `journalctl -u docker` or /var/log/docker.log for the cause.";
    const lines = readFileSync(log, "utf8")
        .trimEnd()
        .split("\n")
        .filter((line) => !/ level=(info|debug) /.test(line))
        .slice(-10);
    return [`The end of ${log}:`, ...lines].join("\n    ");
}

/** The cgroup controllers that Docker needs to start. */
const neededControllers = ["cpu", "memory", "devices", "pids"];

/**
 * Mounts the control groups if the machine's init has not done so. Docker needs them, and only a full init mounts them.
 *
 * @throws ToolError when they cannot be mounted.
 */
export async function mountCgroups(progress: Progress): Promise<void> {
    if (!existsSync("/sys/fs/cgroup") || hasCgroups(readFileSync("/proc/self/mounts", "utf8"))) return;
    progress("mounting the control groups");
    // cgroupfs-mount is Debian's own way, recommended by its docker.io package. Elsewhere: the kernel's current interface.
    if (existsSync("/usr/bin/cgroupfs-mount")) await run("/usr/bin/cgroupfs-mount", []);
    else await run("mount", ["-t", "cgroup2", "none", "/sys/fs/cgroup"]);
}

/** Whether a list of mounts has the controllers that Docker needs, in version 1 or 2 of the interface. */
export function hasCgroups(mounts: string): boolean {
    const lines = mounts.split("\n").map((line) => line.split(" "));
    if (lines.some(([, path, type]) => type === "cgroup2" && path === "/sys/fs/cgroup")) return true;
    const controllers = lines
        .filter(([, , type]) => type === "cgroup")
        .flatMap(([, , , options]) => (options ?? "").split(","));
    return neededControllers.every((controller) => controllers.includes(controller));
}

/** Wait for another running package manager instead of failing, and give up on a mirror that hangs. */
const aptOptions = ["-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=3", "-o", "Acquire::http::Timeout=60"];

/**
 * Installs Debian's docker.io with its recommended packages, which include cgroup mounts and AppArmor's parser.
 *
 * @throws ToolError with the package manager's last lines.
 */
export async function installDocker(progress: Progress): Promise<void> {
    progress("Docker is not installed: installing docker.io with apt-get");
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
