import { dirname } from "node:path/posix";
import { text } from "node:stream/consumers";
import type Docker from "dockerode";
import { jobLabels, removeJobs } from "./job-containers";
import { stackName } from "./labels";
import { pullIfMissing } from "./pull";

/** A file with its content known. */
export interface PlainFile {
    /** Absolute path inside the container. */
    path: string;
    content: string;
    /** User of the image, by name or as a numeric id, who alone can read it. Default: 1000. */
    owner?: string;
}

/**
 * Puts files into a container that is created and not yet started. The engine copies nothing onto a read-only root, so
 * each of their folders has to be a volume of the container.
 */
export async function putFiles(container: Docker.Container, files: PlainFile[]): Promise<void> {
    const byName = files.some(({ owner = "" }) => /\D/.test(owner));
    const passwd = byName ? await readFile(container, "/etc/passwd") : "";
    for (const folder of foldersOf(files)) {
        const inside = files.filter(({ path }) => path.startsWith(`${folder}/`));
        await container.putArchive(await archive(folder, inside, passwd), { path: folder });
    }
}

/** Volumes for the folders of files, as the engine takes them: of no name, so that they go with their container. */
export function volumesFor(files: { path: string }[]): Record<string, object> {
    return Object.fromEntries(foldersOf(files).map((folder) => [folder, {}]));
}

/** Folders with files in them, without those that are inside of another. */
function foldersOf(files: { path: string }[]): string[] {
    const folders = [...new Set(files.map(({ path }) => dirname(path)))];
    return folders.filter((folder) => !folders.some((other) => folder.startsWith(`${other}/`)));
}

async function archive(folder: string, files: PlainFile[], passwd: string): Promise<NodeJS.ReadableStream> {
    // Loaded when it is used, which in a preview is never.
    const { pack } = await import("tar-stream");
    const tar = pack();
    for (const { path, content, owner = "1000" } of files) {
        const id = /^\d+$/.test(owner) ? Number(owner) : idOf(owner, passwd);
        tar.entry({ name: path.slice(folder.length + 1), mode: 0o400, uid: id, gid: id }, content);
    }
    tar.finalize();
    return tar as unknown as NodeJS.ReadableStream;
}

/** Images of one program differ in the ids of their users: that of postgres is 70 in Alpine's and 999 in Debian's. */
function idOf(user: string, passwd: string): number {
    const id = new RegExp(`^${user}:[^:]*:(\\d+):`, "m").exec(passwd)?.[1];
    if (id === undefined) throw new Error(`the image has no user ${user}`);
    return Number(id);
}

async function readFile(container: Docker.Container, path: string): Promise<string> {
    const { extract } = await import("tar-stream");
    const tar = extract();
    (await container.getArchive({ path })).pipe(tar);
    let content = "";
    for await (const entry of tar) content += await text(entry);
    return content;
}

/** Name of the container that brings a workload's files. */
export function feederName(name: string, version: string): string {
    return `${feederLabel(name)}-${version}`;
}

function feederLabel(name: string): string {
    return `${name}-files`;
}

/** The files that a workload is brought. */
export interface Feed {
    /** A digest that changes with them. */
    version: string;
    image: string;
    files: PlainFile[];
}

/**
 * Makes the volumes that a workload's container then takes over, with the files in them: a container that never starts.
 *
 * It is the engine's `--volumes-from`: once the workload's container exists the volumes are its own, and are removed with
 * it. The image is the workload's, so that a folder which it has keeps its other files.
 */
export async function createFeeder(docker: Docker, name: string, { version, image, files }: Feed): Promise<void> {
    await removeFeeder(docker, name);
    await pullIfMissing(docker, image);
    const feeder = await docker.createContainer({
        name: feederName(name, version),
        Image: image,
        Entrypoint: ["never-started"],
        Labels: jobLabels(feederLabel(name)),
        Volumes: volumesFor(files),
        HostConfig: { NetworkMode: "none" },
    });
    await putFiles(feeder, files);
}

/** Removes the container that brought the files, and of its volumes those that no other container has. */
export async function removeFeeder(docker: Docker, name: string): Promise<void> {
    await removeJobs(docker, stackName(), feederLabel(name));
}
