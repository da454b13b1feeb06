import type Docker from "dockerode";
import { DockerConnection } from "../../../engine/connection";
import { jobLabel } from "../../../engine/labels";

/** A container as it is inspected, with types where the client's have none. */
export type Inspected = Omit<Docker.ContainerInspectInfo, "HostConfig"> & {
    HostConfig: Omit<Docker.HostConfig, keyof Typed> & Typed;
};

interface Typed {
    CapAdd: string[] | null;
    CapDrop: string[] | null;
    SecurityOpt: string[] | null;
    PortBindings: Record<string, { HostIp: string; HostPort: string }[]> | null;
}

/** What Docker says of a container. */
export async function inspect(id: string): Promise<Inspected> {
    return (await (await new DockerConnection().client()).getContainer(id).inspect()) as Inspected;
}

/** The jobs among everything that was seen of containers: one of each kind, the first by name. */
export function jobsIn(prefix: string, seen: string): Inspected[] {
    const jobs = seen
        .split("\n")
        .filter((line) => line.startsWith('{"Id":'))
        .map((line) => JSON.parse(line) as Inspected)
        .filter(({ Config }) => Config.Labels[jobLabel] !== undefined)
        .sort((a, b) => b.Name.localeCompare(a.Name));
    return [...new Map(jobs.map((job) => [titleOf(prefix, job), job])).values()];
}

/** The controls of containers, a column for each, as docs/security.md shows them. */
export function matrix(prefix: string, containers: Inspected[]): string {
    const columns = containers.map((one) => ({ title: titleOf(prefix, one), controls: controlsOf(prefix, one) }));
    const row = (cells: string[]) => `| ${cells.join(" | ")} |`;
    return [
        row(["", ...columns.map(({ title }) => title)]),
        row(["---", ...columns.map(() => "---")]),
        ...Object.keys(columns[0]?.controls ?? {}).map((control) =>
            row([control, ...columns.map(({ controls }) => controls[control] ?? "")]),
        ),
    ].join("\n");
}

/** What a container is called, whatever the stack is: by its host name, or what its job is. */
export function titleOf(prefix: string, { Config }: Inspected): string {
    const job = Config.Labels[jobLabel];
    if (job === undefined) return Config.Hostname.slice(prefix.length);
    const blueprints = "job: blueprints";
    const others = {
        ...{ databases: "job: databases", release: "job: release" },
        ...{ configured: "job: gateway", proven: "job: proof" },
    };
    const kinds = { owner: handOver, applied: blueprints, compared: blueprints, ...others };
    return Object.entries(kinds).find(([kind]) => new RegExp(`-${kind}(-\\d+)?$`).test(job))?.[1] ?? job;
}

/** The job that gives a volume to the user of its container. */
export const handOver = "job: hand a volume over";

/** The capabilities that it has, as Docker's documentation calls them. */
export function capabilitiesOf({ HostConfig }: Inspected): string[] {
    return (HostConfig.CapAdd ?? []).map((one) => one.replace(/^CAP_/, ""));
}

function controlsOf(prefix: string, one: Inspected): Record<string, string> {
    const { Config, HostConfig, Mounts, NetworkSettings } = one;
    const folders = (writable: boolean, named: boolean) =>
        Mounts.filter(({ RW, Name = "" }) => RW === writable && /^[0-9a-f]{64}$/.test(Name) !== named)
            .map(({ Destination }) => Destination)
            .sort();
    const { CapDrop, SecurityOpt, PidsLimit, Memory, MemorySwap = 0, LogConfig } = HostConfig;
    const { "max-size": size = "?", "max-file": count = "?" } = LogConfig?.Config as Record<string, string>;
    return {
        User: code([Config.User]),
        "Root file system": HostConfig.ReadonlyRootfs === true ? "read-only" : "WRITABLE",
        "In memory": code(Object.keys(HostConfig.Tmpfs ?? {}).sort()),
        // There is one such job for each volume.
        "Writes to volumes": titleOf(prefix, one) === handOver ? "that one" : code(folders(true, true)),
        Files: code([...folders(false, false), ...folders(true, false)].sort()),
        Capabilities: code(CapDrop?.includes("ALL") === true ? capabilitiesOf(one) : ["DOCKER'S OWN"]),
        "New privileges": SecurityOpt?.includes("no-new-privileges:true") === true ? "none" : "POSSIBLE",
        "Processes at most": String(PidsLimit),
        "Memory at most": `${(Memory ?? 0) / 1024 ** 2}m${Memory === MemorySwap ? "" : " AND SWAP"}`,
        "Log at most": `${count} files of ${size}`,
        Networks: Object.keys(NetworkSettings.Networks)
            .map((name) => name.slice(name.startsWith(prefix) ? prefix.length : 0))
            .sort()
            .join(", "),
        "Published on": code([...new Set(addressesOf(one))]),
    };
}

/** Addresses of the host that its ports are published on. */
export function addressesOf({ HostConfig }: Inspected): string[] {
    return Object.values(HostConfig.PortBindings ?? {})
        .flat()
        .map(({ HostIp }) => HostIp);
}

function code(words: string[]): string {
    return words.length === 0 ? "none" : words.map((word) => `\`${word}\``).join(", ");
}
