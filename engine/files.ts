import { dirname, resolve } from "node:path/posix";
import { text } from "node:stream/consumers";
import type Docker from "dockerode";

/** A file whose content is known. */
export interface PlainFile {
    /** Absolute path inside the container. */
    path: string;
    content: string;
    /** Owner: a user of the image, by name or numeric id. Default: root; the container's user can read the file. */
    owner?: string;
    /** A file of the image, by its path, whose content comes before this one's. Default: none. */
    after?: string;
}

/** The folders of files, without folders inside another one. Each has to be a volume, since the root is read-only. */
export function foldersOf(files: { path: string }[]): string[] {
    const folders = [...new Set(files.map(({ path }) => dirname(path)))];
    return folders.filter((folder) => !folders.some((other) => folder.startsWith(`${other}/`)));
}

/**
 * Copies files into a container that was created but not yet started. Each of their folders has to be a volume of it, since
 * the engine copies nothing onto a read-only root.
 *
 * A file without a given owner belongs to root, with mode 0440 and the group of the container's user: its processes can read
 * but not change it. Some programs (libpq) insist on owning their files: a file with an owner has mode 0400.
 */
export async function putFiles(container: Docker.Container, files: PlainFile[]): Promise<void> {
    if (files.length === 0) return;
    const { Config } = await container.inspect();
    const passwd = await readFile(container, "/etc/passwd");
    const users = [Config.User, ...files.map(({ owner = "" }) => owner)];
    const groups = users.some((user) => /:.*\D/.test(user)) ? await readFile(container, "/etc/group") : "";
    const group = idsOf(Config.User, passwd, groups).gid;
    for (const folder of foldersOf(files)) {
        const own = files.filter(({ path }) => path.startsWith(`${folder}/`));
        const entries = await Promise.all(
            own.map(async ({ path, content, owner, after }) => ({
                name: path.slice(folder.length + 1),
                content:
                    after === undefined
                        ? content
                        : joined(Config.Image, after, await readFile(container, after), content),
                ...(owner === undefined
                    ? { uid: 0, gid: group, mode: 0o440 }
                    : { ...idsOf(owner, passwd, groups), mode: 0o400 }),
            })),
        );
        await container.putArchive(await archive(entries), { path: folder });
    }
}

/**
 * A file of an image with more behind it.
 *
 * @throws Error where the image does not have it: its own part would be missing, and nobody would notice.
 */
export function joined(image: string, path: string, own: string, more: string): string {
    if (own.trim() === "")
        throw new Error(
            `the image ${image} has nothing in ${path}, which this stack adds to; use an image that has this file`,
        );
    return `${own}\n${more}`;
}

async function archive(entries: { name: string; content: string; uid: number; gid: number; mode: number }[]) {
    // Loaded on first use: a preview never needs it.
    const { pack } = await import("tar-stream");
    const tar = pack();
    for (const { content, ...header } of entries) tar.entry(header, content);
    tar.finalize();
    return tar as unknown as NodeJS.ReadableStream;
}

/**
 * The ids of a user, given as `name` or `id`, each also with `:group`, as Docker resolves them. Images of one program differ in their
 * ids: postgres is 70 in the Alpine image and 999 in the Debian image.
 *
 * @param groups the image's /etc/group; only needed for a group that is given by its name.
 */
export function idsOf(user: string, passwd: string, groups = ""): { uid: number; gid: number } {
    const [name = "", group] = (user === "" ? "0" : user).split(":");
    const known = passwd.split("\n").map((line) => line.split(":"));
    const [, , uid, gid] = known.find(([entry, , id]) => entry === name || id === name) ?? [];
    if (uid === undefined && !/^\d+$/.test(name)) throw new Error(`the image has no user ${name}`);
    return { uid: Number(uid ?? name), gid: group === undefined ? Number(gid ?? 0) : groupId(group, groups) };
}

function groupId(group: string, groups: string): number {
    if (/^\d+$/.test(group)) return Number(group);
    const known = groups.split("\n").map((line) => line.split(":"));
    const [, , gid] = known.find(([entry]) => entry === group) ?? [];
    if (gid === undefined) throw new Error(`the image has no group ${group}`);
    return Number(gid);
}

/** The content of a text file in a container, whether it runs or not; empty if it does not exist. A link is followed. */
export async function readFile(container: Docker.Container, path: string, links = 10): Promise<string> {
    const { extract } = await import("tar-stream");
    const tar = extract();
    const stream = await container.getArchive({ path }).catch((error: { statusCode?: number }) => {
        if (error.statusCode === 404) return undefined;
        throw error;
    });
    if (stream === undefined) return "";
    stream.pipe(tar);
    let content = "";
    let target: string | null | undefined;
    for await (const entry of tar) {
        content += await text(entry);
        if (entry.header.type === "symlink") target = entry.header.linkname;
    }
    const isLink = target !== undefined && target !== null && links > 0;
    return isLink ? await readFile(container, resolve(dirname(path), target ?? ""), links - 1) : content;
}
