import { applyBlueprint, BlueprintInvalid } from "./blueprints/importer";
import { blueprintAt } from "./blueprints/instances";
import { Database } from "./database";
import { display, log, messageOf, python } from "./log";
import { runOutpost } from "./outpost/main";
import { runServer } from "./server/main";
import { readSettings } from "./settings";
import type { Fields } from "./store";
import { since } from "./version";
import { runWorker } from "./worker";

/** One program for every role: the first argument says which. Health checks are shell scripts, in ../files. */
async function main([command = "", ...rest]: string[]): Promise<void> {
    switch (command) {
        case "server":
            return runServer();
        case "worker":
            return runWorker();
        case "apply_blueprint":
            return process.exit(await applyBlueprints(rest));
        case "compare":
            return compareBlueprints(rest);
        case "shell":
            return process.exit(await setUp(rest));
        case "proxy":
        case "ldap":
        case "radius":
        case "rac":
            return runOutpost(command);
        default:
            process.stderr.write(
                `Unknown command: '${command}'\nThis is a rehearsal's stand-in: server, worker, apply_blueprint and healthcheck are what it knows.\n`,
            );
            process.exit(1);
    }
}

/** `ak apply_blueprint`: each file in one transaction, the first that is refused ends it with 1. */
async function applyBlueprints(paths: string[]): Promise<number> {
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

/** Prints what applying blueprints would change, which is not done; else the mark that the last application left. */
async function compareBlueprints(paths: string[]): Promise<void> {
    const database = await Database.open(readSettings());
    const found = new Set<string>();
    const mark = await database.transaction(async (store) => {
        const group = await store.first("authentik_core.group", { name: "authentik-stack" });
        const { "authentik-stack": left = "" } = { ...(group?.data["attributes"] as Fields | undefined) };
        for (const path of paths)
            await applyBlueprint(store, blueprintAt(path), ({ model, data }, what) => {
                const named = data["name"] ?? data["username"] ?? data["identifier"] ?? "";
                found.add(`${model.split(".")[1] ?? ""} ${display(named)} (${what})`);
            });
        return display(left);
    }, "ROLLBACK");
    await database.close();
    process.stdout.write(found.size === 0 ? `same ${mark}\n` : `differs ${[...found].join("; ")}\n`);
}

/** `ak shell -c "...Setup.set(True)..."`: the one thing that it is used for, from 2026.5 on. */
async function setUp(args: string[]): Promise<number> {
    if (!since("2026.5") || !args.join(" ").includes("Setup.set(True)")) {
        process.stderr.write("ImportError: cannot import name 'Setup' from 'authentik.core.apps'\n");
        return 1;
    }
    const database = await Database.open(readSettings());
    await database.store.query("UPDATE authentik_tenants_tenant SET is_set_up = true");
    await database.close();
    return 0;
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

main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(1);
});
