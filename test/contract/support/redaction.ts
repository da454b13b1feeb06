import type { Answered } from "./http";
import type { Exchange } from "./exchanges";

// What depends on how the images were built, and on what they can reach.
const ofTheMachine = new Set(["golang_version", "version_latest", "version_latest_valid"]);

// What is random or a secret by what it looks like.
const forms: [RegExp, string][] = [
    [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, "<jwt>"],
    [/\b(?:[0-9a-f]{64})+\b/g, "<hex64>"],
    [/\b[0-9a-f]{32}\b(?=@)/g, "<hex32>"],
    [/\b[A-Za-z0-9]{100,}\b/g, "<secret>"],
    [/(?<=[?&]code=)[0-9a-f]{32}\b/g, "<code>"],
    [/(?<=[?&]client_id=)\w{40}\b/g, "<client-id>"],
];

/** An answer as a recording has it: without secrets, and with what varies as the first recording has it. */
export function redacted(
    { status, headers: given, body }: Answered,
    { response: first }: Exchange,
    secrets: Record<string, string>,
): Exchange["response"] {
    const plain = (text: string) => {
        const named = Object.entries(secrets)
            .filter(([, secret]) => secret !== "")
            .reduce((result, [name, secret]) => result.replaceAll(secret, name), text);
        return forms.reduce((result, [form, name]) => result.replace(form, name), named);
    };
    // The headers that matter: those that the first recording has.
    const shown = Object.entries(first.headers ?? {}).flatMap(([name, known]) => {
        const value = given[name];
        if (value === undefined) return [];
        if (typeof known === "string" && /^<[^>]+>$/.test(known)) return [[name, known]];
        const texts = [value].flat().map((line) => plain(name === "set-cookie" ? attributesOf(line) : line));
        return [[name, Array.isArray(value) ? texts : texts[0]]];
    });
    return {
        status,
        headers: Object.fromEntries(shown) as Record<string, string>,
        body: bodyOf(plain(body), first.body),
    };
}

/** A cookie without its value, and without what depends on the time: when it ends, and what is left of an hour. */
function attributesOf(line: string): string {
    return line
        .replace(/=[^;]*/, "=<v>")
        .replace(/ expires=[^;]*;/i, "")
        .replace(/Max-Age=359\d/, "Max-Age=3599");
}

function bodyOf(text: string, first: unknown): unknown {
    // Of pages, only the beginning.
    if (/^\s*<!DOCTYPE|^# HELP|^<html>/.test(text)) return text.slice(0, typeof first === "string" ? first.length : 60);
    if (typeof first !== "object" || first === null) return text;
    return trimmed(JSON.parse(text), first);
}

// What the first recording leaves out or replaces is left out or replaced; of a list, it has the first items, or those of a name.
function trimmed(given: unknown, first: unknown): unknown {
    if (typeof first === "string" && /<[^>]+>|^<…>$/.test(first)) return first;
    if (Array.isArray(given) && Array.isArray(first)) {
        if (first.every((item) => typeof item !== "object")) return given;
        return first.map((item: { name?: string }, index) => {
            const same = given.find(
                (other: { name?: string }) => item.name !== undefined && other.name === item.name,
            ) as unknown;
            return trimmed(same ?? given[index], item);
        });
    }
    if (typeof given !== "object" || given === null || typeof first !== "object" || first === null) return given;
    return Object.fromEntries(
        Object.entries(first)
            .filter(([key]) => key in given && !ofTheMachine.has(key))
            .map(([key, known]) => [key, trimmed((given as Record<string, unknown>)[key], known)]),
    );
}
