import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * Gives up work that writes into folders when they stop growing.
 *
 * @param seconds without a new byte.
 * @returns the signal that is aborted then, and the end of watching.
 */
export function whileGrowing(
    folders: string[],
    seconds: number,
    reason: string,
): { signal: AbortSignal; end: () => void } {
    const controller = new AbortController();
    let [size, since] = [sizeOf(folders), Date.now()];
    const timer = setInterval(() => {
        const now = sizeOf(folders);
        if (now !== size) [size, since] = [now, Date.now()];
        else if (Date.now() - since > seconds * 1000) controller.abort(reason);
    }, 1000);
    return { signal: controller.signal, end: () => clearInterval(timer) };
}

function sizeOf(folders: string[]): number {
    return folders.reduce((total, folder) => total + sizeOfFolder(folder), 0);
}

function sizeOfFolder(folder: string): number {
    try {
        return readdirSync(folder, { recursive: true, encoding: "utf8" })
            .map((file) => lstatSync(join(folder, file), { throwIfNoEntry: false })?.size ?? 0)
            .reduce((total, size) => total + size, 0);
    } catch {
        return 0; // not there yet, or changing at this moment
    }
}
