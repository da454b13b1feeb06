import { type Inspected } from "../support/controls";
import { tryDocker } from "../support/host";
import type { NetworkAttachment, Workload } from "../../../engine/workload";

/** Start of the names of all that these tests make. */
export const prefix = "it-arg-";

/** The networks there are. */
export const networks = ["one", "two"] as const;

/** How a network is referred to. */
export type Network = (name: (typeof networks)[number]) => NetworkAttachment["network"];

/** One argument: what is declared at first and then, and what of the container shows it. */
export interface Argument {
    declared: [Declared, Declared];
    see: (one: Inspected) => unknown;
    /** What is to be seen with each, and when it is no longer declared. */
    seen: [unknown, unknown, unknown];
}

/** What is declared of a workload beside what it has anyway. */
type Declared = Partial<Workload> | ((network: Network) => Partial<Workload>);

/**
 * Every argument of a workload.
 *
 * @param ports of this machine, known when the tests run.
 */
export function declaredArguments(ports: number[]): Record<string, Argument> {
    return {
        image: {
            declared: [{ image: "nginx" }, { image: "redis" }],
            see: ({ Config }) => /stand-in-(\w+)/.exec(Config.Image)?.[1],
            seen: ["nginx", "redis", "app"],
        },
        entrypoint: {
            declared: [{ entrypoint: ["sh", "-c", "sleep 1001"] }, { entrypoint: ["sleep", "1002"], command: [] }],
            see: ({ Config }) => Config.Entrypoint,
            seen: [
                ["sh", "-c", "sleep 1001"],
                ["sleep", "1002"],
                ["node", "/stand-in/app.js"],
            ],
        },
        command: {
            declared: [{ command: ["one"] }, { command: ["one", "two"] }],
            see: ({ Config }) => Config.Cmd,
            seen: [["one"], ["one", "two"], null],
        },
        user: {
            declared: [{ user: "1001" }, { user: "0" }],
            see: ({ Config }) => Config.User,
            seen: ["1001", "0", "1000"],
        },
        variables: {
            declared: [{ variables: { WORD: "one" } }, { variables: { WORD: "two", OTHER: "1" } }],
            see: ({ Config }) => Config.Env.filter((entry) => /^(WORD|OTHER)=/.test(entry)).sort(),
            seen: [["WORD=one"], ["OTHER=1", "WORD=two"], []],
        },
        "a file's content": {
            declared: [file("/run/secrets/word", "one"), file("/run/secrets/word", "two")],
            see: ({ Id }) => inside(Id, "cat /run/secrets/word"),
            seen: ["one", "two", ""],
        },
        "a file's path": {
            declared: [file("/run/here/word", "word"), file("/run/there/word", "word")],
            see: ({ Id }) => inside(Id, "ls -d /run/*/word"),
            seen: ["/run/here/word", "/run/there/word", ""],
        },
        "a file's owner": {
            declared: [file("/run/secrets/word", "word"), file("/run/secrets/word", "word", "1000")],
            see: ({ Id }) => inside(Id, "stat --format '%u %g %a' /run/secrets/word"),
            seen: ["0 1000 440", "1000 1000 400", ""],
        },
        "a mount's source": {
            declared: [mount("a", "/there"), mount("b", "/there")],
            see: mountsOf,
            seen: [[`${prefix}a /there rw`], [`${prefix}b /there rw`], []],
        },
        "a mount's target": {
            declared: [mount("c", "/here"), mount("c", "/there")],
            see: mountsOf,
            seen: [[`${prefix}c /here rw`], [`${prefix}c /there rw`], []],
        },
        "a mount that is read-only": {
            declared: [mount("d", "/there", true), mount("d", "/there")],
            see: mountsOf,
            seen: [[`${prefix}d /there ro`], [`${prefix}d /there rw`], []],
        },
        "a folder of the host": {
            declared: [
                { mounts: [{ source: "/usr", target: "/x", readOnly: true }] },
                { mounts: [{ source: "/etc", target: "/x", readOnly: true }] },
            ],
            see: ({ Mounts }) => Mounts.map(({ Source }) => Source),
            seen: [["/usr"], ["/etc"], []],
        },
        network: {
            declared: [(network) => on(network("one")), (network) => on(network("two"))],
            see: ({ NetworkSettings }) => Object.keys(NetworkSettings.Networks),
            seen: [[`${prefix}one`], [`${prefix}two`], ["bridge"]],
        },
        "a second network": {
            declared: [
                (network) => on(network("one")),
                (network) => ({ networks: networks.map((name) => ({ network: network(name), aliases: ["second"] })) }),
            ],
            see: ({ NetworkSettings }) => Object.keys(NetworkSettings.Networks).sort(),
            seen: [[`${prefix}one`], [`${prefix}one`, `${prefix}two`], ["bridge"]],
        },
        alias: {
            declared: [(network) => on(network("one"), "here"), (network) => on(network("one"), "there")],
            see: ({ NetworkSettings }) =>
                Object.values(NetworkSettings.Networks).flatMap(
                    ({ Aliases }: { Aliases?: string[] | null }) =>
                        Aliases?.filter((name) => ["here", "there"].includes(name)) ?? [],
                ),
            seen: [["here"], ["there"], []],
        },
        port: {
            declared: [() => publish(ports[0]), () => publish(ports[1])],
            see: ({ HostConfig }) =>
                Object.values(HostConfig.PortBindings ?? {}).flatMap((bound) =>
                    bound.map(({ HostPort }) => ports.indexOf(Number(HostPort))),
                ),
            seen: [[0], [1], []],
        },
        memory: {
            declared: [{ limits: { memory: "64m" } }, { limits: { memory: "96m" } }],
            see: ({ HostConfig: { Memory, MemorySwap } }) => [Memory, MemorySwap],
            seen: [
                [64 * 1024 ** 2, 64 * 1024 ** 2],
                [96 * 1024 ** 2, 96 * 1024 ** 2],
                [0, 0],
            ],
        },
        "memory below what is used": {
            declared: [{ limits: { memory: "128m" } }, { limits: { memory: "64m" } }],
            see: ({ HostConfig: { Memory } }) => Memory,
            seen: [128 * 1024 ** 2, 64 * 1024 ** 2, 0],
        },
        cpus: {
            declared: [{ limits: { cpus: 0.5 } }, { limits: { cpus: 1 } }],
            see: ({ HostConfig }) => HostConfig.NanoCpus,
            seen: [5e8, 1e9, 0],
        },
        pids: {
            declared: [{ pids: 100 }, { pids: 120 }],
            see: ({ HostConfig }) => HostConfig.PidsLimit,
            seen: [100, 120, 256],
        },
        "shared memory": {
            declared: [{ shm: "80m" }, { shm: "1g" }],
            see: ({ HostConfig }) => (HostConfig.ShmSize ?? 0) / 1024 ** 2,
            seen: [80, 1024, 64],
        },
        "names of hosts": {
            declared: [{ hosts: { one: "192.0.2.1" } }, { hosts: { one: "host-gateway", two: "192.0.2.2" } }],
            see: ({ HostConfig }) => [...((HostConfig.ExtraHosts ?? []) as string[])].sort(),
            seen: [["one:192.0.2.1"], ["one:host-gateway", "two:192.0.2.2"], []],
        },
        "DNS servers": {
            declared: [{ dns: ["192.0.2.53"] }, { dns: ["192.0.2.54", "fd00::53"] }],
            // The provider keeps a set.
            see: ({ HostConfig }) => [...((HostConfig.Dns ?? []) as string[])].sort(),
            seen: [["192.0.2.53"], ["192.0.2.54", "fd00::53"], []],
        },
        "a file after one of the image": {
            declared: [after("/etc/issue"), after("/etc/debian_version")],
            see: async ({ Id }) => /^\d+/.test(await inside(Id, "cat /run/secrets/word")),
            seen: [false, true, false],
        },
        title: {
            declared: [{ title: "one" }, { title: "two" }],
            see: ({ Config }) => Config.Hostname,
            seen: ["one", "two", "title"],
        },
        "the health check's command": {
            declared: [check(["true", "one"]), check(["true", "two"])],
            see: ({ Config }) => Config.Healthcheck?.Test,
            seen: [
                ["CMD", "true", "one"],
                ["CMD", "true", "two"],
                ["CMD", "true"],
            ],
        },
        "the health check's start": {
            declared: [check(["true"], 20), check(["true"], 90)],
            see: ({ Config }) => (Config.Healthcheck?.StartPeriod ?? 0) / 1e9,
            seen: [20, 90, 1],
        },
        "seconds to stop in": {
            declared: [{ stopSeconds: 2 }, { stopSeconds: 3 }],
            see: ({ Config }) => (Config as { StopTimeout?: number }).StopTimeout,
            seen: [2, 3, 1],
        },
        "folders in memory": {
            declared: [{ tmpfs: ["/one"] }, { tmpfs: ["/one", "/two"] }],
            see: ({ HostConfig }) => Object.keys(HostConfig.Tmpfs ?? {}).sort(),
            seen: [["/one", "/tmp"], ["/one", "/tmp", "/two"], ["/tmp"]],
        },
    };
}

function file(path: string, content: string, owner?: string): Partial<Workload> {
    return { files: [{ path, content, owner }] };
}

function after(path: string): Partial<Workload> {
    return { files: [{ path: "/run/secrets/word", content: "word", after: path }] };
}

function mount(source: string, target: string, readOnly?: boolean): Partial<Workload> {
    return { mounts: [{ source: `${prefix}${source}`, target, readOnly }] };
}

function mountsOf({ Mounts }: Inspected): string[] {
    return Mounts.map(({ Name, Destination, RW }) => `${Name} ${Destination} ${RW ? "rw" : "ro"}`);
}

function on(network: ReturnType<Network>, ...aliases: string[]): Partial<Workload> {
    return { networks: [{ network, aliases }] };
}

function publish(port = 0): Partial<Workload> {
    return { publish: { port: 8000, on: [{ port, ip: "127.0.0.1" }] } };
}

function check(command: string[], startSeconds = 1): Partial<Workload> {
    return { health: { command, startSeconds } };
}

/** What a shell inside prints; nothing where it fails. */
async function inside(id: string, command: string): Promise<string> {
    const { code, output } = await tryDocker("exec", "--user", "0", id, "sh", "-c", command);
    return code === 0 ? output.trim() : "";
}
