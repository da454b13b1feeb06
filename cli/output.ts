import { readOutputs } from "./engine/pulumi-command";
import { openExisting } from "./stack/existing";
import { main, takeStack } from "./main";
import { ToolError } from "./progress";

/**
 * `npm run --silent output -- [<path>] [--stack <name>]`: prints an output of a stack, e.g. `admin.password`, in plain text.
 *
 * Without a path: all outputs, with `[secret]` for each secret. Default stack: the one that was started.
 */
main(async (args) => {
    const { stack: name, rest } = takeStack(args);
    const path = rest.find((argument) => !argument.startsWith("-"));
    const [open] = await openExisting({ name, progress: console.error });
    if (open === undefined) return;
    const outputs = await readOutputs(open, path !== undefined);
    const value = path === undefined ? outputs : valueAt(outputs, path.split("."));
    if (value === undefined) {
        const known = Object.keys(outputs).join(", ");
        throw new ToolError(`The stack ${open.stack.name} has no output ${path ?? ""}. It has: ${known}.`);
    }
    console.log(typeof value === "string" ? value : JSON.stringify(value, undefined, 2));
});

function valueAt(value: unknown, path: string[]): unknown {
    return path.reduce<unknown>(
        (at, key) => (typeof at === "object" && at !== null ? (at as Record<string, unknown>)[key] : undefined),
        value,
    );
}
