import { homedir } from "node:os";
import { join } from "node:path";

/** Folder outside the project for downloads and builds that can be repeated. */
export function cacheFolder(): string {
    return folder("XDG_CACHE_HOME", ".cache");
}

/** Folder outside the project for logs. */
export function logFolder(): string {
    return folder("XDG_STATE_HOME", ".local/state");
}

/** Follows the XDG base directory specification: an empty variable counts as unset. */
function folder(variable: string, fallback: string): string {
    const base = process.env[variable];
    return join(base === undefined || base === "" ? join(homedir(), fallback) : base, "authentik-stack");
}
