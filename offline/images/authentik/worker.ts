import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { shippedBlueprints } from "./blueprints/defaults";
import { parseBlueprint, type Blueprint } from "./blueprints/document";
import { applyInstance } from "./blueprints/importer";
import { instanceModel, newInstance, readBlueprint } from "./blueprints/instances";
import { connectServices, rememberMode, type Services } from "./bootstrap";
import type { Database } from "./database";
import { display, log, messageOf, pause } from "./log";
import { migrate } from "./migrations";
import { changeChannel, outpostChannel } from "./save";
import { readSettings } from "./settings";
import { serve, serveMetrics } from "./server/http";
import { keysOf, textOf, type Stored } from "./store";
import { since } from "./version";

// The real worker tries even a refused connection 30 times; the rest of that would only be waiting.
const patience = { tries: 30, refusals: 5 };
const grantDelay = 1500;
const shippedPaths = new Set(shippedBlueprints.map(({ path }) => path));

/** `ak worker`: applies blueprints, and gives outposts access to their providers a while after these are saved. */
export async function runWorker(): Promise<void> {
    rememberMode("worker");
    const settings = readSettings();
    const services = await connectServices(patience);
    if (services === undefined) process.exit(1);
    const { database } = services;
    await migrate(database);
    await requestBootstrap(database);
    process.on("SIGTERM", () => {
        log("info", "Killing worker process...");
        setTimeout(() => process.exit(1), 1000);
    });
    await serve(settings.address("listen.http"), async ({ path }) => ({
        status: path === "/-/health/ready/" && !(await healthy(services)) ? 503 : 200,
    }));
    await serveMetrics(
        settings.address("listen.metrics"),
        `version=${since("2026.2") ? "1.0.0" : "0.0.4"}; charset=utf-8`,
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
            if (round % 5 === 0) await discover(database, settings.text("blueprints_dir")).catch(taskFailed);
            await applyPending(database, round % 5 === 0);
            const seen = changes;
            // Also every half minute without a notification: one may have been lost with its connection.
            if (seen !== granted || round % 30 === 0) {
                await pause(grantDelay);
                await grant(database);
                granted = seen;
            }
        } catch (error) {
            taskFailed(error);
        }
        await pause(1000);
    }
}

function taskFailed(error: unknown): void {
    log("error", "Task failed", { error: messageOf(error) });
}

// Credentials in environment variables are read on each start; existing objects are not changed.
async function requestBootstrap({ store }: Database): Promise<void> {
    const { AUTHENTIK_BOOTSTRAP_PASSWORD: password, AUTHENTIK_BOOTSTRAP_TOKEN: token } = process.env;
    const instance = await store.first(instanceModel, { path: "system/bootstrap.yaml" });
    if (instance !== undefined && (password ?? token) !== undefined) await store.update(instance, { requested: true });
}

async function healthy({ database, cache }: Services): Promise<boolean> {
    return Promise.all([database.check(), cache.check()]).then(
        () => true,
        () => false,
    );
}

// Blueprints that were never applied or that someone requested, and from time to time authentik's own that failed.
async function applyPending(database: Database, failedToo: boolean): Promise<void> {
    const { store } = database;
    const isPending = ({ data: { status, requested, path } }: Stored) =>
        status === "unknown" ||
        requested === true ||
        (failedToo && status === "error" && shippedPaths.has(display(path)));
    for (const instance of (await store.find(instanceModel)).filter(isPending)) {
        await store.update(instance, { requested: false });
        await database
            .transaction((inside) => applyInstance(inside, instance))
            .catch((error: unknown) => {
                log("warning", "Blueprint failed", { path: textOf(instance, "path"), error: messageOf(error) });
                return store.update(instance, { status: "error", last_applied: new Date().toISOString() });
            });
    }
}

// Files that a user put into the blueprints folder: each is applied once, and again when it changes.
async function discover({ store }: Database, folder: string): Promise<void> {
    const found = readdirSync(folder, { recursive: true, withFileTypes: true });
    for (const file of found.filter((entry) => entry.isFile() && entry.name.endsWith(".yaml"))) {
        const path = relative(folder, join(file.parentPath, file.name));
        const text = readBlueprint(path);
        const known = await store.first(instanceModel, { path });
        const hash = createHash("sha512").update(text).digest("hex");
        if (known !== undefined && textOf(known, "seen_hash") === hash) continue;
        const { name, labels } = header(text);
        if (labels["blueprints.goauthentik.io/instantiate"] === "false") continue;
        const instance = known ?? (await store.insert(instanceModel, newInstance(name === "" ? path : name, path)));
        await store.update(instance, { requested: true, seen_hash: hash });
    }
}

function header(text: string): Pick<Blueprint, "name" | "labels"> {
    try {
        return parseBlueprint(text);
    } catch {
        return { name: "", labels: {} };
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
