import type { z } from "zod";

/** One thing that is wrong with the configuration. */
export interface Problem {
    /** Path of the key below the namespace, e.g. `outposts[0].networks[1]`. */
    key: string;
    /** The value found there; undefined when there is none. */
    value: unknown;
    /** What is wrong and what to write instead. */
    cure: string;
}

/** What is wrong with a key that the schema does not have. */
export const unknownKey = "is an unknown configuration key; docs/configuration.md lists all keys";

/** Where a problem is, as zod and the rules write it. */
export type Path = readonly PropertyKey[];

/** Takes a problem at a path of the configuration; the value is looked up. */
export type Report = (path: Path, cure: string) => void;

/** `["outposts", 0, "name"]` as `outposts[0].name`. */
export function formatPath(path: Path): string {
    return path
        .map((part, index) => {
            if (typeof part === "number") return `[${part}]`;
            const name = String(part);
            // Any other name could break the line, or look like a path itself.
            if (!/^[\w/-]+$/.test(name)) return `[${JSON.stringify(name)}]`;
            return index === 0 ? name : `.${name}`;
        })
        .join("");
}

/** The value at a path, or undefined. */
export function valueAt(root: unknown, path: Path): unknown {
    return path.reduce<unknown>(
        (value, part) =>
            typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[part] : undefined,
        root,
    );
}

/**
 * What zod found in a key, in this program's words.
 *
 * @param cures what to say of keys that the schema no longer has, by their path. Default: that they are unknown.
 */
export function problemsOf(
    error: z.ZodError,
    key: string,
    input: unknown,
    cures: Record<string, string | undefined> = {},
): Problem[] {
    const problems = error.issues.flatMap((issue): Problem[] => {
        const path = [key, ...issue.path];
        if (issue.code === "unrecognized_keys") {
            return issue.keys.map((unknown) => {
                const place = formatPath([...path, unknown]);
                return {
                    key: place,
                    value: valueAt(input, [...issue.path, unknown]),
                    cure: cures[place] ?? unknownKey,
                };
            });
        }
        const value = valueAt(input, issue.path);
        const place = formatPath(path);
        // What is the same for several keys names each of them so.
        const wanted = issue.message.startsWith("Invalid input") ? undefined : issue.message.replace("{key}", place);
        const cure =
            value === undefined
                ? ["is missing", wanted].filter((part) => part !== undefined).join("; it ")
                : (wanted ?? wrongType(issue));
        return [{ key: place, value, cure }];
    });
    // Of one value zod can find two things wrong that are one in these words.
    return problems.filter(
        ({ key: where, cure }, index) =>
            problems.findIndex((other) => other.key === where && other.cure === cure) === index,
    );
}

/** True for an object that is not a list. */
export function isObject(value: unknown): value is object {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The message that `pulumi up` and `pulumi preview` end with: every problem, each with key, value and cure. */
export function formatProblems(problems: Problem[], namespace: string, isSecret: (key: string) => boolean): string {
    const lines = problems.map(({ key, value, cure }) => {
        const found = value === undefined ? "" : ` = ${isSecret(key) ? "[secret]" : shown(value)}`;
        return `  ${namespace}:${key}${found} ${cure}`;
    });
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    return `${count} in the configuration; nothing was changed:\n${lines.join("\n")}`;
}

/**
 * JSON of a value for a message: of what is PEM only the first line, since it is long, and may be a key; and of an address all but the
 * password in it.
 */
export function shown(value: unknown): string | undefined {
    const firstLine = /(-----BEGIN [A-Z0-9 ]+-----)[\s\S]+/g;
    return JSON.stringify(value, (_, part: unknown) =>
        typeof part === "string" ? withoutPassword(part.replace(firstLine, "$1…")) : part,
    );
}

/** An address such as `https://me:hunter2@example.com` or `sftp:me:hunter2@example.com:/folder` without its password. */
export function withoutPassword(address: string): string {
    return address.replace(/(\/\/|^\w+:(?!\w+:\/\/))([^\s/:@]*:)(?!\d+\/)\S+@/g, "$1$2[secret]@");
}

function wrongType(issue: z.core.$ZodIssue): string {
    const type = issue.code === "invalid_type" ? issue.expected : "value of another form";
    const names: Record<string, string> = {
        array: "a list",
        object: "an object",
        record: "an object",
        boolean: "true or false",
    };
    return `must be ${names[type] ?? `a ${type}`}; docs/configuration.md shows what belongs here`;
}

/** Indexes of the items that stood earlier in the list. */
export function duplicates(items: unknown[]): number[] {
    return items.flatMap((item, index) => (items.indexOf(item) < index ? [index] : []));
}
