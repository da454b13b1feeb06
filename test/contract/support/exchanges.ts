import { readFileSync } from "node:fs";
import { resolve } from "node:path";

/** A request and what the real authentik answered to it. */
export interface Exchange {
    name: string;
    request: { method: string; path: string; headers: Record<string, string>; body?: string | object };
    response: { status: number; headers?: Record<string, string | string[]>; body?: unknown };
    messages?: { from: "outpost" | "server"; json: unknown; why?: string }[];
}

/** Everything that was recorded of 2025.8.4, in the order of the recording. */
export const exchanges = JSON.parse(readFileSync(resolve(__dirname, "../http-2025.8.4.json"), "utf8")) as Exchange[];

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
