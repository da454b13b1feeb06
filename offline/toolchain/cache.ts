import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

/** A short hash of files, of every file in folders, and of texts. Order matters. */
export function hashOf(paths: string[], texts: string[]): string {
    const hash = createHash("sha256");
    const add = (text: string | Buffer) => hash.update(`${text.length}:`).update(text);
    for (const path of paths) {
        const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
        for (const file of files.map((entry) => join(entry.parentPath, entry.name)).sort()) {
            add(file.slice(path.length));
            add(readFileSync(file));
        }
    }
    texts.forEach(add);
    return hash.digest("hex").slice(0, 16);
}

/** An empty folder next to the finished ones. Its name tells a later build which process made it. */
export function temporaryFolder(cache: string): string {
    mkdirSync(cache, { recursive: true });
    dropAbandoned(cache);
    return mkdtempSync(join(cache, `${prefix()}${process.pid}-`));
}

/**
 * Moves a built folder to its final place. Renaming is atomic: no process ever sees half a toolchain, and of two
 * simultaneous builds the first to finish wins.
 */
export function publish(built: string, finished: string, isComplete: (folder: string) => boolean): void {
    if (existsSync(finished) && !isComplete(finished)) {
        // Someone removed a part of it. Programs that run from it keep their open files.
        renameSync(finished, join(built, "replaced"));
    }
    try {
        renameSync(built, finished);
    } catch (error) {
        if (!isComplete(finished)) throw error;
    }
    rmSync(join(finished, "replaced"), { recursive: true, force: true });
}

function prefix(): string {
    return `building-${hostname()}-`;
}

/** Removes the folders of killed builds: those whose process no longer exists on this machine. */
function dropAbandoned(cache: string): void {
    for (const name of readdirSync(cache)) {
        const pid = name.startsWith(prefix()) ? Number.parseInt(name.slice(prefix().length)) : Number.NaN;
        if (Number.isInteger(pid) && !isAlive(pid)) rmSync(join(cache, name), { recursive: true, force: true });
    }
}

function isAlive(pid: number): boolean {
    try {
        process.kill(pid, 0);
        return true;
    } catch (error) {
        // EPERM: the process exists, and belongs to another user.
        return error instanceof Error && "code" in error && error.code === "EPERM";
    }
}
