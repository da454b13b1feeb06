import { z } from "zod";
import type { SettingsTree } from "../authentik/settings";

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

function isObject(value: unknown): value is SettingsTree {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
