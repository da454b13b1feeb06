import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { type Exec, fresh, routesOf } from "./engine-routes";
import { type Archived, framed } from "./engine-wire";

/** The state of a container, as its inspection shows it. */
export interface State {
    Status: string;
    ExitCode?: number;
    OOMKilled?: boolean;
    /** When it last ended. Default: in 1970. */
    FinishedAt?: string;
    /** How often it was restarted. Default: never. */
    restarts?: number;
    /** Ports of the host that it publishes. Default: none. */
    ports?: number[];
    /** Its health check. Default: none. */
    check?: string[];
    /** What the engine itself thinks of its health. Default: nothing. */
    health?: "starting" | "healthy" | "unhealthy";
}

/** A container as the engine lists it; what is left out is empty, and it runs. */
export interface Listed {
    Id: string;
    Names?: string[];
    Labels?: Record<string, string>;
    State?: string;
    Status?: string;
    Mounts?: { Name: string; Destination?: string }[];
    /** Default: x:1, and x. */
    Image?: string;
    ImageID?: string;
    Ports?: { IP?: string; PrivatePort?: number; PublicPort?: number; Type?: string }[];
    /** In seconds since 1970. Default: 0. */
    Created?: number;
}

/** A service, secret or config of a Swarm as the engine lists it. */
export interface ListedOnSwarm {
    ID: string;
    CreatedAt: string;
    Spec: { Name: string; Labels?: Record<string, string>; TaskTemplate?: object };
}

/** A network as the engine lists it; its inspection adds what is on it. */
export interface ListedNetwork {
    Name: string;
    /** Default: its name. */
    Id?: string;
    /** Null: Swarm itself made it. */
    Labels?: Record<string, string> | null;
    Internal?: boolean;
    /** By id of the container. */
    Containers?: Record<string, { Name: string }>;
    /** It is gone when it is asked for. Default: false. */
    removed?: boolean;
}

/** What containers do; functions are given how often they were asked before. */
export interface Behaviour {
    /** Undefined: as started it runs, and as created it does not. Default: undefined. */
    state?: (looks: number, container: string) => State | undefined;
    /** Outcome of a command inside a container; without a code, it never ends. Default: exit code 0. */
    exec?: (command: string[], runs: number, container: string) => { code: number | undefined; output: string };
    /** Exit code of a job; undefined never ends. Default: 0. */
    exit?: (runs: number) => number | undefined;
    /** What a container printed. Default: nothing. */
    log?: (container: string) => string;
    lists?: {
        containers?: Listed[];
        networks?: ListedNetwork[];
        volumes?: { Name: string; Labels?: Record<string, string> }[];
        services?: ListedOnSwarm[];
        /** By id of the service. Default: those of the jobs that were made. */
        tasks?: Record<string, object[]>;
        secrets?: ListedOnSwarm[];
        configs?: ListedOnSwarm[];
    };
    /** Environment variables of images, by name. Default: none. */
    variables?: Record<string, string[]>;
    /** Releases of authentik that images say they are of, by name. Default: they say nothing. */
    releases?: Record<string, string>;
    /** Texts of files in containers, by their ends. Default: none. */
    texts?: Record<string, string>;
    /** Links in containers, and where they lead. Default: none. */
    links?: Record<string, string>;
    /** Containers that were removed. Default: none. */
    gone?: string[];
    /** Containers whose start it refuses, with its words. Default: none. */
    refused?: Record<string, string>;
    /** Containers that it fails to stop, with its words. Default: none. */
    unstoppable?: Record<string, string>;
    /** Exit code of a container's last run, as the engine's events tell it. Default: 0. */
    died?: number;
    /** Digests that registries have, by name and tag. Default: no registry can be reached. */
    digests?: Record<string, string>;
    /** Images that it neither has nor can pull. Default: none. */
    missing?: string[];
}

/** A container or a service that was created, and what was done with it since. */
export interface Created {
    id: string;
    name: string;
    body: Record<string, unknown>;
    /** With their whole paths. */
    files: Archived[];
    /** Networks it was connected to after its creation. */
    connected: string[];
    started: boolean;
    removed: boolean;
}

/** What the engine was told to do. */
export interface Recorded {
    /** By its API, not by the provider. */
    created: Created[];
    /** By the provider. */
    provided: Created[];
    /** Names of volumes, by its API. */
    volumes: string[];
    executed: { container: string; command: string[] }[];
    updated: { container: string; body: Record<string, unknown> }[];
    /** Every request, as method and path. */
    requests: string[];
}

/** A Docker engine that does nothing but keep a record; it speaks the engine's protocol. */
export interface FakeEngine extends Recorded {
    /** For `docker:host`. */
    host: string;
    /** Tells of a container that the provider created, which has not started yet. */
    provide: (id: string, user?: string) => Created;
    close: () => Promise<void>;
}

/** Where the programs under test look for an engine unless they are told: there is none, until a test starts it. */
export const absentEngine = `unix://${join(mkdtempSync(join(tmpdir(), "no-engine-")), "docker.sock")}`;

/**
 * Starts an engine; it answers 501 to what it does not know.
 *
 * @param at a port or a socket of its own, or the address of a socket.
 */
export async function startEngine(behaviour: Behaviour = {}, at = "tcp"): Promise<FakeEngine> {
    const record: Recorded = { created: [], provided: [], volumes: [], executed: [], updated: [], requests: [] };
    const execs: Exec[] = [];
    const routes = routesOf(behaviour, record, execs);
    const server = createServer((request, response) => {
        const line = `${request.method} ${request.url}`;
        record.requests.push(line);
        // Another engine may listen at this address next.
        response.setHeader("Connection", "close");
        const [pattern, handler] = routes.find(([known]) => known.test(line)) ?? [];
        const answer = handler?.(pattern?.exec(line)?.slice(1) ?? [], request, response);
        void Promise.resolve(answer).then((body) => {
            if (response.writableEnded) return;
            response.statusCode = handler === undefined ? 501 : body === undefined ? 204 : 200;
            response.end(body === undefined ? undefined : JSON.stringify(body));
        });
    });
    server.on("upgrade", (request: IncomingMessage, socket: Duplex) => {
        const started = execs[Number(/^\/exec\/(\d+)\/start/.exec(request.url ?? "")?.[1])];
        if (started === undefined) socket.destroy();
        else runExec(started, behaviour, record, socket);
    });
    const host = await (at === "tcp" ? listenOnPort(server) : listenOnSocket(server, at));
    const provide = (id: string, user?: string) => {
        const created = fresh(id, id, user === undefined ? {} : { User: user });
        record.provided.push(created);
        return created;
    };
    const close = () =>
        new Promise<void>((resolve) => {
            server.close(() => resolve());
            server.closeAllConnections();
        });
    return { ...record, host, provide, close };
}

async function listenOnPort(server: Server): Promise<string> {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function listenOnSocket(server: Server, at: string): Promise<string> {
    if (at === "unix") {
        const folder = mkdtempSync(join(tmpdir(), "engine-"));
        server.once("close", () => rmSync(folder, { recursive: true }));
        at = `unix://${join(folder, "docker.sock")}`;
    }
    await new Promise<void>((resolve) => server.listen(new URL(at).pathname, resolve));
    return at;
}

/** A command's streams come over the connection itself, once both sides agreed to upgrade it. */
function runExec(
    started: Exec,
    { exec = () => ({ code: 0, output: "" }) }: Behaviour,
    record: Recorded,
    socket: Duplex,
): void {
    const { container, command } = started;
    const { code, output } = exec(command, record.executed.length, container);
    record.executed.push({ container, command });
    started.code = code ?? 0;
    socket.write("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
    if (code !== undefined) return void socket.end(framed(output));
    socket.write(framed(output));
    socket.on("end", () => socket.destroy()).resume();
}
