import { takeStack } from "./arguments";
import { openExisting } from "./stack/existing";
import { main } from "./main";
import { ToolError } from "./progress";

/**
 * `npm run --silent output -- [<path>] [--stack <name>]`: prints an output of a stack, e.g. `admin.password`, in clear.
 *
 * Without a path: all outputs, with secrets left out. Default stack: the one that was started.
 */
main(async (args) => {
    const { stack: name, rest } = takeStack(args);
    const path = rest.find((argument) => !argument.startsWith("-"));
    const [open] = await openExisting({ name, progress: console.error });
    if (open === undefined) return;
    const { stack } = open;
    const outputs = await stack.outputs();
    if (path === undefined) {
        const shown = Object.entries(outputs).map(([key, { value, secret }]) => [
            key,
            secret ? "[secret]" : (value as unknown),
        ]);
        console.log(JSON.stringify(Object.fromEntries(shown), undefined, 2));
        return;
    }
    const values = Object.fromEntries(Object.entries(outputs).map(([key, { value }]) => [key, value as unknown]));
    const value = valueAt(values, path.split("."));
    if (value === undefined) {
        throw new ToolError(
            `The stack ${stack.name} has no output ${path}. It has: ${Object.keys(values).join(", ")}.`,
        );
    }
    console.log(typeof value === "string" ? value : JSON.stringify(value, undefined, 2));
});

function valueAt(value: unknown, path: string[]): unknown {
    return path.reduce<unknown>(
        (at, key) => (typeof at === "object" && at !== null ? (at as Record<string, unknown>)[key] : undefined),
        value,
    );
}
