import type { IncomingMessage, ServerResponse } from "node:http";
import type { Behaviour, Recorded, State } from "./engine";
import { framed, readArchive, readJson, writeArchive } from "./engine-wire";

/** Answers a request whose path matched: an object is sent as JSON, undefined as `204 No Content`. */
type Handler = (match: string[], request: IncomingMessage, response: ServerResponse) => unknown;

/** Users of every image. */
const passwd = "root:x:0:0:root:/root:/bin/sh\npostgres:x:70:70::/var/lib/postgresql:/bin/sh\n";

/** A command that was prepared inside a container. */
export interface Exec {
    container: string;
    body: { Cmd: string[]; User?: string; AttachStdin?: boolean };
    code: number;
}

/** The requests of Docker's API that the program makes, and what the engine answers. */
export function routesOf(behaviour: Behaviour, record: Recorded, execs: Exec[]): [RegExp, Handler][] {
    const {
        state = (): State => ({ Status: "running" }),
        exit = () => 0,
        log = () => "",
        lists = {},
        missing = [],
        died = 0,
    } = behaviour;
    const created = (id = "") => record.created.find((container) => container.id === id);
    const counts = { looks: 0, jobs: 0 };
    return [
        [/^GET \/containers\/json/, () => lists.containers ?? []],
        [/^GET \/networks/, () => lists.networks ?? []],
        [/^GET \/events\?.*die/, () => ({ Actor: { Attributes: { exitCode: String(died) } } })],
        [
            /^GET \/images\/(.+)\/json/,
            ([name = ""], _, response) => {
                if (!missing.includes(decodeURIComponent(name))) return { Id: name };
                response.statusCode = 404;
                response.end(JSON.stringify({ message: `No such image: ${name}` }));
                return response;
            },
        ],
        [
            /^GET \/distribution\/(.+)\/json/,
            ([name = ""], _, response) => {
                const digest = behaviour.digests?.[decodeURIComponent(name)];
                if (digest !== undefined) return { Descriptor: { digest } };
                response.statusCode = 500;
                response.end(JSON.stringify({ message: "dial tcp: lookup registry: no such host" }));
                return response;
            },
        ],
        [
            /^POST \/images\/create/,
            (_, __, response) => {
                response.statusCode = 404;
                response.end(JSON.stringify({ message: "pull access denied" }));
                return response;
            },
        ],
        [
            /^POST \/containers\/create/,
            async (_, request) => {
                const id = `job-${record.created.length}`;
                const name = new URL(request.url ?? "", "http://engine").searchParams.get("name") ?? "";
                const body = await readJson(request);
                record.created.push({ id, name, body, files: [], connected: [], removed: false });
                return { Id: id };
            },
        ],
        [
            /^PUT \/containers\/([^/]+)\/archive/,
            async ([id], request) => {
                const folder = new URL(request.url ?? "", "http://engine").searchParams.get("path") ?? "";
                created(id)?.files.push(...(await readArchive(request, folder)));
                return {};
            },
        ],
        [/^GET \/containers\/[^/]+\/archive/, (_, __, response) => void writeArchive(response, "passwd", passwd)],
        [/^POST \/containers\/[^/]+\/start/, () => undefined],
        [
            /^POST \/containers\/[^/]+\/wait/,
            () => {
                const code = exit(counts.jobs++);
                return code === undefined ? new Promise(() => undefined) : { StatusCode: code };
            },
        ],
        [
            /^GET \/containers\/[^/]+\/json/,
            () => {
                const { restarts = 0, ports = [], ...rest } = state(counts.looks++);
                const bindings = Object.fromEntries(ports.map((port) => [`${port}/tcp`, [{ HostPort: String(port) }]]));
                const flags = { Running: rest.Status === "running", Restarting: rest.Status === "restarting" };
                const inspected = { ExitCode: 0, OOMKilled: false, ...flags, ...rest };
                return {
                    State: inspected,
                    RestartCount: restarts,
                    Config: { Tty: false },
                    HostConfig: { PortBindings: bindings },
                };
            },
        ],
        [/^GET \/containers\/([^/]+)\/logs/, ([id = ""], _, response) => void response.end(framed(log(id)))],
        [
            /^DELETE \/containers\/([^/?]+)/,
            ([id]) => {
                const container = created(id);
                if (container !== undefined) container.removed = true;
            },
        ],
        [
            /^POST \/networks\/([^/]+)\/connect/,
            async ([network = ""], request) => {
                const { Container } = await readJson(request);
                created(String(Container))?.connected.push(network);
                return {};
            },
        ],
        [
            /^POST \/containers\/([^/]+)\/update/,
            async ([container = ""], request) => {
                record.updated.push({ container, body: await readJson(request) });
                return {};
            },
        ],
        [
            /^POST \/containers\/([^/]+)\/exec/,
            async ([container = ""], request) => {
                execs.push({ container, body: (await readJson(request)) as unknown as Exec["body"], code: 0 });
                return { Id: String(execs.length - 1) };
            },
        ],
        [/^GET \/exec\/(\d+)\/json/, ([id]) => ({ ExitCode: execs[Number(id)]?.code })],
    ];
}
