import { RE2JS, RE2JSSyntaxException } from "re2js";

/**
 * Why Go's RE2, with which outposts compile patterns, does not take one; undefined when it does. authentik only logs a
 * pattern that does not compile, and goes on without it.
 */
export function re2Problem(pattern: string): string | undefined {
    if (pattern === "") return "is empty";
    try {
        RE2JS.compile(pattern);
        return undefined;
    } catch (error) {
        if (!(error instanceof RE2JSSyntaxException)) return "is not a regular expression";
        const what = error.getPattern() ?? "";
        const place = what === "" ? "" : ` at \`${what}\` (character ${pattern.indexOf(what) + 1})`;
        return `${error.getDescription()}${place}`;
    }
}

/** Letters that mean something behind a backslash in Python's re; every other one is an error there. */
const pythonEscapes = "AbBdDsSwWZafnrtv";

/** One construct of a pattern: an escape, a class, the head of a group, or a character. */
const construct =
    /\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|N\{[^}]*\}|[\s\S])|\[\^?\]?(?:\\[\s\S]|[^\]\\])*\]|\(\?(?:P?<[=!]|P?<\w*>|P=\w*\)|#[^)]*\)|\(\w+\)|[a-zA-Z-]*[:)]|.)|[\s\S]/g;

/**
 * Why Python's re, with which authentik compares redirect URIs, does not take a pattern; undefined when it does. There is
 * no implementation of it for Node.js: what differs is checked here, and the rest by JavaScript.
 */
export function pythonRegexProblem(pattern: string): string | undefined {
    if (pattern === "") return "is empty";
    const names = [...pattern.matchAll(/\(\?P<(\w+)>/g)].map(([, name = ""]) => name);
    const groups = (pattern.replace(/\\[\s\S]|\[\^?\]?(?:\\[\s\S]|[^\]\\])*\]/g, "").match(/\((?!\?)|\(\?P</g) ?? [])
        .length;
    const problems: string[] = [];
    const translated = pattern.replace(construct, (part: string, at: number) => {
        const refuse = (why: string) => {
            problems.push(`${why} at character ${at + 1}`);
            return "";
        };
        if (part.startsWith("\\")) return escape(part, groups, refuse);
        if (part.startsWith("[") && part.length > 1) return characterClass(part, refuse);
        if (!part.startsWith("(?")) return part;
        if (/^\(\?<\w/.test(part)) return refuse(`${part} has no P: Python writes (?P<name>...)`);
        if (part.startsWith("(?P=")) {
            const name = part.slice(4, -1);
            return names.includes(name) ? `\\k<${name}>` : refuse(`${part} names no group`);
        }
        if (part.startsWith("(?P<")) return part.replace("?P<", "?<");
        if (part.startsWith("(?#")) return "(?:)";
        if (part === "(?>" || /^\(\?\(\w+\)$/.test(part)) return "(?:";
        if (/^\(\?<[=!]/.test(part) && /^[^)|]*[*+?{]/.test(pattern.slice(at + part.length)))
            return refuse("a look-behind must have a fixed width");
        if (/^\(\?[<=!:]/.test(part)) return part;
        const flags = /^\(\?([aimsux]*)(?:-([imsx]+))?([:)])$/.exec(part);
        if (flags === null) return refuse(`${part} is not supported by Python's re`);
        if (flags[3] === ":") return "(?:";
        return at === 0 && flags[2] === undefined ? "" : refuse(`${part} sets flags, which must be at the start`);
    });
    if (problems[0] !== undefined) return problems[0];
    try {
        // A plus behind a quantifier makes it possessive.
        new RegExp(
            translated.replace(/(\\[\s\S])|([*+?}])\+/g, (all, escaped: string | undefined, quantifier: string) =>
                escaped === undefined ? quantifier : all,
            ),
        );
        return undefined;
    } catch (error) {
        return error instanceof Error ? error.message.replace(/^Invalid regular expression: .*: /, "") : String(error);
    }
}

function escape(part: string, groups: number, refuse: (why: string) => string): string {
    const letter = part.slice(1);
    if (/[xuUN]/.test(letter.charAt(0))) return letter.length > 1 ? "." : refuse(`${part} is not finished`);
    if (/[1-9]/.test(letter) && Number(letter) > groups) return refuse(`${part} refers to a group that does not exist`);
    if (/[a-zA-Z]/.test(letter) && !pythonEscapes.includes(letter))
        return refuse(`${part} is not an escape of Python's re`);
    return /[AZ]/.test(letter) ? "" : part;
}

function characterClass(part: string, refuse: (why: string) => string): string {
    const bad = (part.match(/\\[a-zA-Z]/g) ?? []).find((found) => !"bdDsSwWafnrtvxuUN".includes(found.slice(1)));
    if (bad !== undefined) return refuse(`${bad} in [...] is not an escape of Python's re`);
    const range = /\\[dDsSwW]-[^\]]/.exec(part)?.[0];
    if (range !== undefined) return refuse(`${range} is not a range of characters`);
    // JavaScript ends a class at its first bracket, also where that is the first character.
    return part.replace(/^\[(\^?)\]/, "[$1\\]");
}
