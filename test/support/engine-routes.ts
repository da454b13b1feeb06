import type { IncomingMessage, ServerResponse } from "node:http";
import type { Behaviour, Created, Listed, Recorded } from "./engine";
import { framed, readArchive, readJson, writeArchive } from "./engine-wire";

/** Answers a request whose path matched: an object is sent as JSON, undefined as `204 No Content`. */
type Handler = (match: string[], request: IncomingMessage, response: ServerResponse) => unknown;

/** Users of every image; the ids of Redis are those of its image on Alpine. */
const passwd = [
    "root:x:0:0:root:/root:/bin/sh",
    "postgres:x:70:70::/var/lib/postgresql:/bin/sh",
    "redis:x:999:1000::/home/redis:/bin/false",
    "authentik:x:1000:1000::/authentik:/usr/sbin/nologin\n",
].join("\n");
/** The user that an image runs as unless it is told. */
const imageUser = "1000";

/** A command that was prepared inside a container. */
export interface Exec {
    container: string;
    command: string[];
    code: number;
}

/** The requests of Docker's API that the program makes, and what the engine answers. */
export function routesOf(behaviour: Behaviour, record: Recorded, execs: Exec[]): [RegExp, Handler][] {
    const { state = () => undefined, exit = () => 0, log = () => "", lists = {}, missing = [], died = 0 } = behaviour;
    const created = (id = "") => [...record.created, ...record.provided].find((container) => container.id === id);
    const looks: Record<string, number> = {};
    let jobs = 0;
    const networks = (lists.networks ?? []).map((network) => ({ Id: network.Name, ...network }));
    return [
        [/^GET \/containers\/json/, (_, request) => listed(lists.containers ?? [], request)],
        [
            /^GET \/networks\/(.+)/,
            ([id = ""], _, response) =>
                networks.find(({ Id, removed }) => Id === id && removed !== true) ??
                refuse(response, 404, `network ${id} not found`),
        ],
        // A list shows no network's containers.
        [/^GET \/networks/, () => networks.map((network) => ({ ...network, Containers: undefined }))],
        [
            /^GET \/volumes/,
            () => ({ Volumes: [...(lists.volumes ?? []), ...record.volumes.map((Name) => ({ Name }))] }),
        ],
        [/^GET \/services(\?|$)/, (_, { url }) => labelled(lists.services ?? [], ({ Spec }) => Spec.Labels, url)],
        [/^GET \/secrets(\?|$)/, (_, { url }) => labelled(lists.secrets ?? [], ({ Spec }) => Spec.Labels, url)],
        [/^GET \/configs(\?|$)/, (_, { url }) => labelled(lists.configs ?? [], ({ Spec }) => Spec.Labels, url)],
        [/^GET \/services\/([^/?]+)/, ([id]) => lists.services?.find(({ ID }) => ID === id)],
        [
            /^POST \/services\/create/,
            async (_, request) => {
                const ID = `job-${record.created.length}`;
                const body = await readJson(request);
                record.created.push(fresh(ID, String(body.Name), body));
                return { ID };
            },
        ],
        [
            /^GET \/tasks\?filters=(.*)/,
            ([filters = ""]) => {
                const [service = ""] = (JSON.parse(decodeURIComponent(filters)) as { service: string[] }).service;
                if (created(service) === undefined) return lists.tasks?.[service] ?? [];
                const ExitCode = exit(jobs++);
                const State = ExitCode === undefined ? "running" : ExitCode === 0 ? "complete" : "failed";
                return [{ ID: service, CreatedAt: "", Status: { State, ContainerStatus: { ExitCode } } }];
            },
        ],
        [/^GET \/tasks\/([^/]+)\/logs/, ([id = ""], _, response) => void response.end(framed(log(id)))],
        [/^DELETE \/services\/[^/]+$/, () => ({})],
        [
            /^DELETE \/(?:secrets|configs)\/([^/]+)$/,
            ([id = ""], _, response) => {
                const refusal = behaviour.refused?.[id];
                return refusal === undefined ? undefined : refuse(response, 400, refusal);
            },
        ],
        [
            /^POST \/volumes\/create/,
            async (_, request) => {
                const { Name } = await readJson(request);
                record.volumes.push(String(Name));
                return { Name };
            },
        ],
        [/^GET \/events\?.*die/, () => ({ Actor: { Attributes: { exitCode: String(died) } } })],
        [
            /^GET \/images\/(.+)\/json/,
            ([name = ""], _, response) => {
                const image = decodeURIComponent(name);
                const Labels = { "org.opencontainers.image.version": behaviour.releases?.[image] ?? "" };
                if (!missing.includes(image))
                    return { Id: name, Config: { User: imageUser, Env: behaviour.variables?.[image] ?? [], Labels } };
                return refuse(response, 404, `No such image: ${name}`);
            },
        ],
        [
            /^GET \/distribution\/(.+)\/json/,
            ([name = ""], _, response) => {
                const digest = behaviour.digests?.[decodeURIComponent(name)];
                if (digest !== undefined) return { Descriptor: { digest } };
                return refuse(response, 500, "dial tcp: lookup registry: no such host");
            },
        ],
        [/^POST \/images\/create/, (_, __, response) => refuse(response, 404, "pull access denied")],
        [
            /^POST \/containers\/create/,
            async (_, request) => {
                const id = `job-${record.created.length}`;
                const name = new URL(request.url ?? "", "http://engine").searchParams.get("name") ?? "";
                const body = await readJson(request);
                record.created.push(fresh(id, name, body));
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
        [
            /^GET \/containers\/[^/]+\/archive/,
            (_, request, response) => {
                const path = new URL(request.url ?? "", "http://engine").searchParams.get("path") ?? "";
                const [, text = passwd] =
                    Object.entries(behaviour.texts ?? {}).find(([end]) => path.endsWith(end)) ?? [];
                void writeArchive(response, "file", text, behaviour.links?.[path]);
            },
        ],
        [
            /^POST \/containers\/([^/]+)\/start/,
            ([id = ""], _, response) => {
                const refusal = behaviour.refused?.[id];
                if (refusal !== undefined) return refuse(response, 500, refusal);
                const container = created(id);
                if (container !== undefined) container.started = true;
                return undefined;
            },
        ],
        [
            /^POST \/containers\/([^/]+)\/stop/,
            ([id = ""], _, response) => {
                const failure = behaviour.unstoppable?.[id];
                return failure === undefined ? undefined : refuse(response, 500, failure);
            },
        ],
        [
            /^POST \/containers\/[^/]+\/wait/,
            () => {
                const code = exit(jobs++);
                return code === undefined ? new Promise(() => undefined) : { StatusCode: code };
            },
        ],
        [
            /^GET \/containers\/([^/]+)\/json/,
            ([id = ""], _, response) => {
                if (behaviour.gone?.includes(id)) return refuse(response, 404, `No such container: ${id}`);
                const container = created(id);
                const looked = (looks[id] = (looks[id] ?? -1) + 1);
                const known = state(looked, id) ?? { Status: container?.started === false ? "created" : "running" };
                const { restarts = 0, ports = [], check, health, ...rest } = known;
                const bindings = Object.fromEntries(ports.map((port) => [`${port}/tcp`, [{ HostPort: String(port) }]]));
                const flags = { Running: rest.Status === "running", Restarting: rest.Status === "restarting" };
                const healthcheck = check === undefined ? {} : { Healthcheck: { Test: ["CMD", ...check] } };
                return {
                    Id: id,
                    Name: `/${container?.name ?? id}`,
                    State: {
                        ExitCode: 0,
                        OOMKilled: false,
                        FinishedAt: "1970-01-01T00:00:00Z",
                        ...flags,
                        ...rest,
                        Health: { Status: health ?? "none" },
                    },
                    RestartCount: restarts,
                    Config: { Tty: false, Image: "x:1", User: container?.body.User ?? imageUser, ...healthcheck },
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
                const { Cmd } = await readJson(request);
                execs.push({ container, command: Cmd as string[], code: 0 });
                return { Id: String(execs.length - 1) };
            },
        ],
        [/^GET \/exec\/(\d+)\/json/, ([id]) => ({ ExitCode: execs[Number(id)]?.code })],
    ];
}

/** Answers as the engine does when it refuses. */
function refuse(response: ServerResponse, status: number, message: string): ServerResponse {
    response.statusCode = status;
    return response.end(JSON.stringify({ message }));
}

/** The containers that a request asks for, with what the engine always tells of them. */
function listed(containers: Listed[], { url = "" }: IncomingMessage): Required<Listed>[] {
    const all = containers
        .map((entry) => ({
            ...{ Names: [`/${entry.Id}`], Labels: {}, Mounts: [], Ports: [], Image: "x:1", ImageID: "x" },
            ...{ State: "running", Status: "Up 2 minutes (healthy)", Created: 0, ...entry },
        }))
        .filter(({ State }) => new URL(url, "http://engine").searchParams.has("all") || State === "running");
    return labelled(all, ({ Labels }) => Labels, url);
}

/** The objects with the labels that a request asks for. */
function labelled<T>(objects: T[], labelsOf: (object: T) => Record<string, string> | undefined, url = ""): T[] {
    const { searchParams } = new URL(url, "http://engine");
    const { label = [] } = JSON.parse(searchParams.get("filters") ?? "{}") as { label?: string[] };
    return objects.filter((object) => {
        const labels = labelsOf(object) ?? {};
        return label.every((wanted) => {
            const [key = "", ...value] = wanted.split("=");
            return key in labels && (value.length === 0 || labels[key] === value.join("="));
        });
    });
}

/** A container that was created just now. */
export function fresh(id: string, name: string, body: Record<string, unknown>): Created {
    return { id, name, body, files: [], connected: [], started: false, removed: false };
}
