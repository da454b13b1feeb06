import { expect } from "chai";
import type { Exchange } from "./exchanges";
import type { Answered } from "./http";

// What differs from run to run, by what it looks like; anything in <> stands for a value that was not recorded.
const varying = [
    /^.*<[^>]+>.*$/s,
    /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
    /^ak-outpost-[0-9a-f-]{36}-api$/,
    /^\d{4}-\d\d-\d\dT[\d:.]+Z$/,
    /^[0-9a-f]{12}$|^[0-9a-f]{32}$/,
    /^https:\/\/[0-9a-f]{32}@/,
    /^OpenSSL /,
    // The id of a key: its digest, in Base64 since some release.
    /^[\w-]{86}$/,
];
const counted = new Set(["pk", "count", "end_index", "start_index", "providers", "openssl_version", "sentry_dsn"]);

/** Fails where an answer is not the recorded one in status, headers that matter and body. */
export function expectRecorded(answered: Answered, { response }: Exchange): void {
    expect(answered.status, `status (${answered.body.slice(0, 200)})`).to.equal(response.status);
    for (const [name, value] of Object.entries(response.headers ?? {}))
        expectHeader(name, answered.headers[name], value);
    expect(answered.headers["x-authentik-stack-rehearsal"], "mark of the rehearsal").to.equal("true");
    if (typeof response.body === "string") expectText(answered.body, response.body);
    else if (response.body !== null && response.body !== undefined)
        expectShape(JSON.parse(answered.body), response.body, "body");
}

function expectHeader(name: string, given: string | string[] | undefined, recorded: string | string[]): void {
    if (name === "x-authentik-id") expect(given, name).to.match(/^[0-9a-f]{32}$/);
    else if (name === "set-cookie") expect(cookieForms(given), name).to.include.members(cookieForms(recorded));
    else if (name === "location") expectLocation(String(given), String(recorded));
    else if (/<(hex64|long)>/.test(String(recorded))) expect(given, name).to.be.a("string").and.not.equal("");
    else expect(given, name).to.equal(recorded);
}

// A cookie's name and attributes: its value, and the part of its name that follows from a random client id, vary.
function cookieForms(lines: string | string[] | undefined): string[] {
    return [lines ?? []].flat().map((line) => line.replace(/=[^;]*/, "=<v>").replace(/_[0-9a-f]{8}=/, "_<id>="));
}

/** Locations are equal where address and parameters are; the order of scopes is random on the real server. */
export function expectLocation(given: string, recorded: string): void {
    const [ours, theirs] = [given, recorded].map((text) => new URL(text, "http://relative.invalid"));
    expect(`${ours?.origin ?? ""}${ours?.pathname ?? ""}`, "location").to.equal(
        `${theirs?.origin ?? ""}${theirs?.pathname ?? ""}`,
    );
    const names = [...(theirs?.searchParams.keys() ?? [])];
    expect([...(ours?.searchParams.keys() ?? [])], "parameters of location").to.have.members(names);
    for (const name of names) {
        const [mine = "", wanted = ""] = [ours?.searchParams.get(name) ?? "", theirs?.searchParams.get(name) ?? ""];
        if (name === "scope") expect(mine.split(" "), name).to.have.members(wanted.split(" "));
        else if (/<[^>]+>/.test(wanted)) expect(mine, name).to.match(pattern(wanted));
        else expect(mine, name).to.equal(wanted);
    }
}

function pattern(text: string): RegExp {
    const parts = text.split(/<[^>]+>/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${parts.join("[^&]+")}$`);
}

// Pages are only recorded by their beginning, links with a token in them up to that token.
function expectText(given: string, recorded: string): void {
    if (/<!DOCTYPE|^# HELP|^<html>/.test(recorded)) {
        const [page = "\n\n\n\n<!DOCTYPE h"] = /^\s*<!DOCTYPE h?/.exec(recorded) ?? [];
        expect(given.startsWith(recorded.startsWith("# HELP") ? "# HELP" : page), "page").to.equal(true);
    } else if (/<jwt>|&amp;/.test(recorded)) expect(given.slice(0, 60)).to.equal(recorded.slice(0, 60));
    else expect(given, "body").to.equal(recorded);
}

/** Everything that was recorded is there, of the same kind, and equal unless it varies by nature. */
export function expectShape(given: unknown, recorded: unknown, path: string): void {
    if (Array.isArray(recorded)) {
        expect(given, path).to.be.an("array");
        expectItems(given as unknown[], recorded as unknown[], path);
    } else if (typeof recorded === "object" && recorded !== null) {
        expect(given, path).to.be.an("object");
        for (const [key, value] of Object.entries(recorded)) {
            expect(given, path).to.have.property(key);
            const ours = (given as Record<string, unknown>)[key];
            if (counted.has(key)) expect(typeof ours, `${path}.${key}`).to.equal(typeof value);
            else expectShape(ours, value, `${path}.${key}`);
        }
    } else if (recorded === "<…>") expect(given, path).not.to.equal(undefined);
    else if (/\.scope$/.test(path)) expect(String(given).split(" "), path).to.have.members(String(recorded).split(" "));
    else if (typeof recorded === "string" && varying.some((form) => form.test(recorded)))
        expect(given, path).to.be.a("string");
    else expect(given, path).to.equal(recorded);
}

function expectItems(given: unknown[], recorded: unknown[], path: string): void {
    if (recorded.every((item) => typeof item !== "object")) {
        expect(given, path).to.include.members(recorded);
        return;
    }
    for (const [index, item] of recorded.entries()) {
        const { name } = item as { name?: string };
        const same =
            name === undefined ? given[index] : given.find((other) => (other as { name?: string }).name === name);
        expect(same, `${path}: ${name ?? index}`).not.to.equal(undefined);
        expectShape(same, item, `${path}.${name ?? index}`);
    }
}
