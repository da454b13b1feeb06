import { compare, nextStep, predecessor, releaseOf, seriesBetween, seriesOf, versionPattern } from "./releases";

/** Steps that are known to fail although the order is right, each with what is wrong. */
const badSteps: { from: string; to: string; reason: string }[] = [
    // Source: authentik's issues 25996 and 25652.
    { from: "2026.5.7", to: "2026.8.2", reason: "its migrations end with InconsistentMigrationHistory" },
    { from: "2026.5.6", to: "2026.8.1", reason: "it takes this step for a skipped release, and refuses to start" },
];

/**
 * Why authentik cannot go from one release to another in one step; undefined when it can.
 *
 * Source: "Upgrade authentik" in authentik's documentation, as run: 2026.2.2 on the database of 2025.8.4 leaves it half
 * migrated, and 2025.8.4 on what is left starts, but answers 500 for users, groups and roles.
 *
 * @param untested also takes a step that authentik only advises against: from another patch than the last one of a series,
 *   or back to an earlier patch of the same series.
 * @returns what follows the key and the version in a message, with what to do instead.
 * @example
 * stepProblem("2025.8.4", "2026.2.7"); // follows 2025.8.4, which this stack runs, and would skip 2025.10 and 2025.12; ...
 */
export function stepProblem(from: string, to: string, untested = false): string | undefined {
    const sameSeries = seriesOf(from) === seriesOf(to);
    if (from === to || (sameSeries && untested)) return undefined;
    if (compare(to, from) < 0)
        return (
            `is older than ${from}, the release of this stack's database, and authentik cannot be downgraded; ` +
            `keep ${from}, or restore what was saved before with \`npm run upgrade -- --back\``
        );
    const before = `would follow ${from}, the release of this stack's database`;
    const bad = badSteps.find((step) => step.from === from && step.to === to);
    if (bad !== undefined) return `${before}, and ${bad.reason}; use ${nextStep(to) ?? "a newer one"}`;
    if (sameSeries) return undefined;
    const cure = `set it to ${nextStep(from) ?? to} first, or let \`npm run upgrade\` take every step`;
    if (compare(from, predecessor) < 0) return `${before}; take authentik's own steps up to ${predecessor} first`;
    const skipped = seriesBetween(from, to);
    if (skipped.length > 0)
        return `${before}, and skip ${skipped.join(", ")}, which leaves the database half migrated; ${cure}`;
    const next = nextStep(from);
    if (!untested && next !== undefined && seriesOf(next) === seriesOf(from))
        return `${before}, and authentik goes from one series to the next at its last patch; ${cure}`;
    return undefined;
}

/**
 * The releases to run one after the other to get from one to another; empty when there is nothing to do, or no way.
 *
 * @param untested also takes the steps that {@link stepProblem} takes with it.
 * @example
 * pathBetween("2025.8.4", "2026.2.7"); // 2025.8.6, 2025.10.4, 2025.12.6, 2026.2.7
 */
export function pathBetween(from: string, to: string, untested = false): string[] {
    if (compare(from, to) >= 0) return [];
    const next = nextStep(from);
    if (next === undefined || stepProblem(from, to, untested) === undefined) return [to];
    return [next, ...pathBetween(next, to, untested)];
}

/** What the database says of itself, as {@link databaseQuery} asks for it. */
export interface DatabaseFacts {
    /** Releases that have used it, in any order; none in an empty one. */
    versions: string[];
    /** Names that more than one group has. */
    groups: string[];
    /** Connections that the server has for roles that are no superusers. */
    connections: number;
    /** Those that other roles have now, by role. */
    used: Record<string, number>;
    /** What authentik's role and database are limited to; null where they are not. */
    limit: number | null;
    /** PostgreSQL's version as a number, e.g. 160004. */
    server: number;
}

/**
 * SQL for psql that prints {@link DatabaseFacts} as a line of JSON. It reads nothing else, and changes nothing.
 *
 * Of other roles, PostgreSQL shows one that is no superuser only the name and the database of a connection.
 *
 * authentik records each release in `authentik_version_history` before it migrates. Source: lifecycle/system_migrations.
 */
export const databaseQuery = `\\set versions '[]'
\\set groups '[]'
SELECT (
  SELECT quote_ident(nspname) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
  WHERE relname = 'authentik_version_history' ORDER BY nspname = 'public' DESC LIMIT 1
) AS schema \\gset
\\if :{?schema}
SELECT to_regclass(:'schema' || '.authentik_core_group') IS NOT NULL AS grouped \\gset
SELECT coalesce(json_agg(version), '[]') AS versions FROM :schema.authentik_version_history \\gset
\\if :grouped
SELECT coalesce(json_agg(name), '[]') AS groups
FROM (SELECT name FROM :schema.authentik_core_group GROUP BY name HAVING count(*) > 1) AS several \\gset
\\endif
\\endif
SELECT json_build_object(
  'versions', :'versions'::json,
  'groups', :'groups'::json,
  'connections', current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
    - coalesce(current_setting('reserved_connections', true)::int, 0),
  'used', (
    SELECT coalesce(json_object_agg(usename, open), '{}') FROM (
      SELECT usename, count(*) AS open FROM pg_stat_activity
      WHERE datid IS NOT NULL AND usename <> current_user GROUP BY usename
    ) AS others
  ),
  'limit', (
    SELECT min(most) FROM (
      SELECT rolconnlimit AS most FROM pg_roles WHERE rolname = current_user
      UNION ALL SELECT datconnlimit FROM pg_database WHERE datname = current_database()
    ) AS limits WHERE most >= 0
  ),
  'server', current_setting('server_version_num')::int);
`;

/** Connections that are kept for a consumer which has fewer now: what the pool of a small application opens. */
const consumerConnections = 5;
/**
 * A server opens one for each request that it has in hand, without a limit: this many times as many as when nobody asks. Source:
 * a busy machine, on which server and worker of two generations had all of 100 (docs/benchmarks.md).
 */
const busy = 4;
/** While an update replaces server and worker, the old ones still serve. */
const generations = 2;
/** A backup, jobs, health checks, and those that PostgreSQL keeps for administrators. */
const furtherConnections = 15;

/** By PostgreSQL's default. Source: superuser_reserved_connections. */
const keptForAdministrators = 3;

/**
 * How many connections a PostgreSQL has to allow that this stack runs: in round numbers and enough for each series, since it has to
 * restart for another.
 *
 * @param replicas how many servers or workers run at once, the larger number.
 */
export function mostConnections(version: string, consumers: number, replicas: number): number {
    const most = generations * busy * releaseOf(version).connections * replicas + consumerConnections * consumers;
    return Math.max(300, Math.ceil((most + furtherConnections) / 100) * 100);
}

/** A release that is to use a database. */
export interface DatabaseUse {
    version: string;
    /** Also takes steps that authentik only advises against. Default: false. */
    allowUntested?: boolean;
    /** Only its series is known: its tag may lead to any patch of that, such as 2025.8. Default: false. */
    isFloating?: boolean;
    /** Roles of others that are to use the same server. Default: none. */
    consumers?: string[];
    /** The server is this stack's own. Default: false. */
    isOwn?: boolean;
    /** How many connections an update will give it before. Default: as many as it says. */
    allowed?: number;
}

/**
 * Why a release must not use a database; none where it may.
 *
 * @param output what {@link databaseQuery} printed.
 * @returns what follows the key and the version in a message, with what to do instead.
 */
export function databaseProblems(output: string, use: DatabaseUse): string[] {
    const facts = factsOf(output);
    const { hasUniqueGroups, oldestPostgres } = releaseOf(use.version);
    const newest = newestRelease(output);
    const step = newest === undefined ? undefined : useProblem(newest, use);
    return [
        ...(step === undefined ? [] : [step]),
        ...(hasUniqueGroups && facts.groups.length > 0
            ? [
                  `needs unique names of groups, but several groups have the name ${facts.groups.join(", ")}; ` +
                      "rename them in authentik first",
              ]
            : []),
        ...(facts.server < oldestPostgres * 10_000
            ? [
                  `needs PostgreSQL ${oldestPostgres} or later, but this one is version ${Math.floor(facts.server / 10_000)}`,
              ]
            : []),
        ...connectionProblems(facts, use),
    ];
}

/**
 * Why a release must not follow another, like {@link stepProblem}; for a floating tag, patches of one series are not compared.
 *
 * @param from e.g. `2025.8.4`.
 * @returns what to do instead, in words that follow "version 2025.10.4"; undefined when it may follow.
 */
export function useProblem(
    from: string,
    use: Pick<DatabaseUse, "version" | "allowUntested" | "isFloating">,
): string | undefined {
    if (use.isFloating === true && seriesOf(from) === seriesOf(use.version)) return undefined;
    return stepProblem(from, use.version, use.allowUntested);
}

/** Too few connections: authentik starts with them, and fails once several people use it. */
function connectionProblems({ used, limit, ...facts }: DatabaseFacts, use: DatabaseUse): string[] {
    const connections = use.allowed === undefined ? facts.connections : use.allowed - keptForAdministrators;
    const needed = releaseOf(use.version).connections;
    const sum = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0);
    const idle = (use.consumers ?? []).map((role) => Math.max(0, consumerConnections - (used[role] ?? 0)));
    const others = sum([...Object.values(used), ...idle]);
    const takes = `takes ${needed} connections of PostgreSQL`;
    // In round numbers, with room for a few more.
    const enough = Math.ceil((others + needed + 10) / 50) * 50;
    return [
        ...(limit !== null && limit < needed
            ? [
                  `${takes}, and authentik's role or database there may have ${limit}; raise that with ` +
                      `\`ALTER ROLE ... CONNECTION LIMIT ${needed}\` or \`ALTER DATABASE ... CONNECTION LIMIT ${needed}\``,
              ]
            : []),
        ...(connections - others < needed
            ? [
                  `${takes}, which has ${connections}, of which others need ${others}; ` +
                      (use.isOwn === true
                          ? `set postgres.connections to ${enough}`
                          : `run \`ALTER SYSTEM SET max_connections = ${enough}\` there as its administrator, and restart it`),
              ]
            : []),
    ];
}

/**
 * The newest release that has used a database; undefined when none has.
 *
 * @param output what {@link databaseQuery} printed.
 */
export function newestRelease(output: string): string | undefined {
    const { versions } = factsOf(output);
    return versions
        .filter((one) => versionPattern.test(one))
        .sort(compare)
        .at(-1);
}

function factsOf(output: string): DatabaseFacts {
    return JSON.parse(output.trim().split("\n").at(-1) ?? "") as DatabaseFacts;
}
