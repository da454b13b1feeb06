import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve as resolvePath } from "node:path";
import { defaultBlueprint } from "./defaults";
import { parseBlueprint, type Blueprint } from "./document";
import { Traceback } from "./errors";
import { messageOf } from "../log";
import { readSettings } from "../settings";
import type { Fields } from "../store";

/** The model under which authentik keeps what it knows of each blueprint. */
export const instanceModel = "authentik_blueprints.blueprintinstance";

/** The text of a blueprint file, by its path under authentik's blueprints folder. */
export function readBlueprint(path: string): string {
    const base = readSettings().text("blueprints_dir");
    const full = resolvePath(base, path);
    if (!full.startsWith(resolvePath(base)))
        throw new Traceback("authentik.blueprints.models.BlueprintRetrievalFailed: Invalid blueprint path");
    try {
        return readFileSync(full, "utf8");
    } catch (error) {
        const reason = messageOf(error).startsWith("ENOENT")
            ? "[Errno 2] No such file or directory"
            : messageOf(error).split(",")[0];
        throw new Traceback(`authentik.blueprints.models.BlueprintRetrievalFailed: ${reason ?? ""}: '${full}'`);
    }
}

/** A blueprint by its path: one of authentik's own, which are part of this program, or a file. */
export function blueprintAt(path: string): Blueprint {
    return defaultBlueprint(path) ?? parseBlueprint(readBlueprint(path));
}

/** What a new instance looks like before it is applied. */
export function newInstance(name: string, path: string, content = ""): Fields {
    return {
        name,
        path,
        content,
        context: {},
        last_applied: new Date().toISOString(),
        last_applied_hash: "",
        status: "unknown",
        enabled: true,
        managed_models: [],
        metadata: { name, labels: {} },
    };
}

/** What an instance looks like once it is applied. */
export function applied(hashed: string): Fields {
    return {
        status: "successful",
        last_applied: new Date().toISOString(),
        last_applied_hash: createHash("sha512").update(hashed).digest("hex"),
    };
}
