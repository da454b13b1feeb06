import { applyBlueprint, BlueprintInvalid } from "./blueprints/importer";
import { blueprintAt } from "./blueprints/instances";
import { Database } from "./database";
import { log, messageOf, python } from "./log";
import { readSettings } from "./settings";

/** `ak apply_blueprint`: each file in one transaction, the first that is refused ends it with 1. */
export async function applyBlueprints(paths: string[]): Promise<number> {
    if (paths.length === 0) {
        process.stderr.write("ak apply_blueprint: error: the following arguments are required: blueprints\n");
        return 2;
    }
    let database: Database | undefined;
    try {
        database = await Database.open(readSettings());
        const tenants = await database.store.query("SELECT schema_name FROM authentik_tenants_tenant WHERE ready");
        if (tenants.length > 0)
            for (const path of paths) await database.transaction((store) => applyBlueprint(store, blueprintAt(path)));
        log("info", "Task enqueued");
        return 0;
    } catch (error) {
        process.stderr.write(error instanceof BlueprintInvalid ? invalid(error) : traceback(error));
        return 1;
    } finally {
        await database?.close();
    }
}

function invalid({ logs }: BlueprintInvalid): string {
    return `Blueprint invalid\n${logs
        .map(({ event, attributes }) => `\tauthentik.blueprints.v1.importer: ${event}: ${python(attributes)}\n`)
        .join("")}`;
}

function traceback(error: unknown): string {
    const relation = /relation ".*" does not exist|column .* does not exist/.test(messageOf(error))
        ? "django.db.utils.ProgrammingError: "
        : "";
    const duplicate = messageOf(error).startsWith("duplicate key") ? "django.db.utils.IntegrityError: " : "";
    return `Traceback (most recent call last):\n  File "/manage.py", line 1, in <module>\n${relation}${duplicate}${messageOf(error)}\n`;
}
