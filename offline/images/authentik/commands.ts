import { readFileSync } from "node:fs";
import { get } from "node:http";
import { applyBlueprint, BlueprintInvalid } from "./blueprints/importer";
import { blueprintAt } from "./blueprints/instances";
import { modeFile } from "./bootstrap";
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

/** `ak healthcheck`, `/proxy healthcheck`: 0 where the URL answers 2xx. */
export function healthcheck(url: string, milliseconds: number): Promise<number> {
    return new Promise((resolve) => {
        const request = get(url, { timeout: milliseconds }, ({ statusCode = 0 }) => resolve(statusCode < 300 ? 0 : 1));
        request.on("timeout", () => request.destroy(new Error("timeout")));
        request.on("error", (error) => {
            log("warning", "failed to send healthcheck request", { error: error.message });
            resolve(1);
        });
    });
}

/** The health of whichever of server and worker runs here: the server is asked whether it lives, the worker whether it can work. */
export async function ownHealth(mode: string | undefined): Promise<number> {
    const { port } = readSettings().address("listen.http");
    const server = (mode ?? readFileSync(modeFile, "utf8").trim()) === "server";
    return healthcheck(`http://127.0.0.1:${port}/-/health/${server ? "live" : "ready"}/`, 5000);
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
