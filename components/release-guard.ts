import * as pulumi from "@pulumi/pulumi";
import type Docker from "dockerode";
import { isFloating } from "../authentik/images";
import { compare, seriesOf, supported, versionPattern, versionProblem } from "../authentik/releases";
import { isCreatedHere, roles, rolesOf, usesRedis } from "../authentik/roles";
import { databaseProblems, databaseQuery, type DatabaseUse, useProblem } from "../authentik/upgrades";
import type { Config } from "../config/schema";
import type { Problem } from "../ground/problems";
import type { DockerConnection } from "../engine/connection";
import { resourceLabel, stackIdentity, stackLabel } from "../engine/labels";
import type { Observation } from "../engine/observation";
import { execute } from "../engine/streams";
import { withAdditions } from "./additions";
import type { Context } from "./context";
import type { Networks } from "./networks";
import { allowedConnections } from "./postgres";
import { type PostgresConnection, psql } from "./postgres-connection";
import type { Reach } from "./shared-data";

/** What the database is asked with before authentik uses it. */
export interface ReleaseGuardArgs {
    /** The release, and who else uses the server; plain. */
    use: DatabaseUse;
    postgres: PostgresConnection;
    /** An image of PostgreSQL with `psql`, e.g. `postgres:16-alpine`. */
    image: pulumi.Input<string>;
    /** `db` and `backend` are used. */
    networks: Networks;
    /** The names that it has beside what DNS says. Default: none. */
    reach?: Reach;
    context: Context;
}

const queryFile = "/release/query.sql";
const printing = ["--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"];

/**
 * Asks the database which release it is of, before a server or a worker of another one migrates it.
 *
 * @throws (when the update runs) Error where authentik cannot go from that release to this one, or where the database is not
 *   fit for it, with what to do instead. Nothing of authentik was touched then.
 */
export function guardRelease(
    name: string,
    args: ReleaseGuardArgs,
    opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
    const { use, postgres, networks, reach, context } = args;
    return context.runtime.job(
        name,
        {
            ...withAdditions(psql(postgres, args.image, [...printing, `--file=${queryFile}`]), reach),
            title: "asking the database for its release",
            documents: { [queryFile]: databaseQuery },
            networks: networks.attach(["db", "backend"], `${context.prefix}authentik-release`),
            triggers: {
                version: use.version,
                consumers: (use.consumers ?? []).join(" "),
                revision: postgres.revision,
            },
            seconds: 60,
            judge: (output) => {
                const problems = databaseProblems(output, use).map((problem) => `version ${use.version} ${problem}`);
                return problems.length === 0 ? undefined : problems.join("\n");
            },
            cure: "Fix the cause, then run `pulumi up` again.",
        },
        { ...opts, dependsOn: postgres.dependsOn },
    );
}

/** The label that every official image of authentik has, and images made from one inherit. */
const versionLabel = "org.opencontainers.image.version";

/** The release that a server is to be of, and how a message names it. */
type Planned = Pick<DatabaseUse, "version" | "allowUntested" | "isFloating"> &
    Pick<Problem, "key" | "value"> & { names: string };

/**
 * The release that the server will be of: what its image says where the configuration names one, whose tag may have moved, and
 * `version` otherwise.
 */
async function plannedRelease(
    { version, allowUntested, images }: Config,
    connection: DockerConnection,
): Promise<Planned> {
    const own = images.server;
    const named = { version, allowUntested, key: "version", value: version, names: "" };
    if (own === undefined) return named;
    const said = (await connection.image(own).catch(() => undefined))?.Config.Labels?.[versionLabel] ?? "";
    // Whoever builds images may write a version of their own into the label.
    const isRelease = versionProblem(said, true) === undefined && compare(seriesOf(said), supported.to) <= 0;
    if (!isRelease) return { ...named, isFloating: isFloating(own, version) };
    return said === version
        ? named
        : { ...named, version: said, key: "images.server", value: own, names: `is authentik ${said}, which ` };
}

/**
 * Why the planned release does not fit the configured series, or cannot follow the one that runs.
 *
 * @param name of the stack's component.
 */
function releaseProblems(config: Config, planned: Planned, name: string, seen: Observation): Problem[] {
    if (seriesOf(planned.version) !== seriesOf(config.version))
        return [
            problemOf(
                planned,
                `is not of the series of version ${config.version}; set version to ${planned.version}, or name an image of ${seriesOf(config.version)}`,
            ),
        ];
    const runs = seen.label(`${name}-server`, versionLabel);
    const step = runs === undefined || !versionPattern.test(runs) ? undefined : useProblem(runs, planned);
    if (step === undefined) return [];
    // What is to be done about a version is not done about an image.
    const both = planned.names === "" ? "" : "; change version and images.server together, to an image of that release";
    return [problemOf(planned, `${step}${both}`)];
}

/** @param cure in words that follow the release's name. */
function problemOf({ key, value, names }: Planned, cure: string): Problem {
    return { key, value, cure: `${names}${cure}` };
}

/**
 * What the container that runs, and the stack's own PostgreSQL and Redis, say against another release, for a preview and before
 * anything is touched. Where they do not run, or say nothing, there is no problem: the update asks the database again.
 *
 * @param name of the stack's component.
 */
export async function serviceProblems(
    config: Config,
    name: string,
    seen: Observation | undefined,
    connection: DockerConnection,
): Promise<Problem[]> {
    if (seen === undefined) return [];
    const planned = await plannedRelease(config, connection);
    const step = releaseProblems(config, planned, name, seen);
    if (step.length > 0) return step;
    const isOther = seen.label(`${name}-server`, versionLabel) !== planned.version;
    const [database, redis] = await Promise.all([
        isOther ? ownDatabaseProblems(config, planned, `${name}-postgres-server`, connection).catch(() => []) : [],
        redisProblems(config, `${name}-redis-server`, connection),
    ]);
    return [...database, ...redis];
}

/** Asks the database inside the container that runs, as authentik's role, through the socket. */
async function ownDatabaseProblems(
    config: Config,
    planned: Planned,
    resource: string,
    connection: DockerConnection,
): Promise<Problem[]> {
    const { consumers, postgres, prefix } = config;
    if (!isCreatedHere(postgres)) return [];
    const containers = await connection.get<Docker.ContainerInfo[]>("/containers/json");
    const server = runningOf(containers, resource, prefix);
    if (server === undefined) return [];
    const query = `printf '%s' "$1" | psql --username=authentik --dbname=authentik --no-psqlrc ${printing.join(" ")}`;
    const container = (await connection.client()).getContainer(server.Id);
    const { code, output } = await execute(container, ["sh", "-c", query, "sh", databaseQuery]);
    if (code !== 0) return [];
    const allowed = allowedConnections(config);
    const { version, allowUntested } = planned;
    const release = { version, allowUntested, isFloating: planned.isFloating };
    const use = { ...release, consumers: consumers.map((consumer) => consumer.name), isOwn: true, allowed };
    return databaseProblems(output, use).map((cure) => problemOf(planned, cure));
}

/** The running container of a workload of the stack with this prefix. */
function runningOf(
    containers: Docker.ContainerInfo[],
    resource: string,
    prefix: string,
): Docker.ContainerInfo | undefined {
    const stack = stackIdentity(pulumi.getProject(), prefix);
    return containers.find(({ Labels }) => Labels[stackLabel] === stack && Labels[resourceLabel] === resource);
}

/** A Redis that this configuration leaves out, while containers of others are connected to it. */
async function redisProblems(config: Config, resource: string, connection: DockerConnection): Promise<Problem[]> {
    if (rolesOf(config).includes("redis")) return [];
    const users = await othersOn(resource, config.prefix, connection).catch(() => []);
    if (users.length === 0) return [];
    const goes = `so the Redis of this stack would be removed, but ${users.join(", ")} ${users.length === 1 ? "is" : "are"} connected to it`;
    const problem = usesRedis(config)
        ? {
              key: "redis",
              value: config.redis,
              cure: `names another Redis, ${goes}; connect them to that one or stop them first`,
          }
        : {
              key: "version",
              value: config.version,
              cure: `needs no Redis, and no consumer has a redisIndex, ${goes}; name them among \`consumers\` with a redisIndex, which keeps it, or stop them first`,
          };
    return [problem];
}

/** Names of containers that are connected to a workload of this stack, and are not of the stack themselves. */
async function othersOn(resource: string, prefix: string, connection: DockerConnection): Promise<string[]> {
    const containers = await connection.get<Docker.ContainerInfo[]>("/containers/json");
    const server = runningOf(containers, resource, prefix);
    if (server === undefined) return [];
    const isOurs = ({ Labels }: Docker.ContainerInfo) => Labels[stackLabel] === server.Labels[stackLabel];
    const container = (await connection.client()).getContainer(server.Id);
    const { output } = await execute(container, ["cat", "/proc/net/tcp", "/proc/net/tcp6"]);
    const peers = peersOf(output, roles.redis.port.number);
    return containers.filter((one) => !isOurs(one) && addressesOf(one).some((at) => peers.includes(at))).map(nameOf);
}

/** Addresses, as the kernel writes them, that are connected to a port: lines of /proc/net/tcp and /proc/net/tcp6. */
function peersOf(table: string, port: number): string[] {
    const local = port.toString(16).toUpperCase().padStart(4, "0");
    // The state 01 is an established connection.
    const line = new RegExp(String.raw`^\s*\d+: [\dA-F]+:${local} ([\dA-F]+):[\dA-F]{4} 01 `, "gm");
    // One that a server takes on IPv6 ends in the address of IPv4.
    return [...table.matchAll(line)].map(([, peer = ""]) => peer.replace(/^0{16}FFFF0000/, ""));
}

/** The addresses of a container in that form: each four bytes of them in reverse order. */
function addressesOf({ NetworkSettings }: Docker.ContainerInfo): string[] {
    const networks = Object.values(NetworkSettings.Networks);
    return networks.flatMap(({ IPAddress }) =>
        IPAddress === "" ? [] : [Buffer.from(IPAddress.split(".").map(Number).reverse()).toString("hex").toUpperCase()],
    );
}

function nameOf({ Names: [name = ""] }: Docker.ContainerInfo): string {
    return name.replace(/^\//, "");
}
