import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { instanceModel, newInstance } from "./blueprints/instances";
import { shippedBlueprints } from "./blueprints/defaults";
import type { Database } from "./database";
import { log } from "./log";
import { create } from "./save";
import type { Store } from "./store";
import { version } from "./version";

const tables = `
  CREATE TABLE IF NOT EXISTS authentik_version_history (
    id bigserial PRIMARY KEY, "timestamp" timestamptz NOT NULL, version text NOT NULL, build text NOT NULL);
  CREATE TABLE IF NOT EXISTS authentik_tenants_tenant (schema_name text PRIMARY KEY, ready boolean NOT NULL);
  ALTER TABLE authentik_tenants_tenant ADD COLUMN IF NOT EXISTS is_set_up boolean NOT NULL DEFAULT false;
  CREATE SEQUENCE IF NOT EXISTS authentik_object_number;
  CREATE TABLE IF NOT EXISTS authentik_object (
    id bigserial PRIMARY KEY, model text NOT NULL, pk text NOT NULL, data jsonb NOT NULL, UNIQUE (model, pk));
  CREATE OR REPLACE VIEW authentik_core_group AS SELECT data->>'name' AS name FROM authentik_object WHERE model = 'authentik_core.group';
  CREATE UNIQUE INDEX IF NOT EXISTS authentik_core_user_username_key ON authentik_object ((data->>'username')) WHERE model = 'authentik_core.user';
  CREATE UNIQUE INDEX IF NOT EXISTS authentik_core_application_slug_key ON authentik_object ((data->>'slug')) WHERE model = 'authentik_core.application';
  CREATE UNIQUE INDEX IF NOT EXISTS authentik_core_token_identifier_key ON authentik_object ((data->>'identifier')) WHERE model = 'authentik_core.token';
  CREATE UNIQUE INDEX IF NOT EXISTS authentik_core_token_key_key ON authentik_object ((data->>'key')) WHERE model = 'authentik_core.token';
  CREATE UNIQUE INDEX IF NOT EXISTS authentik_flows_flow_slug_key ON authentik_object ((data->>'slug')) WHERE model = 'authentik_flows.flow';
`;

/** Brings an empty or older database up to date; server and worker may both try at once. */
export async function migrate(database: Database): Promise<void> {
    log("info", "waiting to acquire database lock");
    await database.transaction(async (store) => {
        await store.query("SELECT pg_advisory_xact_lock(1000)");
        log("info", "applying django migrations");
        await store.query(tables);
        await refuseSkip(store);
        if ((await store.first(instanceModel, {})) === undefined) await seed(store);
        // Last, as on the real server: once the tenant exists, everything else does too.
        await store.query("INSERT INTO authentik_tenants_tenant VALUES ('public', true) ON CONFLICT DO NOTHING");
    });
    log("info", "releasing database lock");
}

const series = ["2025.8", "2025.10", "2025.12", "2026.2", "2026.5", "2026.8"];
const seriesOf = (release: string) => series.indexOf(release.split(".").slice(0, 2).join("."));

/** Records the release, as the real one does before it migrates; one that was skipped to fails in its migrations. */
async function refuseSkip(store: Store): Promise<void> {
    const releases = await store.query<{ version: string }>("SELECT version FROM authentik_version_history");
    const latest = Math.max(...releases.map((row) => seriesOf(row.version)));
    if (releases.length > 0 && seriesOf(version) > latest + 1)
        throw new Error(
            'Traceback (most recent call last):\n  File "/lifecycle/migrate.py", line 1, in run_migrations\n' +
                "django.core.exceptions.FieldError: Cannot resolve keyword 'group_id' into field.",
        );
    if (releases.some((row) => row.version === version)) return;
    await store.query(
        `INSERT INTO authentik_version_history ("timestamp", version, build) VALUES (now(), '${version}', '')`,
    );
}

async function seed(store: Store): Promise<void> {
    for (const { name, path } of shippedBlueprints) await store.insert(instanceModel, newInstance(name, path));
    await create(store, "authentik_outposts.outpost", {
        name: "authentik Embedded Outpost",
        type: "proxy",
        providers: [],
        managed: "goauthentik.io/outposts/embedded",
        config: { log_level: "info", authentik_host: "" },
    });
    await create(store, "authentik_crypto.certificatekeypair", {
        name: "authentik Self-signed Certificate",
        managed: null,
        ...(await selfSigned()),
    });
}

async function selfSigned(): Promise<{ certificate_data: string; key_data: string }> {
    const { stdout } = await promisify(execFile)("openssl", [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "365",
        "-subj",
        "/CN=authentik Self-signed Certificate",
        "-keyout",
        "-",
        "-out",
        "-",
    ]);
    const part = (label: string) =>
        new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----\\n`).exec(stdout)?.[0] ?? "";
    return { certificate_data: part("CERTIFICATE"), key_data: part("PRIVATE KEY") };
}
