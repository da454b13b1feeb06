import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { type Exec, routesOf } from "./engine-routes";
import { type Archived, framed } from "./engine-wire";

/** The state of a container, as its inspection shows it. */
export interface State {
    Status: string;
    ExitCode?: number;
    OOMKilled?: boolean;
    /** How often it was restarted. Default: never. */
    restarts?: number;
    /** Ports of the host that it publishes. Default: none. */
    ports?: number[];
}

/** What containers do; functions are given how often they were asked before. */
export interface Behaviour {
    /** Default: running. */
    state?: (looks: number) => State;
    /** Outcome of a command inside a container. Default: exit code 0. */
    exec?: (command: string[], runs: number) => { code: number; output: string };
    /** Exit code of a job; undefined never ends. Default: 0. */
    exit?: (runs: number) => number | undefined;
    /** What a container printed. Default: nothing. */
    log?: (container: string) => string;
    lists?: { containers?: unknown[]; networks?: unknown[] };
    /** Exit code of a container's last run, as the engine's events tell it. Default: 0. */
    died?: number;
    /** Digests that registries have, by name and tag. Default: no registry can be reached. */
    digests?: Record<string, string>;
    /** Images that it neither has nor can pull. Default: none. */
    missing?: string[];
}

/** A container that the engine was told to create. */
export interface Created {
    id: string;
    name: string;
    body: Record<string, unknown>;
    /** With their whole paths. */
    files: Archived[];
    /** Networks it was connected to after its creation. */
    connected: string[];
    removed: boolean;
}

/** What the engine was told to do. */
export interface Recorded {
    created: Created[];
    executed: { container: string; command: string[]; user: string | undefined; stdin: string }[];
    updated: { container: string; body: Record<string, unknown> }[];
    /** Every request, as method and path. */
    requests: string[];
}

/** A Docker engine that does nothing but keep a record; it speaks the engine's protocol. */
export interface FakeEngine extends Recorded {
    /** For `docker:host`. */
    host: string;
    close: () => Promise<void>;
}

/** Starts an engine; it answers 501 to what it does not know. */
export async function startEngine(behaviour: Behaviour = {}, at: "tcp" | "unix" = "tcp"): Promise<FakeEngine> {
    const record: Recorded = { created: [], executed: [], updated: [], requests: [] };
    const execs: Exec[] = [];
    const routes = routesOf(behaviour, record, execs);
    const server = createServer((request, response) => {
        const line = `${request.method} ${request.url}`;
        record.requests.push(line);
        const [pattern, handler] = routes.find(([known]) => known.test(line)) ?? [];
        const answer = handler?.(pattern?.exec(line)?.slice(1) ?? [], request, response);
        void Promise.resolve(answer).then((body) => {
            if (response.writableEnded) return;
            response.statusCode = handler === undefined ? 501 : body === undefined ? 204 : 200;
            response.end(body === undefined ? undefined : JSON.stringify(body));
        });
    });
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
        const started = execs[Number(/^\/exec\/(\d+)\/start/.exec(request.url ?? "")?.[1])];
        if (started === undefined) socket.destroy();
        else runExec(started, behaviour, record, { request, socket, head });
    });
    const host = await (at === "tcp" ? listenOnPort(server) : listenOnSocket(server));
    const close = () =>
        new Promise<void>((resolve) => {
            server.close(() => resolve());
            server.closeAllConnections();
        });
    return { ...record, host, close };
}

async function listenOnPort(server: Server): Promise<string> {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function listenOnSocket(server: Server): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), "engine-"));
    const path = join(folder, "docker.sock");
    server.once("close", () => rmSync(folder, { recursive: true }));
    await new Promise<void>((resolve) => server.listen(path, resolve));
    return `unix://${path}`;
}

/** A command's streams come over the connection itself, once both sides agreed to upgrade it. */
function runExec(
    started: Exec,
    { exec = () => ({ code: 0, output: "" }) }: Behaviour,
    record: Recorded,
    { request, socket, head }: { request: IncomingMessage; socket: Duplex; head: Buffer },
): void {
    const { container, body } = started;
    const bodyLength = Number(request.headers["content-length"] ?? 0);
    const received = [head];
    const answer = () => {
        const stdin = Buffer.concat(received).subarray(bodyLength).toString();
        const { code, output } = exec(body.Cmd, record.executed.length);
        record.executed.push({ container, command: body.Cmd, user: body.User, stdin });
        started.code = code;
        socket.end(framed(output));
    };
    socket.write("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
    socket.on("data", (chunk: Buffer) => received.push(chunk));
    if (body.AttachStdin === true) socket.on("end", answer);
    else answer();
}
