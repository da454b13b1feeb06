import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DockerEngine } from "../../../cli/docker-engine";
import { run } from "../../../cli/run";
import { DockerConnection } from "../../../engine/connection";

/** What a machine differs in. */
export interface MachineOptions {
    /** Its host name. */
    name: string;
    /** Further options of its dockerd. Default: none. */
    options?: string[];
    /** Descriptor of a socket that listens on this side, handed to dockerd as systemd does. Default: one in the machine's folder. */
    socket?: number;
    /** Connects it to others, each time that it is turned on. Default: it has the loopback only. */
    connect?: (pid: number) => Promise<unknown>;
}

/**
 * A machine beside this one, with a Docker engine: namespaces of its own, so that it touches neither the engine of this machine nor
 * its network. They end with all that is in them, processes, mounts and interfaces, and at the latest with this process.
 */
export class Machine {
    private holder: ChildProcess | undefined;
    private daemon: ChildProcess | undefined;
    private readonly relays: ChildProcess[] = [];

    /**
     * @param folder its disk.
     */
    public constructor(
        private readonly folder: string,
        private readonly args: MachineOptions,
    ) {}

    /** Its engine, as the project's tools know one. */
    public get docker(): DockerEngine {
        const host = `unix://${join(this.folder, "docker.sock")}`;
        return { host, version: this.args.name, connection: new DockerConnection({ host }) };
    }

    /** Whether it is on, and its engine runs. */
    public get isOn(): boolean {
        return this.holder !== undefined && this.daemon?.exitCode === null && this.daemon.signalCode === null;
    }

    /** Turns it on, and starts its engine; where it is on, only the engine. */
    public async start(): Promise<void> {
        if (this.holder === undefined) {
            clearGroups(this.args.name);
            mkdirSync(this.folder, { recursive: true });
            // Its own /run is empty, as after a boot: what belongs to this machine's engine, to containerd and systemd is not there.
            const boot = `hostname ${this.args.name} && ip link set lo up && mount -t tmpfs none /run`;
            this.holder = await hold(["--fork", "--kill-child", "--pid", "--uts", "--mount", "--mount-proc"], boot);
            await this.args.connect?.(pidOf(this.holder));
        }
        // As systemd does where it fails, e.g. since what ran on it has not ended yet.
        for (let attempt = 1; !(await this.attempt()); attempt++) {
            if (attempt === 8) throw new Error(this.log.slice(-3000));
            await sleep(2000);
        }
    }

    /** Ends its engine, and with it what runs on it. */
    public async end(): Promise<void> {
        await this.signalEngine("TERM");
    }

    /** Kills its engine; what runs on it goes on. */
    public async killEngine(): Promise<void> {
        await this.signalEngine("KILL");
    }

    /** Turns it off at once, as a power cut does. */
    public async lose(): Promise<void> {
        if (this.holder === undefined) return;
        const gone = once(this.holder, "exit");
        const pid = pidOf(this.holder);
        // The first process of its namespace, with which the kernel ends all others.
        process.kill(Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")), "SIGKILL");
        await gone;
        this.holder = undefined;
    }

    /** Turns it off for good, and removes its disk. */
    public async close(): Promise<void> {
        await this.lose();
        rmSync(this.folder, { recursive: true, force: true });
        clearGroups(this.args.name);
    }

    /** Gives it images of the machine's engine. */
    public async load(images: string[]): Promise<void> {
        const command = `docker save ${images.join(" ")} | DOCKER_HOST=${this.docker.host} docker load`;
        await run("bash", ["-o", "pipefail", "-c", command]);
    }

    /**
     * Gives it the images of another, before it is turned on: quicker than loading them once more.
     *
     * Both have the driver overlay2, whose layers are folders with files that nothing changes.
     */
    public async share(other: Machine): Promise<void> {
        const folders = ["image", "overlay2"].map((name) => join(other.disk, name));
        mkdirSync(this.disk, { recursive: true });
        await run("cp", ["-al", ...folders, this.disk]);
    }

    /** Runs a command on it, and returns what it printed. */
    public async inside(...command: string[]): Promise<string> {
        return await run("nsenter", [...this.entered, ...command], { env: withSbin });
    }

    /**
     * Makes a port of its side one of this machine, until it is turned off.
     *
     * @param host as its side knows it. Default: the loopback.
     * @param container whose network its side is, and which it ends with. Default: the machine itself.
     */
    public async relay(port: number, host = "127.0.0.1", at = port, container?: string): Promise<void> {
        const { socket, close } = await listen(port);
        const enter =
            container === undefined ? [] : ["nsenter", "--net", "--pid", "--target", await this.pidIn(container), "--"];
        const relay = [process.execPath, join(__dirname, "relay.mjs"), host, String(at)];
        // A group of its own, since nsenter does not hand on what ends it.
        const options = { env: withSbin, detached: true };
        const stdio = ["ignore" as const, "inherit" as const, "inherit" as const, socket];
        this.relays.push(spawn("nsenter", [...this.entered, ...enter, ...relay], { ...options, stdio }));
        close();
    }

    /** Frees the ports of this machine that lead to it. */
    public async endRelays(): Promise<void> {
        for (const relay of this.relays.splice(0)) {
            if (relay.exitCode !== null || relay.signalCode !== null) continue;
            const ended = once(relay, "exit");
            process.kill(-pidOf(relay), "SIGKILL");
            await ended;
        }
    }

    private async signalEngine(signal: string): Promise<void> {
        if (!this.isOn || this.daemon === undefined) return;
        const ended = once(this.daemon, "exit");
        await this.inside("sh", "-c", `kill -${signal} "$(cat /run/docker.pid)"`);
        await ended;
    }

    private async pidIn(container: string): Promise<string> {
        const { State } = await (await this.docker.connection.client()).getContainer(container).inspect();
        return String(State.Pid);
    }

    private get disk(): string {
        return join(this.folder, "data");
    }

    private get log(): string {
        const path = join(this.folder, "dockerd.log");
        return existsSync(path) ? readFileSync(path, "utf8") : "";
    }

    private get entered(): string[] {
        const pid = pidOf(this.holder);
        const kinds = ["net", "uts", "mount"].map((kind) => `--${kind}`);
        return ["--target", String(pid), ...kinds, `--pid=/proc/${pid}/ns/pid_for_children`, "--"];
    }

    private async attempt(): Promise<boolean> {
        const { name, options = [], socket } = this.args;
        const before = this.log.length;
        const log = openSync(join(this.folder, "dockerd.log"), "a");
        const own = [`--data-root=${this.disk}`, `--cgroup-parent=${groupOf(name)}`];
        const host = socket === undefined ? this.docker.host : "fd://";
        const start = ["sh", "-c", 'exec env LISTEN_PID=$$ dockerd "$@"', "dockerd", `--host=${host}`];
        this.daemon = spawn("nsenter", [...this.entered, ...start, ...own, ...options], {
            env: { ...withSbin, LISTEN_FDS: "1" },
            stdio: ["ignore", log, log, ...(socket === undefined ? [] : [socket])],
        });
        closeSync(log);
        const end = Date.now() + 120_000;
        while (!this.log.slice(before).includes("API listen on")) {
            if (!this.isOn) return false;
            if (Date.now() > end) throw new Error(`${name} has no engine after two minutes:\n${this.log.slice(-3000)}`);
            await sleep(100);
        }
        return true;
    }
}

/**
 * Makes namespaces, and holds them; a network namespace is one of them.
 *
 * @param kinds of unshare, e.g. `--uts`.
 * @param boot a command of the shell that makes them ready.
 */
export async function hold(kinds: string[], boot: string): Promise<ChildProcess> {
    // Orphans of a machine have to vanish when they end, and nobody else asks for their end; dash ignores no such trap.
    const stay = `${boot} && echo on && exec env --ignore-signal=CHLD sleep infinity`;
    const args = ["--pdeathsig", "KILL", "unshare", "--net", ...kinds, "sh", "-c", stay];
    const holder = spawn("setpriv", args, { env: withSbin, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    holder.stderr.on("data", (text: Buffer) => (said += text.toString()));
    await new Promise<void>((resolve, reject) => {
        holder.stdout.once("data", () => resolve());
        holder.once("exit", (code) => reject(new Error(`no namespaces can be made here (${code}): ${said}`)));
    });
    return holder;
}

/** A socket that listens on the loopback of this machine, for a process of another. */
export async function listen(port: number): Promise<{ port: number; socket: number; close: () => void }> {
    const listener = createServer();
    await new Promise<void>((resolve, reject) => {
        listener.once("error", reject);
        listener.listen(port, "127.0.0.1", resolve);
    });
    const { _handle: handle } = listener as unknown as { _handle: { fd: number } };
    const address = listener.address() as { port: number };
    return { port: address.port, socket: handle.fd, close: () => listener.close() };
}

/** The PATH of root: a user's may lack sbin. */
export const withSbin = { ...process.env, PATH: `${process.env.PATH ?? ""}:/usr/sbin:/sbin` };

export function pidOf(holder: ChildProcess | undefined): number {
    if (holder?.pid === undefined) throw new Error("the machine is off");
    return holder.pid;
}

/** The control group of what runs on a machine: those of a machine that is off are empty, and nothing else removes them. */
function groupOf(name: string): string {
    return `/authentik-stack-${name}`;
}

function clearGroups(name: string): void {
    const root = "/sys/fs/cgroup";
    const hierarchies = [root, ...readdirSync(root).map((controller) => join(root, controller))];
    for (const hierarchy of hierarchies) removeGroup(join(hierarchy, groupOf(name)));
}

/** The files in one are not removed, they go with it. */
function removeGroup(path: string): void {
    if (!existsSync(path)) return;
    for (const entry of readdirSync(path, { withFileTypes: true }))
        if (entry.isDirectory()) removeGroup(join(path, entry.name));
    rmdirSync(path);
}
