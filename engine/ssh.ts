import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { Agent, type ClientRequestArgs } from "node:http";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";

/** Most logins at once: by default (`MaxStartups 10:30:100`) a server drops some when ten are not finished. */
const loginsAtOnce = 6;

/**
 * The arguments for the ssh program, the same as those of Docker's own command, so that aliases, identity files, known
 * hosts and everything else in `~/.ssh/config` apply.
 *
 * Source: `connhelper` of docker/cli 28.5, which the provider uses too.
 *
 * @param url e.g. `ssh://user@host:22` or, for an engine with another socket, `ssh://host/run/user/1000/docker.sock`.
 * @param options additional options of ssh, e.g. `["-i", "/root/.ssh/docker"]`.
 */
export function sshArguments(url: URL, options: string[] = []): string[] {
    const path = decodeURIComponent(url.pathname);
    const socket = path.replaceAll("/", "") === "" ? [] : [quoted(`--host=unix://${path}`)];
    return [
        ...(url.username === "" ? [] : ["-l", decodeURIComponent(url.username)]),
        ...(url.port === "" ? [] : ["-p", url.port]),
        ...options,
        ...(options.join("").includes("ConnectTimeout") ? [] : ["-o", "ConnectTimeout=30"]),
        ...(options.includes("-T") ? [] : ["-T"]),
        "--",
        withoutBrackets(url.hostname),
        ["docker", ...socket, "system", "dial-stdio"].join(" "),
    ];
}

/** The host in a URL, where an address of IPv6 has brackets, as programs and the system take it. */
export function withoutBrackets(hostname: string): string {
    return hostname.replace(/^\[(.*)\]$/, "$1");
}

/** Quotes a text for the shell of the other machine, which parses the command. */
function quoted(text: string): string {
    return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Connects HTTP requests through the ssh program. Connections are reused; an idle one does not keep the process alive. */
export class SshAgent extends Agent {
    private loggingIn = 0;
    private readonly queue: (() => void)[] = [];

    constructor(private readonly sshArgs: string[]) {
        super({ keepAlive: true });
    }

    override createConnection(
        _options: ClientRequestArgs,
        connected?: (error: Error | null, stream: Duplex) => void,
    ): undefined {
        this.queue.push(() => {
            const stream = new SshStream(this.sshArgs, () => {
                this.loggingIn--;
                this.next();
            });
            connected?.(null, stream);
        });
        this.next();
    }

    private next(): void {
        if (this.loggingIn >= loginsAtOnce) return;
        const start = this.queue.shift();
        if (start === undefined) return;
        this.loggingIn++;
        start();
    }
}

/** A connection to an engine: the standard streams of an ssh process. */
class SshStream extends Duplex {
    private readonly ssh: ChildProcessWithoutNullStreams;
    private said = "";

    /** @param answered called once, at the first answer or when ssh ends. */
    constructor(
        private readonly sshArgs: string[],
        answered: () => void,
    ) {
        super({ allowHalfOpen: false });
        // Detached, and so without a terminal: ssh fails instead of asking for a password in the middle of an update.
        this.ssh = spawn("ssh", sshArgs, { stdio: "pipe", detached: true });
        const once = callOnce(answered);
        this.ssh.stdout.on("data", (chunk: Buffer) => {
            once();
            if (!this.push(chunk)) this.ssh.stdout.pause();
        });
        this.ssh.stderr.on("data", (chunk: Buffer) => (this.said = (this.said + chunk.toString()).slice(-2000)));
        this.ssh.stdin.on("error", () => undefined);
        this.ssh.once("error", (error) => this.destroy(new Error(`the ssh program cannot be run: ${error.message}`)));
        this.ssh.once("close", (code, signal) => {
            once();
            if (code === 0) this.push(null);
            else this.destroy(new Error(this.reason(code ?? signal)));
        });
    }

    override _read(): void {
        this.ssh.stdout.resume();
    }

    override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
        // Writing to an ssh that has ended fails; the reason comes when it closes.
        this.ssh.stdin.write(chunk, () => done());
    }

    /** Closes the writing half: the engine still answers after it has read everything. */
    override _final(done: () => void): void {
        this.ssh.stdin.end(() => done());
    }

    override _destroy(error: Error | null, done: (error: Error | null) => void): void {
        this.ssh.kill();
        done(error);
    }

    // An Agent calls these on a socket that it keeps for the next request.
    setKeepAlive(): this {
        return this;
    }
    setTimeout(): this {
        return this;
    }
    ref(): this {
        for (const part of this.parts()) part.ref();
        return this;
    }
    unref(): this {
        for (const part of this.parts()) part.unref();
        return this;
    }

    private parts(): { ref(): unknown; unref(): unknown }[] {
        const { stdin, stdout, stderr } = this.ssh;
        return [this.ssh, ...([stdin, stdout, stderr] as Socket[])];
    }

    private reason(ending: number | string | null): string {
        const host = this.sshArgs.at(-2);
        return `ssh to ${host} ended with ${ending}: ${this.said.trim() === "" ? "it said nothing" : this.said.trim()}`;
    }
}

function callOnce(work: () => void): () => void {
    let done = false;
    return () => {
        if (!done) work();
        done = true;
    };
}
