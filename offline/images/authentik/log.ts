/** Writes one log line as authentik does: JSON on stderr, the message in `event`. */
export function log(
    level: "debug" | "info" | "warning" | "error",
    event: string,
    fields: Record<string, unknown> = {},
): void {
    process.stderr.write(`${JSON.stringify({ ...fields, event, level, timestamp: new Date().toISOString() })}\n`);
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}

/** A value as text: a text as it is, anything else as JSON. */
export function display(value: unknown): string {
    return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

/** Resolves after `ms` milliseconds. */
export function pause(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A value as Python prints it: authentik's error messages are made of such text, and callers look for it. */
export function python(value: unknown): string {
    if (value === null || value === undefined) return "None";
    if (typeof value === "boolean") return value ? "True" : "False";
    if (typeof value === "string")
        return value.includes("'") && !value.includes('"') ? `"${value}"` : `'${value.replaceAll("'", "\\'")}'`;
    if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`;
    if (value instanceof ErrorDetail) return `ErrorDetail(string=${python(value.text)}, code=${python(value.code)})`;
    if (typeof value === "object") {
        return `{${Object.entries(value)
            .map(([key, item]) => `${python(key)}: ${python(item)}`)
            .join(", ")}}`;
    }
    return display(value);
}

/** One validation error of one field: the text for people, the code for programs. */
export class ErrorDetail {
    constructor(
        readonly text: string,
        readonly code: string,
    ) {}
}
