import { once } from "node:events";
import { buffer } from "node:stream/consumers";
import type Docker from "dockerode";

/**
 * The last lines that a container printed, both streams in order, with every given secret redacted.
 *
 * @param telling which lines count. Default: all.
 */
export async function lastLogLines(
    container: Docker.Container,
    secrets: string[],
    lines = 15,
    telling?: RegExp,
): Promise<string> {
    return await lastLines((tail) => printed(container, { tail }), secrets, lines, telling);
}

/**
 * The same of what anything else printed.
 *
 * @param read its last lines, so many.
 */
export async function lastLines(
    read: (tail: number) => Promise<string>,
    secrets: string[],
    lines: number,
    telling?: RegExp,
): Promise<string> {
    const all = redact(await read(telling === undefined ? lines : 1000), secrets).trimEnd();
    if (telling === undefined) return all;
    const told = all.split("\n").filter((line) => telling.test(line));
    return told.slice(-lines).join("\n");
}

/**
 * What a container printed since a time.
 *
 * @param seconds since the epoch.
 */
export function logSince(container: Docker.Container, seconds: number): Promise<string> {
    return printed(container, { since: Math.floor(seconds), tail: 200 });
}

async function printed(container: Docker.Container, part: { since?: number; tail: number }): Promise<string> {
    const { Tty } = (await container.inspect()).Config;
    const raw = await container.logs({ stdout: true, stderr: true, ...part });
    return Tty ? raw.toString() : demultiplex(raw);
}

/** Reads Docker's framed stream: a header of 8 bytes (stream, three zeros, length), then as many bytes of text as it says. */
export function demultiplex(raw: Buffer): string {
    const parts: Buffer[] = [];
    for (let at = 0; at + 8 <= raw.length;) {
        const length = raw.readUInt32BE(at + 4);
        parts.push(raw.subarray(at + 8, at + 8 + length));
        at += 8 + length;
    }
    return Buffer.concat(parts).toString();
}

/** Redacts each secret, longest first: as it is, URL-encoded, in base64, in JSON, and in quotes of SQL and YAML. */
export function redact(text: string, secrets: string[]): string {
    const forms = secrets
        .map((secret) => secret.trim())
        .filter((secret) => secret.length > 0)
        .flatMap((secret) => [
            secret,
            encodeURIComponent(secret),
            Buffer.from(secret).toString("base64"),
            JSON.stringify(secret).slice(1, -1),
            secret.replaceAll("'", "''"),
        ]);
    return [...new Set(forms)]
        .sort((a, b) => b.length - a.length)
        .reduce((shown, form) => shown.replaceAll(form, "[secret]"), text);
}

/**
 * Runs a command inside a running container and returns its exit code and what it printed.
 *
 * @param line what it reads on standard input, which stays open. Default: nothing.
 * @param seconds after which nobody waits any longer; the exit code is then -1. Default: no limit.
 */
export async function execute(
    container: Docker.Container,
    command: string[],
    line?: string,
    seconds?: number,
): Promise<{ code: number; output: string }> {
    const asked = { Cmd: command, AttachStdout: true, AttachStderr: true };
    const exec = await container.exec(line === undefined ? asked : { ...asked, AttachStdin: true });
    const stream = await exec.start({ hijack: true, stdin: line !== undefined });
    if (line !== undefined) stream.write(`${line}\n`);
    const late = (error: Error) => {
        // Its connection would keep the program alive.
        stream.destroy();
        return error.message;
    };
    const limit = seconds === undefined ? [] : [silence(seconds).catch(late)];
    const printed = await Promise.race([buffer(stream), ...limit]);
    if (typeof printed === "string") return { code: -1, output: printed };
    const { ExitCode } = await exec.inspect();
    return { code: ExitCode ?? -1, output: demultiplex(printed) };
}

/** Fails after so many seconds. */
export async function silence(seconds: number): Promise<never> {
    await once(AbortSignal.timeout(seconds * 1000), "abort");
    throw new Error(`no answer within ${seconds} seconds`);
}
