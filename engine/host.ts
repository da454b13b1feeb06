import type Docker from "dockerode";

/**
 * Connects to the Docker engine that the provider uses, for what the provider cannot do: watching a start, running a
 * job to its exit code, commands inside a container.
 *
 * @param host the provider's `docker:host`, e.g. `unix:///var/run/docker.sock` or `ssh://user@host`. Default: DOCKER_HOST,
 *   or the local engine.
 */
export async function connect(host: string | undefined): Promise<Docker> {
    // Loaded when it is used: a preview uses it never, and it takes a fifth of a second.
    const { default: Docker } = await import("dockerode");
    if (host === undefined) return new Docker();
    const url = new URL(host);
    if (url.protocol === "unix:") return new Docker({ ...nowhere, socketPath: url.pathname });
    const protocol = url.protocol === "ssh:" ? "ssh" : "http";
    return new Docker({
        ...nowhere,
        host: url.hostname,
        port: url.port === "" ? (protocol === "ssh" ? 22 : 2375) : Number(url.port),
        protocol,
        ...(url.username === "" ? {} : { username: url.username }),
        ...(protocol === "ssh" ? { sshOptions: { agent: process.env.SSH_AUTH_SOCK } } : {}),
    });
}

// Otherwise the client would take what is not given from DOCKER_HOST, and talk to another engine than the provider.
const nowhere = { host: undefined, port: undefined, protocol: undefined, socketPath: undefined };

/** The last lines a container printed, both streams in order, with every given secret blotted out. */
export async function lastLogLines(container: Docker.Container, secrets: string[], lines = 15): Promise<string> {
    const { Tty } = (await container.inspect()).Config;
    const raw = await container.logs({ stdout: true, stderr: true, tail: lines });
    return redact(Tty ? raw.toString() : demultiplex(raw), secrets).trimEnd();
}

/** Splits Docker's framed stream: 8 bytes of header (stream, three zeros, length), then so many bytes of text. */
export function demultiplex(raw: Buffer): string {
    const parts: Buffer[] = [];
    for (let at = 0; at + 8 <= raw.length;) {
        const length = raw.readUInt32BE(at + 4);
        parts.push(raw.subarray(at + 8, at + 8 + length));
        at += 8 + length;
    }
    return Buffer.concat(parts).toString();
}

/** Blots out each secret, longest first, in clear, URL-encoded and base64. */
export function redact(text: string, secrets: string[]): string {
    const forms = secrets
        .map((secret) => secret.trim())
        .filter((secret) => secret.length > 0)
        .flatMap((secret) => [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64")]);
    return [...new Set(forms)]
        .sort((a, b) => b.length - a.length)
        .reduce((shown, form) => shown.replaceAll(form, "[secret]"), text);
}

/** A command to run inside a container. */
export interface ContainerCommand {
    command: string[];
    /** Default: the container's own user. */
    user?: string;
    /** What the command reads. Default: nothing. */
    stdin?: string;
}

/** Runs a command inside a running container and returns its exit code and what it printed. */
export async function execute(
    container: Docker.Container,
    { command, user, stdin }: ContainerCommand,
): Promise<{ code: number; output: string }> {
    const streams = { AttachStdin: stdin !== undefined, AttachStdout: true, AttachStderr: true };
    const exec = await container.exec({ Cmd: command, ...(user === undefined ? {} : { User: user }), ...streams });
    const stream = await exec.start({ hijack: true, stdin: stdin !== undefined });
    if (stdin !== undefined) stream.end(stdin);
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(Buffer.from(chunk as Buffer));
    const { ExitCode } = await exec.inspect();
    return { code: ExitCode ?? -1, output: demultiplex(Buffer.concat(chunks)) };
}
