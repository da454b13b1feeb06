import { readOutputs } from "./engine/pulumi-command";
import { openExisting } from "./stack/existing";
import { command } from "./main";
import { ToolError } from "./progress";

/**
 * `npm run --silent output -- [<path>] [--json] [--stack <name>]`: prints an output of a stack, e.g. `admin.password`, in plain text.
 *
 * Without a path: all outputs, with `[secret]` for each secret. Default stack: the one that was started.
 */
command("output", async ({ values, named: [path] }) => {
    const [open] = await openExisting({ name: values.stack, progress: console.error });
    if (open === undefined) return;
    const outputs = await readOutputs(open, path !== undefined);
    const value = path === undefined ? outputs : valueAt(outputs, path.split("."));
    if (value === undefined) {
        const known = Object.keys(outputs).join(", ");
        throw new ToolError(`The stack ${open.stack.name} has no output ${path ?? ""}. It has: ${known}.`);
    }
    console.log(typeof value === "string" && values.json !== true ? value : JSON.stringify(value, undefined, 2));
});

function valueAt(value: unknown, path: string[]): unknown {
    return path.reduce<unknown>(
        (at, key) => (typeof at === "object" && at !== null ? (at as Record<string, unknown>)[key] : undefined),
        value,
    );
}
