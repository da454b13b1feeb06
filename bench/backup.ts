import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bringBack, fitting } from "../cli/backup/restore";
import { BackupStore } from "../cli/backup/store";
import { run } from "../cli/run";
import { projectRoot } from "../cli/workplace";
import { devConfiguration, devPorts } from "../test/integration/support/dev";
import { container } from "../test/integration/support/host";
import { StackUnderTest } from "../test/integration/support/stack-under-test";
import { openBench } from "../test/integration/support/workplace";
import { machine, median } from "./figures";

/**
 * `npm run bench:backup [-- <rounds>]`: what a backup and a restore of 1 GB of events take, beside plain pg_dump and pg_restore in
 * PostgreSQL's own container. They are run in turn, so that a busy machine slows all.
 *
 * Default: 3 rounds. The figures go to the end of docs/benchmarks.md.
 */
const rounds = Number(process.argv[2] ?? 3);
const prefix = "bench-backup-";
/** Of the container of the backups; a part of what there is to dump. */
const memory = "128m";

/** About a kilobyte each, as authentik writes them: who did what, when and from where. */
const events = `CREATE TABLE bench_events AS SELECT gen_random_uuid() AS event_uuid, now() - n * interval '1 minute' AS created,
    jsonb_build_object('pk', n % 500, 'email', md5(n::text) || '@example.com', 'username', md5((n % 500)::text)) AS "user",
    (ARRAY['login', 'authorize_application', 'model_updated', 'login_failed'])[n % 4 + 1] AS action,
    jsonb_build_object('http_request', jsonb_build_object('path', '/application/o/authorize/', 'method', 'GET', 'request_id',
        md5(random()::text), 'user_agent', repeat('Mozilla/5.0 (X11; Linux x86_64) ', 4)), 'authorized_application',
        jsonb_build_object('pk', gen_random_uuid(), 'name', md5((n % 30)::text), 'model_name', 'application'), 'flow',
        md5(random()::text), 'scopes', repeat('openid email profile ', 6), 'geo', md5(random()::text)) AS context,
    ('10.' || n % 250 || '.' || n % 199 || '.1')::inet AS client_ip FROM generate_series(1, 1200000) AS n;
    ALTER TABLE bench_events ADD PRIMARY KEY (event_uuid);
    CREATE INDEX ON bench_events (created); CREATE INDEX ON bench_events (action);
    ALTER TABLE bench_events OWNER TO authentik`;

/** In seconds. */
type Times = Record<"dump" | "save" | "plain" | "restore", number>;

async function main(): Promise<void> {
    const { images } = await openBench();
    const configuration = devConfiguration(prefix, await devPorts(), images, {
        ...{ outposts: [], applications: [], consumers: undefined },
        ...{ "backup.memory": memory, "backup.verify": "never", "postgres.memory": "1g" },
    });
    const stack = await StackUnderTest.open(prefix, configuration);
    try {
        await stack.up();
        await inPostgres(`psql -U postgres -d authentik -qc "${events.replaceAll('"', '\\"')}"`);
        const size = await inPostgres(`psql -U postgres -d authentik -Atc "SELECT pg_database_size('authentik')"`);
        const measured: Times[] = [];
        for (let round = 0; round < rounds; round++) measured.push(await measure(stack));
        const file = join(projectRoot, "docs/benchmarks.md");
        const before = readFileSync(file, "utf8").split(heading)[0]?.trimEnd() ?? "";
        const part = partOf(measured, Number(size) / 1e9);
        writeFileSync(file, `${before}\n\n${part}`);
        console.log(part);
    } finally {
        await stack.close();
    }
}

/** One round: plain and ours in turn, of the same rows. */
async function measure(stack: StackUnderTest): Promise<Times> {
    const store = new BackupStore(stack.opened);
    const quiet = () => undefined;
    const dump = await seconds(() => inPostgres("pg_dump -U postgres -Fc --file=$PGDATA/bench.dump authentik"));
    const save = await seconds(() => store.attempt("save"));
    await inPostgres("createdb -U postgres bench");
    const plain = await seconds(() =>
        inPostgres("pg_restore -U postgres --no-owner --dbname=bench $PGDATA/bench.dump"),
    );
    await inPostgres("dropdb -U postgres bench && rm $PGDATA/bench.dump");
    const id = (await store.list()).manifests.at(-1)?.id ?? "";
    const restore = { from: stack.opened, into: stack.opened, id };
    await fitting(quiet, restore);
    const times = { dump, save, plain, restore: await seconds(() => store.restore(store, id)) };
    await bringBack(quiet, restore);
    console.log(times);
    return times;
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
    const since = performance.now();
    await work();
    return (performance.now() - since) / 1000;
}

async function inPostgres(command: string): Promise<string> {
    const { id } = await container(`${prefix}authentik-postgres-server`);
    return (await run("docker", ["exec", id, "sh", "-c", command])).trim();
}

const heading = "## A backup of 1 GB";

function partOf(measured: Times[], gigabytes: number): string {
    const row = (title: string, plain: (times: Times) => number, ours: (times: Times) => number) => {
        const ratios = measured.map((times) => plain(times) / ours(times));
        const [low, high] = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(2));
        const [a, b] = [plain, ours].map((of) => median(measured.map(of)).toFixed(1));
        return `| ${title} | ${a} | ${b} | ${median(ratios).toFixed(2)} (${low} to ${high}) |`;
    };
    return [
        heading,
        "",
        "Made by `npm run bench:backup`, of a database of events, as authentik writes them: " +
            `${gigabytes.toFixed(1)} GB. \`pg_dump --format=custom\` and`,
        "`pg_restore` in PostgreSQL's own container, and what a backup and a restore of the stack take: digests, counted rows, files and",
        `stopping authentik included. The container of the backups has ${memory}, whatever the size of the database is. Seconds on the`,
        `clock are medians, in turn; the ratio is how fast ours is beside the plain one, with the least and the most. Rounds: ${rounds}.`,
        `The machine: ${machine()}.`,
        "",
        "| | plain | ours | speed |",
        "| --- | --- | --- | --- |",
        row(
            "backup",
            ({ dump }) => dump,
            ({ save }) => save,
        ),
        row(
            "restore",
            ({ plain }) => plain,
            ({ restore }) => restore,
        ),
        row(
            "both",
            ({ dump, plain }) => dump + plain,
            ({ save, restore }) => save + restore,
        ),
        "",
    ].join("\n");
}

void main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
});
