import { PulumiCommand } from "@pulumi/pulumi/automation";
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cacheFolder } from "../folders";
import { type Progress, reasonOf, ToolError } from "../progress";
import { run } from "../run";

/** Seconds without a new byte after which a download counts as unreachable. */
export const patience = 20;

/** The CLI that an earlier run downloaded. */
export async function findDownload(version: string): Promise<PulumiCommand | undefined> {
    return await PulumiCommand.get({ root: rootOf(version), skipVersionCheck: true }).catch(() => undefined);
}

/**
 * Downloads the Pulumi CLI with Pulumi's own installer, into the cache.
 *
 * @param installer its program. Default: the one here.
 * @throws ToolError when nothing arrives for 20 seconds, or the installer fails.
 */
export async function downloadPulumi(
    progress: Progress,
    version: string,
    installer = join(__dirname, "installer.ts"),
): Promise<PulumiCommand> {
    progress(`downloading Pulumi ${version}`);
    const root = rootOf(version);
    // What was cut short would be taken for a download.
    mkdirSync(dirname(root), { recursive: true });
    const part = mkdtempSync(`${root}.part-`);
    const temporary = mkdtempSync(join(tmpdir(), "pulumi-download-"));
    const limit = whileGrowing([part, temporary], patience, `nothing arrived for ${patience} seconds`);
    try {
        // A separate process, since nothing inside this one can stop the installer.
        const args = ["--import", "tsx", installer, part, version];
        await run(process.execPath, args, {
            cwd: join(__dirname, "../.."),
            env: { TMPDIR: temporary },
            signal: limit.signal,
        });
        rmSync(root, { recursive: true, force: true });
        renameSync(part, root);
        return await PulumiCommand.get({ root, skipVersionCheck: true });
    } catch (error) {
        const lastLine = reasonOf(error).split("\n").at(-1)?.trim();
        throw new ToolError(limit.signal.aborted ? String(limit.signal.reason) : (lastLine ?? "it failed"));
    } finally {
        limit.end();
        for (const folder of [temporary, part]) rmSync(folder, { recursive: true, force: true });
    }
}

function rootOf(version: string): string {
    return join(cacheFolder(), `pulumi-${version}`);
}

/**
 * Watches folders that some work writes into, and aborts the work when they stop growing.
 *
 * @param seconds without a new byte until the signal is aborted.
 * @returns the signal, and a function that ends watching.
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
        return 0; // not there yet, or changing right now
    }
}
