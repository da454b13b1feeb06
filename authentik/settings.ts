/** A tree of authentik settings, as its documentation writes them: `{email: {host: "mail", port: 25}}`. */
export interface SettingsTree {
    [key: string]: string | number | boolean | SettingsTree;
}

/**
 * Flattens a settings tree to the environment variables authentik reads: `{a: {b: 1}}` is `AUTHENTIK_A__B=1`.
 *
 * Source: authentik's configuration page, "All of these variables can be set using environment variables";
 * two underscores separate levels.
 *
 * @returns variable names with their values as text; booleans as `true` and `false`.
 */
export function settingsToEnvironment(tree: SettingsTree): Record<string, string> {
    return Object.fromEntries(flatten(tree, "AUTHENTIK"));
}

function flatten(tree: SettingsTree, prefix: string): [string, string][] {
    return Object.entries(tree).flatMap(([key, value]): [string, string][] => {
        const separator = prefix === "AUTHENTIK" ? "_" : "__";
        const name = `${prefix}${separator}${key.toUpperCase()}`;
        return typeof value === "object" ? flatten(value, name) : [[name, String(value)]];
    });
}
