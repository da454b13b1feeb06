import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { installPackage } from "../../../cli/docker/dockerd";
import { run } from "../../../cli/run";
import { freePorts } from "./ports";

/** An SSH server of this machine, with keys of its own. */
export interface Sshd {
    port: number;
    /** A user's private key that it accepts. */
    identity: string;
    /** A configuration of ssh, in which the server goes by an alias. */
    configuration: (changes?: Record<string, string>) => string;
    close: () => Promise<void>;
}

/** The server's alias. */
export const alias = "the-server";

const program = "/usr/sbin/sshd";

/**
 * Starts an SSH server of this machine, with sftp; it turns the ninth login away that is not through, as any turns some away.
 *
 * @param address on which it listens. Default: the loopback.
 */
export async function startSshd(folder: string, address = "127.0.0.1"): Promise<Sshd> {
    if (!existsSync(program)) await installPackage("openssh-server", console.log);
    mkdirSync("/run/sshd", { recursive: true });
    const [port = 0] = await freePorts(1);
    const path = (name: string) => join(folder, name);
    for (const name of ["host", "user", "stranger"])
        await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path(name)]);
    const publicKey = (name: string) => readFileSync(path(`${name}.pub`), "utf8");
    writeFileSync(path("known_hosts"), `[${address}]:${port} ${publicKey("host")}`);
    writeFileSync(path("other_hosts"), `[${address}]:${port} ${publicKey("stranger")}`);
    const settings = {
        ListenAddress: address,
        Port: String(port),
        HostKey: path("host"),
        AuthorizedKeysFile: path("user.pub"),
        PidFile: "none",
        StrictModes: "no",
        UsePAM: "no",
        Subsystem: "sftp internal-sftp",
        PasswordAuthentication: "no",
        MaxStartups: "8:100:8",
    };
    writeFileSync(path("sshd_config"), lines(settings));
    const server = spawn(program, ["-D", "-e", "-f", path("sshd_config")], { stdio: ["ignore", "ignore", "pipe"] });
    await listens(server);
    let files = 0;
    return {
        port,
        identity: path("user"),
        configuration: (changes) => {
            const file = path(`config-${++files}`);
            const client = {
                HostName: address,
                Port: String(port),
                User: userInfo().username,
                IdentityFile: path("user"),
                IdentitiesOnly: "yes",
                UserKnownHostsFile: path("known_hosts"),
                ...changes,
            };
            writeFileSync(file, `Host ${alias}\n${lines(client)}`);
            return file;
        },
        close: () => ended(server),
    };
}

/** Ends a process of the test's own, and waits for its end. */
export async function ended(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    await new Promise((resolve) => {
        child.once("exit", resolve);
        child.kill();
    });
}

async function listens(server: ChildProcess): Promise<void> {
    let said = "";
    await new Promise<void>((resolve, reject) => {
        server.stderr?.on("data", (chunk: Buffer) => {
            said += chunk.toString();
            if (said.includes("Server listening")) resolve();
        });
        server.once("exit", (code) => reject(new Error(`sshd ended with ${code}: ${said}`)));
    });
}

function lines(settings: Record<string, string>): string {
    return Object.entries(settings)
        .map(([key, value]) => `${key} ${value}\n`)
        .join("");
}
