import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import type Docker from "dockerode";
import { type DockerConnection, ignoring } from "../engine/connection";
import { containerAtWork, type JobAtWork } from "../engine/job";
import { serviceAtWork } from "../engine/swarm-job";
import { formerLabel, stackIdentity, stackLabel } from "../engine/labels";
import { type OldRecord, recordStep, valueOf } from "../engine/step";
import type { Observation } from "../engine/observation";
import { listed } from "../engine/start";
import { copiedFromLabel, postgresProblems } from "./postgres-major";
import { missingImages } from "./preflight-images";
import { swarmProblems } from "./preflight-swarm";
import { serviceProblems } from "./release-guard";
import { clash, type Published } from "../ground/fields";
import { formatPath, formatProblems, type Problem } from "../ground/problems";
import { officialImages } from "../authentik/images";
import { publishedPorts } from "../config/published";
import type { Config } from "../config/schema";
import { backupJob, remembered, restoreAtWork, restored, type VolumeRole, volumesOf } from "../config/volumes";

/**
 * Checks the configuration against the Docker host: a release that cannot follow the one that runs, a PostgreSQL that cannot
 * read the data, ports that others use, networks to adopt that do not exist, and images that cannot be pulled.
 *
 * A preview checks the releases alone, by what was seen already and by images that are there, so that it needs no engine.
 *
 * @param stack the component's name, and what was seen of its containers.
 * @throws pulumi.RunError that lists every problem, before any resource is registered.
 */
export async function preflight(
    config: Config,
    connection: DockerConnection,
    stack: { name: string; seen?: Observation },
): Promise<void> {
    // Also in a preview, where an engine was seen, and before images of a release that cannot be run are pulled.
    refuse(await serviceProblems(config, stack.name, stack.seen, connection));
    const dry = pulumi.runtime.isDryRun();
    // What the tag of an image leads to is known for sure once the image is there.
    const again = () =>
        config.images.server === undefined ? [] : serviceProblems(config, stack.name, stack.seen, connection);
    if (config.runtime === "swarm") {
        refuse(await swarmProblems(config, connection, dry));
        if (dry) return;
        refuseRestore(await serviceAtWork(connection, ...restoreIn(config)).catch(unanswered));
        refuse(await again());
        return;
    }
    const project = { project: pulumi.getProject(), name: pulumi.getStack(), dry };
    if (dry) {
        // No engine has to answer, as in the preview of a pull request.
        if (stack.seen !== undefined) refuse(await postgresProblems(config, connection, project));
        return;
    }
    // Settings that lead nowhere throw here, and are more than an engine that does not answer.
    const lists = Promise.all([
        connection.get<Docker.ContainerInfo[]>("/containers/json"),
        connection.get<Docker.NetworkInspectInfo[]>("/networks"),
    ]);
    const seen = await look(connection, config.prefix, lists).catch(() => undefined);
    if (seen === undefined) return;
    refuseRestore(seen.restore);
    const taken = await takenPorts(config, seen, connection.isLocal);
    const problems = [
        ...missingNetworks(config, seen.networks),
        ...taken.map(({ problem }) => problem),
        ...(await missingImages(config, connection)),
    ];
    // Ports of containers that this program made: those of another stack, or this one's own under the prefix it had.
    if (taken.some(({ isOfProject }) => isOfProject))
        await keepNames(config, connection, stack.seen, new Error(told(problems)));
    refuse(problems);
    refuse(await again());
    refuse(await postgresProblems(config, connection, project));
}

function refuse(problems: Problem[]): void {
    if (problems.length > 0) throw new pulumi.RunError(told(problems));
}

function told(problems: Problem[]): string {
    return formatProblems(problems, pulumi.getProject(), () => false);
}

/**
 * Remembers the names of a stack's data, and makes its volumes. The prefix cannot change: everything would be made a second
 * time, with empty volumes, and what was there deleted. A volume may have another name if there is one, which then has the data.
 * One that was there and is gone is never made anew in silence: an authentik without anybody in it would take its place.
 *
 * @param seen what was seen on the Docker host; undefined when no engine answered.
 * @param problem that is thrown on a first update, which then remembers nothing. Default: none.
 * @returns when it is sure of that; at once in a preview.
 * @throws (when the update runs) Error that names what was and what would be, before anything is changed.
 */
export async function keepNames(
    config: Config,
    connection: DockerConnection,
    seen?: Observation,
    problem?: Error,
): Promise<void> {
    const { prefix } = config;
    const isSwarm = config.runtime === "swarm";
    const named = volumesOf(config);
    const own = isSwarm ? remembered.onSwarm : remembered.made;
    const memory = Object.fromEntries([
        [JSON.stringify(prefix), ""],
        ...named.map(([role, volume]) => [`${role} ${volume}`, own]),
    ]) as Record<string, string>;
    const run = async (forgotten: Record<string, string>, _: string, old?: OldRecord) => {
        const memories = old?.memory ?? {};
        const before = Object.keys(forgotten).find((one) => one.startsWith('"'));
        const problems =
            before !== undefined
                ? [otherPrefix(prefix, before)]
                : isSwarm
                  ? hostVolumes(memories)
                  : await lostVolumes(config, Object.keys(forgotten), connection);
        // On a Swarm they are on a node that cannot be asked.
        const missing = before !== undefined || isSwarm ? [] : await missingVolumes(named, connection);
        for (const [role, name] of missing) {
            const was = memories[`${role} ${name}`] ?? "";
            if (was !== "") problems.push(goneVolume(role, name, was === remembered.onSwarm));
        }
        if (problems.length > 0) throw new Error(told(problems));
        if (problem !== undefined) throw problem;
        // Here, so that what is remembered was there: an update may end before it gets to them.
        const docker = await connection.client();
        for (const [, Name] of missing)
            await docker.createVolume({ Name, Labels: { [stackLabel]: stackIdentity(pulumi.getProject(), prefix) } });
    };
    const facts = { prefix, ...Object.fromEntries(named) };
    const again = seen?.whyLook(named.map(([, name]) => name));
    const step = recordStep("prefix", { facts, memory, again, run }, {});
    if (!pulumi.runtime.isDryRun()) await valueOf(step.urn);
}

function otherPrefix(prefix: string, before: string): Problem {
    const cure = `cannot change from ${before}, since the names of this stack's volumes begin with it; change it back, or create another stack with \`pulumi stack init\``;
    return { key: "prefix", value: prefix, cure };
}

/** Volumes of the stack that the host does not have. */
async function missingVolumes(named: [VolumeRole, string][], connection: DockerConnection) {
    const { Volumes } = await connection.get<{ Volumes: ListedVolume[] | null }>("/volumes");
    return named.filter(([, name]) => !(Volumes ?? []).some(({ Name }) => Name === name));
}

function goneVolume(role: VolumeRole, name: string, wasOnSwarm: boolean): Problem {
    const empty = `create it again, empty, with \`docker volume create ${name}\``;
    const restore = restored.includes(role)
        ? "restore a backup with `npm run restore -- <id>`, which `npm run backups` lists, or "
        : "";
    const cure = wasOnSwarm
        ? `is not on this Docker host; copy it from the Swarm's node with the data, as docs/swarm.md says, or ${empty}`
        : `no longer exists on the Docker host, and its data is lost; ${restore}run \`npm stop\` and ${empty}`;
    return { key: `volumes.${role}.name`, value: name, cure };
}

/**
 * Volumes of one host leave the state on the way to a Swarm. Some would be deleted there, at the manager, which may have others of
 * the same names.
 */
function hostVolumes(memories: Record<string, string>): Problem[] {
    const names = Object.entries(memories).flatMap(([one, was]) =>
        was === remembered.made ? one.split(" ").slice(1) : [],
    );
    if (names.length === 0) return [];
    const cure = `is new for this stack, whose volumes are on one host (${names.join(", ")}); copy them as docs/swarm.md says, and run \`npm start -- ${pulumi.getStack()}\`, which leaves the former ones as they are`;
    return [{ key: "runtime", value: "swarm", cure }];
}

interface ListedVolume {
    Name: string;
    Labels: Record<string, string> | null;
}

/** Volumes that have another name now, under which there is no data, or whose former one would be deleted. */
async function lostVolumes(config: Config, forgotten: string[], connection: DockerConnection): Promise<Problem[]> {
    const former = new Map(forgotten.map((one) => one.split(" ") as [string, string]));
    const changed = volumesOf(config).flatMap(([role, name]) => {
        const before = former.get(role);
        return before === undefined ? [] : [{ key: `volumes.${role}.name`, value: name, before }];
    });
    if (changed.length === 0) return [];
    const { Volumes } = await connection.get<{ Volumes: ListedVolume[] | null }>("/volumes");
    const there = new Map((Volumes ?? []).map(({ Name, Labels }) => [Name, Labels?.[copiedFromLabel]]));
    return changed.flatMap(({ key, value, before }): Problem[] => {
        const isCopy = there.get(value) === before || there.get(before) === value;
        if (!config.protectData && !isCopy)
            return [
                {
                    key,
                    value,
                    cure: `is another volume, and with protectData off the volume ${before} would be deleted; run \`pulumi up\` with protectData: true first`,
                },
            ];
        if (there.has(value) || !there.has(before)) return [];
        const copy = `docker run --rm -v ${before}:/from:ro -v ${value}:/to ${config.images.postgres ?? officialImages(config.version).postgres} cp -a /from/. /to`;
        return [
            {
                key,
                value,
                cure: `does not exist yet, so the data in ${before} would be missing; stop the stack and copy the data with \`${copy}\`, or create an empty volume with \`docker volume create ${value}\``,
            },
        ];
    });
}

/** The stack and the job of a restore into it, by which it is found. */
function restoreIn({ prefix }: Pick<Config, "prefix">): [stack: string, job: string] {
    return [stackIdentity(pulumi.getProject(), prefix), `${prefix}${backupJob("restore")}`];
}

/** That no engine answers is for the update to say; what one refuses is an error. */
function unanswered(error: Error): undefined {
    if ("statusCode" in error) throw error;
    return undefined;
}

function refuseRestore(restore: JobAtWork | undefined): void {
    if (restore !== undefined) throw new pulumi.RunError(restoreAtWork(restore));
}

async function look(
    connection: DockerConnection,
    prefix: string,
    lists: Promise<[Docker.ContainerInfo[], Docker.NetworkInspectInfo[]]>,
) {
    const [containers, networks] = await lists;
    const stack = stackIdentity(pulumi.getProject(), prefix);
    const own = containers.filter(
        ({ Labels }) =>
            Labels[stackLabel] === stack ||
            Labels[formerLabel]?.startsWith(`urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::`),
    );
    const others = containers.filter((container) => !own.includes(container));
    const restore = containerAtWork(containers, ...restoreIn({ prefix }));
    return {
        others,
        networks,
        restore,
        ownPorts: (await Promise.all(own.map(({ Id }) => portsOf(connection, Id)))).flat(),
    };
}

/** The host's ports that a container publishes when it runs; while it restarts, a list shows it without any. */
async function portsOf(connection: DockerConnection, id: string): Promise<Published[]> {
    // One that went meanwhile publishes nothing.
    const found = await connection.get<Docker.ContainerInspectInfo>(`/containers/${id}/json`).catch(ignoring(404));
    const bindings = (found?.HostConfig.PortBindings ?? null) as Record<
        string,
        { HostIp?: string; HostPort: string }[]
    > | null;
    return Object.entries(bindings ?? {}).flatMap(([inside, ports]) =>
        ports.map(({ HostIp, HostPort }) =>
            listed({ PublicPort: Number(HostPort), IP: HostIp, Type: inside.split("/")[1] }),
        ),
    );
}

function missingNetworks(config: Config, networks: Docker.NetworkInspectInfo[]): Problem[] {
    const names = networks.map(({ Name }) => Name);
    return Object.entries(config.networks)
        .filter(([, { adopt, name }]) => adopt && !names.includes(name))
        .map(([role, { name }]) => ({
            key: `networks.${role}.name`,
            value: name,
            cure: `is to be adopted, but the Docker host has no such network; create it with \`docker network create ${name}\` or remove networks.${role}.adopt`,
        }));
}

async function takenPorts(
    config: Config,
    { others, ownPorts }: { others: Docker.ContainerInfo[]; ownPorts: Published[] },
    local: boolean,
): Promise<{ problem: Problem; isOfProject: boolean }[]> {
    const owner = (wanted: Published) => others.find(({ Ports }) => Ports.some((port) => clash(wanted, listed(port))));
    const problems = await Promise.all(
        publishedPorts(config).map(async (wanted) => {
            if (ownPorts.some((own) => clash(own, wanted))) return [];
            const found = owner(wanted);
            const isOfProject = found?.Labels[stackLabel]?.startsWith(stackIdentity(pulumi.getProject(), "")) ?? false;
            if (found === undefined && (!local || (await isFree(wanted)))) return [];
            const cure =
                found === undefined
                    ? "is in use by a program on the host; choose another port, or stop that program"
                    : `is published by the container ${found.Names[0]?.slice(1)}; choose another port, or stop that container`;
            return [{ problem: { key: formatPath(wanted.path), value: wanted.port, cure }, isOfProject }];
        }),
    );
    return problems.flat();
}

/** True when the port can be listened on; an address that is not the host's is for Docker to refuse. */
function isFree({ port, ip, protocol }: Published): Promise<boolean> {
    return new Promise((resolve) => {
        const refused = (error: NodeJS.ErrnoException) => resolve(error.code !== "EADDRINUSE");
        if (protocol === "udp") {
            const socket = createSocket(ip.includes(":") ? "udp6" : "udp4");
            socket.once("error", refused);
            socket.bind(port, ip, () => socket.close(() => resolve(true)));
        } else {
            const server = createServer();
            server.once("error", refused);
            server.listen(port, ip, () => server.close(() => resolve(true)));
        }
    });
}
