import type Docker from "dockerode";
import { randomBytes } from "node:crypto";
import { createReadStream, createWriteStream, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, posix } from "node:path";
import { PassThrough, type Writable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { roles } from "../../authentik/roles";
import { volumeName, type VolumeNames } from "../../config/volumes";
import type { DockerConnection } from "../../engine/connection";
import { putFiles } from "../../engine/files";
import { containersOn } from "../../engine/job";
import { jobLabel, jobLabels, stackLabel } from "../../engine/labels";
import { execute, lastLogLines } from "../../engine/streams";
import { handOverProgram } from "../../ground/hand-over";
import { type RootJob, runAsRoot } from "../backup/root-job";
import { type Progress, reasonOf, ToolError } from "../progress";
import type { OldDatabase } from "./installation";
import type { Translation } from "./translate";

/** Where the data of an installation goes. */
export interface Destination {
    connection: DockerConnection;
    /** The stack's identity in labels, and what its volumes are called. */
    identity: string;
    names: VolumeNames;
    /** The PostgreSQL image of the stack. */
    image: string;
}

const { folder: dataFolder } = roles.postgres.data;
const passwordFile = "/run/secrets/postgres_password";

/** Puts a dump into the database `authentik` that is made for it, whose name it gets when it is whole. */
const restoreScript = `set -eu
run() { psql --username=postgres --no-psqlrc --quiet --set=ON_ERROR_STOP=1 "$@"; }
run --command='DROP DATABASE IF EXISTS adopting WITH (FORCE)'
printf "SELECT 'CREATE ROLE authentik' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'authentik') \\\\\\\\gexec" | run
run --command='CREATE DATABASE adopting OWNER authentik'
pg_restore --username=postgres --dbname=adopting --no-owner --no-privileges --role=authentik --exit-on-error /dump/database.dump
printf "COMMENT ON DATABASE adopting IS :'from'; ALTER DATABASE adopting RENAME TO authentik" | run --set=from="$1"`;

const commentQuery =
    "SELECT 'comment: ' || coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = 'authentik'";

/**
 * Dumps the old database into a file of this machine, and changes nothing of it.
 *
 * @throws ToolError with the last words of `pg_dump`, or why the file cannot be written.
 */
export async function dump(
    connection: DockerConnection,
    { container, user, name }: OldDatabase,
    file: string,
): Promise<void> {
    const docker = await connection.client();
    mkdirSync(dirname(file), { recursive: true });
    const command = ["pg_dump", `--username=${user}`, "--format=custom", "--no-owner", "--no-privileges", name];
    const exec = await docker.getContainer(container).exec({ Cmd: command, AttachStdout: true, AttachStderr: true });
    const stream = await exec.start({ hijack: true, stdin: false });
    const part = createWriteStream(`${file}.part`, { mode: 0o600 });
    const words: Buffer[] = [];
    const errors = new PassThrough().on("data", (chunk: Buffer) => words.push(chunk));
    docker.modem.demuxStream(stream, part, errors);
    // Memory is not for what the disk is too slow to take.
    stream.on("data", () => part.writableNeedDrain && stream.pause());
    part.on("drain", () => stream.resume());
    try {
        await Promise.all([finished(part), finished(stream, { writable: false }).then(() => part.end())]);
    } catch (error) {
        rmSync(`${file}.part`, { force: true });
        throw new ToolError(`The dump of the old database cannot be written to ${file}: ${reasonOf(error)}`);
    } finally {
        stream.destroy();
    }
    const { ExitCode } = await exec.inspect();
    if (ExitCode !== 0) throw new ToolError(`The old database cannot be dumped:\n${Buffer.concat(words).toString()}`);
    renameSync(`${file}.part`, file);
}

/**
 * Restores a dump into the volume of the stack's PostgreSQL, before that starts for the first time.
 *
 * @param from names what the dump is of; a database with another name in its place is left alone.
 * @param make makes the dump, where one is needed.
 * @returns false where it was restored already.
 * @throws ToolError when the volume has a database of something else, or with the last words of `pg_restore`.
 */
export async function restore(
    progress: Progress,
    { connection, identity, names, image }: Destination,
    from: string,
    make: () => Promise<string>,
): Promise<boolean> {
    const volume = volumeName("postgres", names);
    const docker = await connection.client();
    const users = await docker.listContainers({ filters: { volume: [volume] } });
    const isOther = users.filter(({ Labels }) => Labels[jobLabel] !== jobOf(names, "database"));
    // The stack runs: its database was restored, or is its own.
    const [running] = isOther;
    if (running !== undefined) {
        return judge((await commentIn(docker.getContainer(running.Id))) ?? "", from, volume);
    }
    await handOver({ connection, identity, names, image }, volume, dataFolder, "postgres");
    const server = await startServer(docker, { identity, names, image }, volume);
    try {
        await untilReady(server);
        const there = await commentIn(server);
        if (there !== undefined) return judge(there, from, volume);
        const file = await make();
        progress("restoring the database");
        await putFile(server, file);
        const { code, output } = await execute(server, ["sh", "-c", restoreScript, "sh", from]);
        if (code !== 0) throw new ToolError(`The database cannot be restored:\n${output.trim().slice(-2000)}`);
        // PostgreSQL ends by itself, so that its files are whole.
        await server.stop({ t: 120 });
        return true;
    } finally {
        await server.remove({ force: true, v: true });
    }
}

/** What the database of a stack is a copy of, which its comment says; undefined where there is no such database. */
export async function commentIn(postgres: Docker.Container): Promise<string | undefined> {
    const { code, output } = await execute(postgres, ["psql", "--username=postgres", "-Atc", commentQuery]);
    if (code !== 0) throw new ToolError(`PostgreSQL cannot be asked for its databases:\n${output.trim()}`);
    // Beside warnings.
    return /^comment: (.*)$/m.exec(output)?.[1];
}

function judge(comment: string, from: string, volume: string): boolean {
    if (comment.trim() === from) return false;
    throw new ToolError(
        `The volume ${volume} has a database that is not from ${from}. Use another stack with --stack and a prefix of its ` +
            `own, or delete the volume with \`docker volume rm ${volume}\`.`,
    );
}

/** Copies the files of an installation into the stack's volumes, and gives them to authentik's user. */
export async function copyFiles(progress: Progress, to: Destination, copies: Translation["copies"]): Promise<void> {
    for (const { source, folder, volume, into } of copies) {
        progress(`copying ${source}${folder === "" ? "" : `/${folder}`}`);
        const script = 'test ! -d "$1" || { mkdir -p "$2" && cp -a "$1/." "$2/"; }; chown -R 1000:1000 /to';
        const command = [script, "sh", join("/from", folder), join("/to", into)];
        const mounts = [
            { source, target: "/from", readOnly: true },
            { source: volumeName(volume, to.names), target: "/to" },
        ];
        await job(to, "copying files", { entrypoint: ["sh", "-c"], command, mounts });
    }
}

function join(folder: string, name: string): string {
    return name === "" ? folder : `${folder}/${name}`;
}

/** A job ends an earlier one of its name, so that the database, which is there meanwhile, has another. */
function jobOf({ prefix }: VolumeNames, of: "files" | "database"): string {
    return `${prefix}authentik-adopt-${of}`;
}

async function handOver(to: Destination, volume: string, target: string, user: string): Promise<void> {
    const mounts = [{ source: volume, target }];
    const [entrypoint = "", ...command] = handOverProgram(user, [target]);
    await job(to, `giving ${volume} to its user`, { entrypoint: [entrypoint], command, mounts });
}

/** Runs a command in the PostgreSQL image, as root and without a network. */
async function job(
    { connection, identity, names, image }: Destination,
    title: string,
    process: Pick<RootJob, "entrypoint" | "command" | "mounts">,
): Promise<void> {
    await runAsRoot(containersOn(connection), {
        name: jobOf(names, "files"),
        title,
        identity,
        image,
        ...process,
        hours: 4,
    });
}

/** A PostgreSQL without a network, on the stack's volume; a killed run may have left one. */
async function startServer(
    docker: Docker,
    { identity, names, image }: Omit<Destination, "connection">,
    volume: string,
): Promise<Docker.Container> {
    const filters = { label: [`${jobLabel}=${jobOf(names, "database")}`, `${stackLabel}=${identity}`] };
    for (const { Id } of await docker.listContainers({ all: true, filters }))
        await docker.getContainer(Id).remove({ force: true, v: true });
    const container = await docker.createContainer({
        name: jobOf(names, "database"),
        Image: image,
        User: "postgres",
        Env: [`PGDATA=${dataFolder}`, `POSTGRES_PASSWORD_FILE=${passwordFile}`],
        Labels: jobLabels(identity, jobOf(names, "database")),
        Volumes: { "/dump": {}, [posix.dirname(passwordFile)]: {} },
        Healthcheck: { Test: ["NONE"] },
        HostConfig: {
            NetworkMode: "none",
            Mounts: [{ Type: "volume", Source: volume, Target: dataFolder }],
            CapDrop: ["ALL"],
            SecurityOpt: ["no-new-privileges"],
        },
    });
    // Nobody uses it: the first update of the stack sets another one.
    await putFiles(container, [{ path: passwordFile, content: randomBytes(24).toString("hex") }]);
    await container.start();
    return container;
}

async function untilReady(server: Docker.Container): Promise<void> {
    const until = Date.now() + 120_000;
    while ((await execute(server, roles.postgres.health.command).catch(() => ({ code: 1 }))).code !== 0) {
        const { State } = await server.inspect();
        if (!State.Running || Date.now() > until)
            throw new ToolError(`PostgreSQL does not start on its volume:\n${await lastLogLines(server, [])}`);
        await sleep(500);
    }
}

async function putFile(container: Docker.Container, file: string): Promise<void> {
    const { pack } = await import("tar-stream");
    const tar = pack();
    const entry = tar.entry({ name: "database.dump", size: statSync(file).size, mode: 0o444 });
    await Promise.all([
        pipeline(createReadStream(file), entry as unknown as Writable).then(() => tar.finalize()),
        container.putArchive(tar as unknown as NodeJS.ReadableStream, { path: "/dump" }),
    ]);
}
