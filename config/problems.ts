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

/** Where a problem is, as zod and the rules write it. */
export type Path = readonly PropertyKey[];

/** Makes a problem out of a path of the configuration; the value is looked up. */
export type Report = (path: Path, cure: string) => Problem;

/** `["outposts", 0, "name"]` as `outposts[0].name`. */
export function formatPath(path: Path): string {
    return path
        .map((part, index) => (typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${String(part)}`))
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

/** What zod found, in this program's words. */
export function problemsOf(error: z.ZodError, input: unknown, known: Path[]): Problem[] {
    return error.issues.flatMap((issue): Problem[] => {
        if (issue.code === "unrecognized_keys") {
            return issue.keys.map((key) => {
                const path = [...issue.path, key];
                const siblings = known
                    .filter(
                        (other) =>
                            other.length === path.length && formatPath(other.slice(0, -1)) === formatPath(issue.path),
                    )
                    .map((other) => String(other.at(-1)));
                const cure = siblings.length > 0 ? `; known here: ${siblings.join(", ")}` : "";
                return { key: formatPath(path), value: valueAt(input, path), cure: `is no key of this program${cure}` };
            });
        }
        const value = valueAt(input, issue.path);
        const cure = value === undefined ? `is missing; ${describeMissing(issue)}` : issue.message;
        return [{ key: formatPath(issue.path), value, cure }];
    });
}

/** The message that `pulumi up` and `pulumi preview` end with: every problem, each with key, value and cure. */
export function formatProblems(problems: Problem[], namespace: string, isSecret: (key: string) => boolean): string {
    const lines = problems.map(({ key, value, cure }) => {
        const shown = isSecret(key) ? "[secret]" : JSON.stringify(value);
        return `  ${namespace}:${key}${value === undefined ? "" : ` = ${shown}`} ${cure}`;
    });
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    return `${count} in the configuration; nothing was changed:\n${lines.join("\n")}`;
}

function describeMissing(issue: z.core.$ZodIssue): string {
    return issue.message.startsWith("Invalid input") ? "it has no default" : issue.message;
}

/** Indexes of the items that stood earlier in the list. */
export function duplicates(items: unknown[]): number[] {
    return items.flatMap((item, index) => (items.indexOf(item) < index ? [index] : []));
}
