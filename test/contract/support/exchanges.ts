import { readFileSync } from "node:fs";
import { resolve } from "node:path";

/** A request and what the real authentik answered to it. */
export interface Exchange {
    name: string;
    request: { method: string; path: string; headers: Record<string, string>; body?: string | object };
    response: { status: number; headers?: Record<string, string | string[]>; body?: unknown };
    messages?: { from: "outpost" | "server"; json: unknown; why?: string }[];
}

/** Where what was recorded of a release is. */
export function recordingOf(release: string): string {
    return resolve(__dirname, `../http-${release}.json`);
}

/** Everything that was recorded of a release, in the order of the recording. */
export function exchangesOf(release: string): Exchange[] {
    return JSON.parse(readFileSync(recordingOf(release), "utf8")) as Exchange[];
}

/** The release of which everything was recorded; of later ones, what support/visitor.ts asks. */
export const firstRecorded = "2025.8.4";

export const exchanges = exchangesOf(firstRecorded);

/** The recorded exchange of that name. */
export function recorded(name: string): Exchange {
    const found = exchanges.find((exchange) => exchange.name === name);
    if (found === undefined) throw new Error(`no recorded exchange is called "${name}"`);
    return found;
}

/** The text with what stood for a secret or a key of the recording replaced by ours. */
export function filled(text: string, values: Record<string, string>): string {
    return Object.entries(values).reduce((result, [placeholder, value]) => result.replaceAll(placeholder, value), text);
}
