import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DockerEngine } from "../../../cli/docker-engine";
import { run } from "../../../cli/run";
import { DockerConnection } from "../../../engine/connection";

/** A Docker engine beside the machine's own that may be stopped, with all that runs on it. */
export class SecondEngine {
    private daemon: ChildProcess | undefined;
    private readonly relays: Server[] = [];

    private constructor(
        private readonly folder: string,
        /** Holds its network namespace: in that of the machine it would take docker0 away from the machine's own engine. */
        private readonly holder: ChildProcess,
    ) {}

    /** Starts it, without an image. */
    public static async open(folder: string): Promise<SecondEngine> {
        mkdirSync(folder);
        const hold = "ip link set lo up && exec sleep infinity";
        const holder = spawn("unshare", ["--net", "sh", "-c", hold], { env: withSbin, stdio: "ignore" });
        const engine = new SecondEngine(folder, holder);
        await engine.start();
        return engine;
    }

    /** As the project's tools know an engine. */
    public get docker(): DockerEngine {
        const host = `unix://${join(this.folder, "docker.sock")}`;
        return { host, version: "second", connection: new DockerConnection({ host }) };
    }

    /** Starts the daemon, and waits until it answers; again where it fails, as systemd does. */
    public async start(): Promise<void> {
        for (let attempt = 1; !(await this.attempt()); attempt++) {
            const log = readFileSync(join(this.folder, "dockerd.log"), "utf8");
            if (attempt === 8) throw new Error(log.slice(-3000));
            await sleep(2000);
        }
    }

    private async attempt(): Promise<boolean> {
        const log = openSync(join(this.folder, "dockerd.log"), "a");
        const roots = ["data-root", "exec-root"].map((name) => `--${name}=${join(this.folder, name)}`);
        const options = [`--host=${this.docker.host}`, `--pidfile=${join(this.folder, "pid")}`, ...roots];
        this.daemon = spawn("nsenter", [...this.inside, "dockerd", ...options], {
            env: withSbin,
            stdio: ["ignore", log, log],
        });
        closeSync(log);
        while (!(await this.answers())) {
            if (this.daemon.exitCode !== null || this.daemon.signalCode !== null) return false;
            await sleep(100);
        }
        return true;
    }

    /**
     * Ends the daemon.
     *
     * @param signal Default: the one with which it ends what runs on it.
     */
    public async end(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
        if (this.daemon === undefined || this.daemon.exitCode !== null || this.daemon.signalCode !== null) return;
        const ended = once(this.daemon, "exit");
        this.daemon.kill(signal);
        await ended;
    }

    /** Gives it images of the machine's engine. */
    public async load(images: string[]): Promise<void> {
        const command = `docker save ${images.join(" ")} | DOCKER_HOST=${this.docker.host} docker load`;
        await run("bash", ["-o", "pipefail", "-c", command]);
    }

    /** Makes a port of its side one of the machine. */
    public async relay(port: number): Promise<void> {
        const copy = `exec 3<>/dev/tcp/127.0.0.1/${port}; cat <&3 & cat >&3; kill %1`;
        const server = createServer((socket) => {
            const through = spawn("nsenter", [...this.inside, "bash", "-c", copy], {
                stdio: ["pipe", "pipe", "ignore"],
            });
            socket.on("error", () => through.kill());
            socket.on("close", () => through.kill());
            through.stdin.on("error", () => socket.destroy());
            through.on("exit", () => socket.end());
            socket.pipe(through.stdin);
            through.stdout.pipe(socket);
        });
        server.listen(port, "127.0.0.1");
        await once(server, "listening");
        this.relays.push(server);
    }

    /** Ends it; what was on it has to be removed before. */
    public async close(): Promise<void> {
        for (const server of this.relays) server.close();
        await this.end();
        this.holder.kill();
    }

    private get inside(): string[] {
        return [`--net=/proc/${this.holder.pid}/ns/net`, "--"];
    }

    private async answers(): Promise<boolean> {
        return await (await this.docker.connection.client()).ping().then(
            () => true,
            () => false,
        );
    }
}

const withSbin = { ...process.env, PATH: `${process.env.PATH ?? ""}:/usr/sbin:/sbin` };
