import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { applyBlueprint } from "./blueprints/importer";
import { parseBlueprint } from "./blueprints/document";
import { applyInstance, instanceModel, newInstance, readBlueprint } from "./blueprints/instances";
import { connectServices, rememberMode, type Services } from "./bootstrap";
import type { Database } from "./database";
import { log, messageOf, pause } from "./log";
import { migrate } from "./migrations";
import { changeChannel, outpostChannel } from "./save";
import { readSettings } from "./settings";
import { serve, serveMetrics } from "./server/http";
import { keysOf, textOf } from "./store";

// The real worker tries a refused connection 30 times too: the rest of that time would only be waiting.
const patience = { tries: 30, refusals: 5 };
const grantDelay = 1500;

/** `ak worker`: applies blueprints, and grants outposts the sight of their providers a while after these are saved. */
export async function runWorker(): Promise<void> {
    rememberMode("worker");
    const settings = readSettings();
    const services = await connectServices(patience);
    if (services === undefined) process.exit(1);
    const { database } = services;
    await migrate(database);
    process.on("SIGTERM", () => {
        log("info", "Killing worker process...");
        setTimeout(() => process.exit(1), 1000);
    });
    await serve(settings.address("listen.http"), async ({ path }) => ({
        status: path === "/-/health/ready/" && !(await healthy(services)) ? 503 : 200,
    }));
    await serveMetrics(
        settings.address("listen.metrics"),
        "",
        "django_db_query_duration_seconds Histogram of query duration by database and vendor",
    );

    let changes = 1;
    database.listen(changeChannel, () => {
        changes += 1;
    });
    // The first blueprints are applied a moment after the server is ready, as on the real first boot: ready is not login.
    await pause(grantDelay);
    for (let round = 0, granted = 0; ; round += 1) {
        try {
            if (round % 5 === 0) await applyShipped(database);
            if (round % 5 === 0) await discover(database, settings.text("blueprints_dir"));
            const seen = changes;
            // Every half minute without being told: a notification may have been lost with a connection.
            if (seen !== granted || round % 30 === 0) {
                await pause(grantDelay);
                await grant(database);
                granted = seen;
            }
        } catch (error) {
            log("error", "Task failed", { error: messageOf(error) });
        }
        await pause(1000);
    }
}

async function healthy({ database, cache }: Services): Promise<boolean> {
    return Promise.all([database.check(), cache.check()]).then(
        () => true,
        () => false,
    );
}

async function applyShipped(database: Database): Promise<void> {
    for (const instance of await database.store.find(instanceModel, { status: "unknown" })) {
        await database
            .transaction((store) => applyInstance(store, instance))
            .catch((error: unknown) =>
                database.store.update(instance, {
                    status: "error",
                    last_applied: new Date().toISOString(),
                    error: messageOf(error),
                }),
            );
    }
}

// Files that a user put into the blueprints folder: each is applied once, and again when it changes.
async function discover(database: Database, folder: string): Promise<void> {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
        (file) => file.isFile() && file.name.endsWith(".yaml"),
    );
    for (const file of files) {
        const path = relative(folder, join(file.parentPath, file.name));
        const text = readBlueprint(path);
        const hash = createHash("sha512").update(text).digest("hex");
        const known = await database.store.first(instanceModel, { path });
        if (known !== undefined && textOf(known, "seen_hash") === hash) continue;
        const outcome = await database
            .transaction(async (store) => {
                const blueprint = parseBlueprint(text);
                if (blueprint.labels["blueprints.goauthentik.io/instantiate"] === "false")
                    return { status: "unknown", last_applied_hash: "" };
                await applyBlueprint(store, blueprint);
                return { status: "successful", last_applied_hash: hash };
            })
            .catch((error: unknown) => {
                log("warning", "Blueprint failed", { path, error: messageOf(error) });
                return { status: "error", last_applied_hash: "" };
            });
        const instance = known ?? (await database.store.insert(instanceModel, newInstance(nameIn(text) ?? path, path)));
        await database.store.update(instance, { ...outcome, seen_hash: hash, last_applied: new Date().toISOString() });
    }
}

function nameIn(text: string): string | undefined {
    try {
        return parseBlueprint(text).name;
    } catch {
        return undefined;
    }
}

async function grant(database: Database): Promise<void> {
    await database.transaction(async (store) => {
        for (const outpost of await store.find("authentik_outposts.outpost")) {
            await store.update(outpost, { granted: keysOf(outpost, "providers") });
            await store.notify(outpostChannel, String(outpost.pk));
        }
    });
}
