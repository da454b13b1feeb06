import type { IncomingMessage, ServerResponse } from "node:http";
import { extract, pack } from "tar-stream";

/** A file that was copied into a container. */
export interface Archived {
    path: string;
    content: string;
    mode: number;
    uid: number;
    gid: number;
}

/** Text as the engine sends it: each line a frame, on the two streams in turn. */
export function framed(text: string): Buffer {
    const lines = text.split(/(?<=\n)/).filter((line) => line !== "");
    return Buffer.concat(
        lines.flatMap((line, index) => {
            const header = Buffer.alloc(8);
            header.writeUInt8((index % 2) + 1, 0);
            header.writeUInt32BE(Buffer.byteLength(line), 4);
            return [header, Buffer.from(line)];
        }),
    );
}

/** The body of a request, an object as JSON. */
export async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk as Buffer));
    return JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
}

/** Sends an archive of one file, or of a link to another. */
export function writeArchive(response: ServerResponse, name: string, content: string, linkname?: string): void {
    const tar = pack();
    if (linkname === undefined) tar.entry({ name }, content);
    else tar.entry({ name, linkname, type: "symlink" });
    tar.finalize();
    tar.pipe(response);
}

/** The files of an archive that is copied into a folder of a container. */
export async function readArchive(request: IncomingMessage, folder: string): Promise<Archived[]> {
    const archive = extract();
    request.pipe(archive);
    const files: Archived[] = [];
    for await (const entry of archive) {
        const { name, mode, uid, gid } = entry.header;
        const chunks: Buffer[] = [];
        for await (const chunk of entry) chunks.push(Buffer.from(chunk as Buffer));
        files.push({
            path: `${folder}/${name}`,
            content: Buffer.concat(chunks).toString(),
            mode: mode ?? -1,
            uid: uid ?? -1,
            gid: gid ?? -1,
        });
    }
    return files;
}
