import { z } from "zod";
import { isObject } from "../ground/problems";

/** A tree of authentik settings, as its documentation writes them: `{email: {host: "mail", port: 25}}`. */
export interface SettingsTree {
    [key: string]: string | number | boolean | SettingsTree;
}

/** A tree of authentik settings; each wrong leaf is reported with its own path. */
export const settings = z
    .custom<SettingsTree>(isObject, { error: "must be an object, such as {log_level: debug}" })
    .superRefine((tree, context) => {
        for (const { path, message } of problemsIn(tree, [])) context.addIssue({ code: "custom", path, message });
    });

function problemsIn(tree: object, path: string[]): { path: string[]; message: string }[] {
    return Object.entries(tree).flatMap(([key, value]: [string, unknown]) => {
        const here = [...path, key];
        if (!/^[a-z][a-z0-9_]*$/i.test(key))
            return [{ path: here, message: "must be named as an authentik setting, such as log_level" }];
        if (isObject(value)) return problemsIn(value, here);
        const fits = ["string", "number", "boolean"].includes(typeof value);
        return fits ? [] : [{ path: here, message: "must be text, a number, true or false, or an object of these" }];
    });
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
