import { roles } from "../../authentik/roles";
import { isObject, valueAt } from "../../ground/problems";

/** A resource as the program declares it, or as a state has it. */
export interface Declared {
    type: string;
    /** Last part of its URN. */
    name: string;
    id: string;
    inputs: Record<string, unknown>;
}

/** An application, and where people sign in to it. */
export interface SignIn {
    slug: string;
    /** Name of the outpost in front of it, which may be authentik's server. Default: it asks authentik's server itself. */
    outpost?: string;
    /** Whether it asks that outpost, as for LDAP and RADIUS; otherwise people come through the outpost. Default: false. */
    asks?: boolean;
}

/** What is different from another topology. */
export type Change = "new" | "gone" | "changed";

/** Something in a topology. */
export interface Part {
    /** What it is called, which is unique. */
    name: string;
    kind: "browser" | "container" | "applications" | "consumers";
    /** Names of the networks it is on; none of what is outside of Docker, as far as is known. */
    networks: string[];
    image?: string;
    /** Names of volumes and folders of the host. */
    volumes: string[];
    /** Ports of the host, as `127.0.0.1:9000`. */
    ports: string[];
    /** What it stands for, where it is several. */
    members: string[];
    change?: Change;
}

/** Who begins to talk to whom. */
export interface Talk {
    from: string;
    to: string;
    /** Through which port of the host. */
    over?: string;
}

/** What runs, on which networks, and who talks to whom. */
export interface Topology {
    /** Networks by name; an internal one has no way out. */
    networks: Record<string, { internal: boolean }>;
    parts: Part[];
    talks: Talk[];
}

export const browser = "Browsers and devices";

/** What of a stack its containers do not tell. */
export interface StackFacts {
    /** Put before every name. */
    prefix: string;
    applications: SignIn[];
    /** Other stacks that use its databases. */
    consumers: string[];
}

/**
 * The topology of a stack, from what the program declares.
 *
 * Who talks to whom is read from the containers' own variables: whoever is told the name of another, talks to it.
 */
export function topologyOf(declared: Declared[], facts: StackFacts): Topology {
    const isA = (kind: string) => declared.filter(({ type }) => type.startsWith(`docker:index/${kind}:`));
    const named = new Map(isA("network").map(({ id, inputs }) => [id, String(inputs.name)]));
    const services = isA("service").map((one) => ({ ...one, inputs: containerIn(one.inputs) }));
    const containers = [...isA("container"), ...services].map((one) => containerOf(one, named, facts.prefix));
    const parts = [...containers.map(({ part }) => part), ...peopleAndOthers(containers, facts)];
    const used = [...new Set([...named.values(), ...parts.flatMap(({ networks }) => networks)])];
    for (const part of parts) part.networks = used.filter((name) => part.networks.includes(name));
    const internal = new Set(isA("network").flatMap(({ inputs }) => (inputs.internal === true ? [inputs.name] : [])));
    return {
        networks: Object.fromEntries(used.map((name) => [name, { internal: internal.has(name) }])),
        parts,
        talks: talksOf(containers, parts, facts),
    };
}

interface Container {
    part: Part;
    /** Its name without the prefix. */
    host: string;
    /** Names by which others know it. */
    hosts: string[];
    /** Whether it is told a name. */
    isTold: (host: string) => boolean;
}

/** What the containers of a Swarm's service are, in the form of one container. */
export function containerIn({ taskSpec, endpointSpec }: Record<string, unknown>): Record<string, unknown> {
    const at = (...path: string[]) => valueAt(taskSpec, path);
    const hostname = at("containerSpec", "hostname");
    const env = at("containerSpec", "env");
    return {
        // Behind it is the number of the container.
        hostname: typeof hostname === "string" ? hostname.replace(/-\{\{.*$/, "") : undefined,
        image: at("containerSpec", "image"),
        envs: Object.entries(isObject(env) ? env : {}).map(([name, value]) => `${name}=${String(value)}`),
        mounts: at("containerSpec", "mounts"),
        networksAdvanced: objects(at("networksAdvanceds")).map(({ id, aliases }) => ({ name: id, aliases })),
        ports: objects(valueAt(endpointSpec, ["ports"])).map(({ publishedPort, protocol }) => ({
            ...{ external: publishedPort, protocol },
        })),
    };
}

/** What a container is called: its host name, or where Docker gives it one, its name on a network. */
export function titleOf({ hostname, networksAdvanced }: Record<string, unknown>): string | undefined {
    const names = objects(networksAdvanced).flatMap(({ aliases }): unknown[] =>
        Array.isArray(aliases) ? aliases : [],
    );
    return [hostname, ...names].find((one) => typeof one === "string");
}

function containerOf({ name, inputs }: Declared, networks: Map<string, string>, prefix: string): Container {
    const attached = objects(inputs.networksAdvanced);
    const title = titleOf(inputs) ?? name;
    const hosts = [title, ...attached.flatMap(({ aliases }) => (Array.isArray(aliases) ? aliases.map(String) : []))];
    const values = (Array.isArray(inputs.envs) ? inputs.envs : [])
        .map(String)
        // That one is for browsers, not for the container.
        .filter((text) => !text.startsWith("AUTHENTIK_HOST_BROWSER="))
        .map((text) => text.replace(/^[^=]*=/, ""));
    const part: Part = {
        name: title,
        kind: "container",
        networks: attached.map(({ name: id }) => networks.get(String(id)) ?? String(id)),
        image: typeof inputs.image === "string" ? inputs.image : undefined,
        volumes: objects(inputs.mounts).flatMap(({ source }) => (typeof source === "string" ? [source] : [])),
        ports: objects(inputs.ports).map(portText),
        members: [],
    };
    return {
        part,
        host: title.slice(prefix.length),
        hosts,
        isTold: (host) => values.some((value) => value.split(/[/:@,\s]+/).includes(host)),
    };
}

/** As Docker shows it; without an address, it is published on all of them. */
function portText({ ip, external, protocol }: Record<string, unknown>): string {
    const at = typeof ip === "string" && ip !== "0.0.0.0" ? `${ip.includes(":") ? `[${ip}]` : ip}:` : "";
    return `${at}${String(external)}${protocol === "udp" ? "/udp" : ""}`;
}

function peopleAndOthers(containers: Container[], { applications, consumers }: StackFacts): Part[] {
    const none = { networks: [], volumes: [], ports: [] };
    const doors = [...new Set(applications.map(({ outpost }) => outpost))];
    const groups = doors.map((outpost): Part => {
        const members = applications.filter((one) => one.outpost === outpost).map(({ slug }) => slug);
        // What the server protects is on one of its networks; which, nothing tells.
        const door = outpost === roles.server.host ? undefined : containers.find(({ host }) => host === outpost);
        const networks = door?.part.networks ?? [];
        return { ...none, name: applicationsBehind(outpost), kind: "applications", networks, members };
    });
    const databases = containers.filter(({ host }) => isData(host)).flatMap(({ part }) => part.networks);
    const others: Part[] =
        consumers.length === 0
            ? []
            : [{ ...none, name: "Other stacks", kind: "consumers", networks: databases, members: consumers }];
    return [{ ...none, name: browser, kind: "browser", members: [] }, ...groups, ...others];
}

function isData(host: string): boolean {
    return host === roles.postgres.host || host === roles.redis.host;
}

function applicationsBehind(outpost: string | undefined): string {
    return outpost === undefined ? "Applications that ask authentik" : `Applications of ${outpost}`;
}

function talksOf(containers: Container[], parts: Part[], { applications }: StackFacts): Talk[] {
    const gateway = containers.find(({ host }) => host === roles.gateway.host);
    const server = containers.find(({ host }) => host === roles.server.host)?.part.name;
    const shares = (a: Part, b: Part) => a.networks.some((network) => b.networks.includes(network));
    const told = containers.flatMap((from) =>
        containers
            .filter((to) => to !== from && shares(from.part, to.part))
            .filter((to) => to.hosts.some((host) => from.isTold(host)))
            .map((to): Talk => ({ from: from.part.name, to: to.part.name })),
    );
    const published = containers.flatMap(({ part }): Talk[] =>
        part.ports.length === 0 ? [] : [{ from: browser, to: part.name, over: part.ports.join(", ") }],
    );
    // The gateway is told by a job where names lead: to the server, and to outposts.
    const doors = new Set(applications.flatMap(({ outpost, asks }) => (asks === true ? [] : (outpost ?? []))));
    const led = containers
        .filter(({ part, host }) => part.name === server || doors.has(host))
        .flatMap(({ part }): Talk[] => (gateway === undefined ? [] : [{ from: gateway.part.name, to: part.name }]));
    const entered = parts
        .filter(({ kind }) => kind === "applications")
        .flatMap(({ name, members }): Talk[] => {
            const { outpost, asks } = applications.find(({ slug }) => slug === members[0]) ?? {};
            const door = outpost === undefined ? server : containers.find(({ host }) => host === outpost)?.part.name;
            if (door === undefined) return [];
            return [asks === true || outpost === undefined ? { from: name, to: door } : { from: door, to: name }];
        });
    const stored = parts
        .filter(({ kind }) => kind === "consumers")
        .flatMap(({ name }) =>
            containers.filter(({ host }) => isData(host)).map(({ part }): Talk => ({ from: name, to: part.name })),
        );
    return [...published, ...led, ...told, ...entered, ...stored];
}

/** Both topologies in one, with what is different marked: what is new, gone, or made of something else. */
export function changesBetween(before: Topology, after: Topology): Topology {
    const old = new Map(before.parts.map((part) => [part.name, part]));
    const now = new Set(after.parts.map(({ name }) => name));
    const gone = before.parts.filter(({ name }) => !now.has(name));
    const same = ({ change: _, ...one }: Part, { change: __, ...other }: Part) =>
        JSON.stringify(one) === JSON.stringify(other);
    const marked = after.parts.map((part): Part => {
        const was = old.get(part.name);
        if (was === undefined) return { ...part, change: "new" };
        return same(was, part) ? part : { ...part, change: "changed" };
    });
    const lost = new Set(gone.map(({ name }) => name));
    return {
        networks: { ...before.networks, ...after.networks },
        parts: [...marked, ...gone.map((part): Part => ({ ...part, change: "gone" }))],
        talks: [...after.talks, ...before.talks.filter(({ from, to }) => lost.has(from) || lost.has(to))],
    };
}

/** The sign-ins that a stack's outputs tell of. */
export function signInsOf(outputs: Record<string, unknown>): SignIn[] {
    const outposts = Object.entries(isObject(outputs.outposts) ? outputs.outposts : {});
    const applications = Object.entries(isObject(outputs.applications) ? outputs.applications : {});
    return applications.map(([slug, output]) => {
        const behindServer = isObject(output) && "snippets" in output ? [roles.server.host] : [];
        const [outpost] = outposts.find(([, one]) => holds(valueAt(one, ["applications"]), slug)) ?? behindServer;
        const asks = isObject(output) && ("ldap" in output || "radius" in output);
        return { slug, asks, ...(outpost === undefined ? {} : { outpost }) };
    });
}

function holds(list: unknown, word: string): boolean {
    return Array.isArray(list) && list.includes(word);
}

function objects(list: unknown): Record<string, unknown>[] {
    return Array.isArray(list) ? list.filter(isObject).map((one) => ({ ...one })) : [];
}
