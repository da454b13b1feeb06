import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * Whether the operation that runs this program also compares the state with what is there: `--refresh`, or the variable
 * that stands for it.
 *
 * Pulumi tells it to no program, so the command lines of the processes that started this one are read.
 */
export function refreshAsked(environment = process.env, pid = process.ppid, commandOf = command): boolean {
    if (isTrue(environment.PULUMI_OPTION_REFRESH)) return true;
    for (let at = pid; at > 1;) {
        const found = commandOf(at);
        if (found === undefined) return false;
        const [program = "", ...words] = found.words;
        if (/(^|\/)pulumi(\.exe)?$/.test(program)) return words.some(asksFor);
        at = found.parent;
    }
    return false;
}

function asksFor(word: string): boolean {
    // Before it, letters of other switches of `pulumi up` that have no value.
    const [, , value] = /^(--refresh|-[yfdej]*r)(?:=(.*))?$/.exec(word) ?? [];
    return /^(--refresh|-[yfdej]*r[yfdej]*)$/.test(word) || isTrue(value);
}

function isTrue(value: string | undefined): boolean {
    return value !== undefined && /^(1|t|true)$/i.test(value);
}

/** A process and its parent; undefined where neither can be known. */
function command(pid: number): { parent: number; words: string[] } | undefined {
    try {
        const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
        const parent = /^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
        return { parent: Number(parent), words };
    } catch {
        return listed(pid); // macOS has no such files
    }
}

function listed(pid: number): { parent: number; words: string[] } | undefined {
    try {
        const line = execFileSync("ps", ["-o", "ppid=,args=", "-p", String(pid)], { encoding: "utf8" });
        const [parent = "", ...words] = line.trim().split(/\s+/);
        return { parent: Number(parent), words };
    } catch {
        return undefined;
    }
}
