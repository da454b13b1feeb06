const mark = "authentik-stack tells: ";

/**
 * The command that runs a script in authentik's own shell, inside a server or a worker.
 *
 * @param variables plain values that the script finds under these names; no secrets, since processes show their commands.
 */
export function shellCommand(script: string, variables: Record<string, string | number | boolean>): string[] {
    const given = Object.entries({ ...variables, MARK: mark }).map(([name, value]) => `${name} = ${python(value)}`);
    return ["ak", "shell", "-c", [...given, script].join("\n")];
}

/** What the script told; undefined where it did not come to that. */
export function shellReport(output: string): unknown {
    const line = output.split("\n").findLast((one) => one.startsWith(mark));
    return line === undefined ? undefined : (JSON.parse(line.slice(mark.length)) as unknown);
}

function python(value: string | number | boolean): string {
    return typeof value === "boolean" ? (value ? "True" : "False") : JSON.stringify(value);
}
