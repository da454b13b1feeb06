import { existsSync } from "node:fs";
import { join } from "node:path";
import { applyBlueprint, BlueprintInvalid } from "../blueprints/importer";
import { parseBlueprint } from "../blueprints/document";
import { instanceModel, newInstance } from "../blueprints/instances";
import { messageOf } from "../log";
import type { Stored } from "../store";
import type { Context } from "./context";
import { json, type Reply } from "./replies";

/** POST managed/blueprints/: a blueprint by content, which must apply, or by path, which must exist. */
export async function createInstance({ request, database, settings }: Context, allow: string): Promise<Reply> {
    const {
        name = "",
        path = "",
        content = "",
    } = JSON.parse(request.body) as { name?: string; path?: string; content?: string };
    if (path !== "" && !existsSync(join(settings.text("blueprints_dir"), path))) {
        return json(400, { path: ["Blueprint file does not exist"] }, allow);
    }
    try {
        if (path === "")
            await database.transaction((store) => applyBlueprint(store, parseBlueprint(content)), "ROLLBACK");
    } catch (error) {
        const reasons =
            error instanceof BlueprintInvalid
                ? error.logs.filter(({ level }) => level === "warning").map(({ event }) => `- ${event}`)
                : [`- ${messageOf(error)}`];
        return json(400, { content: ["Failed to validate blueprint", ...reasons] }, allow);
    }
    const created = await database.transaction((store) =>
        store.insert(instanceModel, newInstance(name, path, content)),
    );
    return json(201, { pk: created.pk, ...created.data }, allow);
}

/** POST managed/blueprints/<pk>/apply/: a worker does it, a moment later; the outcome is the status. */
export async function requestApply({ store }: Context, instance: Stored): Promise<object> {
    await store.update(instance, { requested: true });
    return { pk: instance.pk, ...instance.data };
}
