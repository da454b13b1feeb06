import type Docker from "dockerode";
import { existsSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseEnv } from "node:util";
import { databaseQuery, newestRelease } from "../../authentik/upgrades";
import type { DockerConnection } from "../../engine/connection";
import { readFile } from "../../engine/files";
import { stackLabel } from "../../engine/labels";
import { execute } from "../../engine/streams";
import { ToolError } from "../progress";

/** An authentik that was installed in another way, as far as it is taken over. */
export interface Installation {
    /** Name of the Docker project. */
    name: string;
    version: string;
    /** Image of server and worker; undefined where nothing is known of it. */
    image?: string;
    /** Environment of the server, with what it names in files and other variables. */
    environment: Record<string, string>;
    /** Names of the variables that had a file. */
    fromFiles: string[];
    ports: { port: number; ip: string; tls?: boolean }[];
    /** Networks that are not the project's own. */
    networks: string[];
    /** Mounts of server and worker; a volume by its name, a folder by its path on the Docker host. */
    mounts: OldMount[];
    /** Names of containers that are outposts. */
    outposts: string[];
    /** Ids of what uses the database, and of all containers. */
    containers: { writing: string[]; all: string[] };
    /** The PostgreSQL that runs; undefined where a dump was given. */
    database?: OldDatabase;
    /** What the database says: e-mail address of akadmin, and where browsers reach authentik. */
    email?: string;
    url?: string;
}

/** A mount of the old server or worker. */
export interface OldMount {
    source: string;
    target: string;
    of: "server" | "worker";
}

/** Where the old database is. */
export interface OldDatabase {
    container: string;
    user: string;
    name: string;
    /** PostgreSQL's version, e.g. 16. */
    major: number;
}

const isOutpost = /(^|\/)(proxy|ldap|radius|rac)(:|@|$)/;
const project = "com.docker.compose.project";
const composeFiles = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml", ".env"];

/**
 * What a dump and a folder with an `.env` say: of an installation that is not on this Docker host, such as one by Helm.
 *
 * @throws ToolError when the folder does not say what has to be known.
 */
export function readFolder(folder: string): Installation {
    const file = join(folder, ".env");
    const environment = existsSync(file) ? (parseEnv(readFileSync(file, "utf8")) as Record<string, string>) : {};
    const { AUTHENTIK_TAG: version } = environment;
    if (version === undefined || environment.AUTHENTIK_SECRET_KEY === undefined)
        throw new ToolError(
            `${file} has to set AUTHENTIK_TAG, the release that made the dump, and AUTHENTIK_SECRET_KEY.`,
        );
    const mounts = [
        { source: "media", target: "/media" },
        { source: "data", target: "/data" },
        { source: "custom-templates", target: "/templates" },
        { source: "certs", target: "/certs" },
    ].flatMap(({ source, target }): OldMount[] => {
        const path = resolve(folder, source);
        return existsSync(path) ? [{ source: path, target, of: "server" }] : [];
    });
    return {
        ...{ name: basename(resolve(folder)), version, environment, mounts },
        ...{ fromFiles: [], ports: [], networks: [], outposts: [], containers: { writing: [], all: [] } },
    };
}

/**
 * Looks at a Docker project, and changes nothing.
 *
 * @param asked its name, or the folder with its compose file.
 * @throws ToolError that says what is missing.
 */
export async function inspectProject(connection: DockerConnection, asked: string): Promise<Installation> {
    const docker = await connection.client();
    const listed = await docker.listContainers({ all: true });
    const isFolder = composeFiles.some((file) => existsSync(join(asked, file)));
    const isAsked = ({ Labels }: Docker.ContainerInfo) =>
        isFolder
            ? Labels[`${project}.working_dir`] === resolve(asked) ||
              Labels[project] === basename(resolve(asked)).toLowerCase()
            : Labels[project] === asked;
    const own = listed.filter(isAsked);
    const inspected = await Promise.all(own.map(({ Id }) => docker.getContainer(Id).inspect()));
    const running = (command: string) => inspected.find(({ Config }) => Config.Cmd?.at(-1) === command);
    const [server, worker] = [running("server"), running("worker")];
    if (server === undefined || worker === undefined) {
        const projects = [...new Set(listed.flatMap(({ Labels }) => Labels[project] ?? []))].join(", ");
        throw new ToolError(
            `No authentik with a server and a worker was found at ${asked}; start it with \`docker compose up -d\`. ` +
                `The Docker host has the projects: ${projects === "" ? "none" : projects}.`,
        );
    }
    const { environment, fromFiles } = await resolved(docker, server);
    const database = await findDatabase(docker, server, environment);
    const ask = (sql: string) => answer(docker, database, sql);
    const version = newestRelease((await ask(databaseQuery)) ?? '{"versions": []}');
    if (version === undefined)
        throw new ToolError(`The database of ${asked} does not say which release of authentik it belongs to.`);
    const name = own[0]?.Labels[project] ?? asked;
    return {
        ...{ name, version, image: server.Config.Image, environment, fromFiles, database },
        ports: portsOf(server),
        networks: await foreignNetworks(docker, server, name),
        mounts: [...mountsOf(server, "server"), ...mountsOf(worker, "worker")],
        outposts: listed
            .filter((one) => "io.goauthentik.outpost-uuid" in one.Labels || (isAsked(one) && isOutpost.test(one.Image)))
            .flatMap(nameOf),
        containers: {
            writing: [server.Id, worker.Id],
            all: own.map(({ Id }) => Id),
        },
        email: await ask("SELECT email FROM authentik_core_user WHERE username = 'akadmin' AND email <> ''"),
        url: await ask(
            "SELECT _config->>'authentik_host' FROM authentik_outposts_outpost WHERE managed = 'goauthentik.io/outposts/embedded'",
        ),
    };
}

function nameOf({ Names, Labels }: Docker.ContainerInfo): string[] {
    const name = Names[0]?.slice(1);
    return name === undefined || stackLabel in Labels ? [] : [name];
}

/** What a container has beside its image; `file://` and `env://` are followed as authentik does. */
async function resolved(docker: Docker, { Id, Image, Config }: Docker.ContainerInspectInfo) {
    const { Env } = (await docker.getImage(Image).inspect()).Config;
    const given = Object.fromEntries(
        Config.Env.filter((line) => !((Env as string[] | null) ?? []).includes(line)).map((line): [string, string] => {
            const at = line.indexOf("=");
            return [line.slice(0, at), line.slice(at + 1)];
        }),
    );
    const environment: Record<string, string> = { ...given };
    const fromFiles: string[] = [];
    for (const [name, value] of Object.entries(given)) {
        const [, scheme, rest = ""] = /^(file|env):\/\/(.+)$/.exec(name.startsWith("AUTHENTIK_") ? value : "") ?? [];
        if (scheme === "env") environment[name] = given[rest] ?? "";
        if (scheme !== "file") continue;
        environment[name] = (await readFile(docker.getContainer(Id), rest)).trim();
        fromFiles.push(name);
    }
    return { environment, fromFiles };
}

/** The container that the server knows by the name of its database's host. */
async function findDatabase(
    docker: Docker,
    server: Docker.ContainerInspectInfo,
    environment: Record<string, string>,
): Promise<OldDatabase> {
    const { AUTHENTIK_POSTGRESQL__HOST: host = "localhost" } = environment;
    const networks = Object.keys(server.NetworkSettings.Networks);
    for (const { Id, Labels } of await docker.listContainers({ all: true })) {
        if (stackLabel in Labels) continue;
        const { Name, NetworkSettings, State } = await docker.getContainer(Id).inspect();
        const aliases = Object.entries(NetworkSettings.Networks)
            .filter(([network]) => networks.includes(network))
            .flatMap(([, { Aliases }]) => [Name.slice(1), ...((Aliases as string[] | null) ?? [])]);
        if (!aliases.includes(host)) continue;
        const { AUTHENTIK_POSTGRESQL__USER: user = "authentik", AUTHENTIK_POSTGRESQL__NAME: name = "authentik" } =
            environment;
        const at = { container: Id, user, name, major: 0 };
        // An earlier run stopped it.
        if (!State.Running) await docker.getContainer(Id).start();
        const version = await patiently(() => answer(docker, at, "SHOW server_version_num"), State.Running ? 1 : 60);
        if (version !== undefined) return { ...at, major: Math.floor(Number(version) / 10_000) };
        throw new ToolError(
            `${Name.slice(1)} does not let ${user} read the database ${name} through its socket; make a dump with ` +
                "`pg_dump --format=custom` and give it with --dump.",
        );
    }
    throw new ToolError(
        `No container on the networks of ${server.Name.slice(1)} is called ${host}, which its settings name as the database. Start it, or make a ` +
            "dump with `pg_dump --format=custom` and give it with --dump. A database on another server can stay there: see " +
            "`postgres.external` in docs/configuration.md.",
    );
}

/** Asks again, each second, until there is an answer. */
async function patiently(ask: () => Promise<string | undefined>, times: number): Promise<string | undefined> {
    for (let left = times; left > 1; left--) {
        const found = await ask();
        if (found !== undefined) return found;
        await sleep(1000);
    }
    return await ask();
}

/** What the old database answers, without its warnings; undefined where it has no such table, or nothing to say. */
async function answer(docker: Docker, database: OldDatabase, sql: string): Promise<string | undefined> {
    const { container, user, name } = database;
    const script =
        'printf "%s" "$1" | psql --username="$2" --dbname="$3" --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 2> /dev/null';
    const { code, output } = await execute(docker.getContainer(container), ["sh", "-c", script, "sh", sql, user, name]);
    return code === 0 && output.trim() !== "" ? output.trim() : undefined;
}

function portsOf({ HostConfig }: Docker.ContainerInspectInfo): Installation["ports"] {
    const bindings = (HostConfig.PortBindings ?? {}) as Record<string, { HostIp?: string; HostPort: string }[]>;
    return Object.entries(bindings).flatMap(([inside, ports]) => {
        const tls = { "9000/tcp": false, "9443/tcp": true }[inside];
        return tls === undefined
            ? []
            : ports
                  .filter(({ HostPort }) => Number(HostPort) > 0)
                  .map(({ HostIp = "", HostPort }) => ({
                      port: Number(HostPort),
                      ip: HostIp === "" ? "0.0.0.0" : HostIp,
                      ...(tls ? { tls } : {}),
                  }));
    });
}

async function foreignNetworks(docker: Docker, { NetworkSettings }: Docker.ContainerInspectInfo, name: string) {
    const networks = await Promise.all(
        Object.keys(NetworkSettings.Networks).map(async (network) => {
            const { Labels } = await docker.getNetwork(network).inspect();
            return Labels?.[project] === name || network === "bridge" ? [] : [network];
        }),
    );
    return networks.flat();
}

function mountsOf({ Mounts }: Docker.ContainerInspectInfo, of: OldMount["of"]): OldMount[] {
    return Mounts.map(({ Type, Name, Source, Destination }) => ({
        source: Type === "volume" ? (Name ?? Source) : Source,
        target: Destination,
        of,
    }));
}
