/** What a release of authentik asks of its deployment. */
export interface Release {
    /** Redis is required: up to and including 2025.8 (2025.10 moved its work to PostgreSQL). */
    needsRedis: boolean;
    /**
     * Settings that lead it to the volume at {@link mediaFolder}; none up to 2025.10, where it looks there by itself. From
     * 2025.12 on it looks below /data, whose `media` is a link to /media in its image: it refuses to write where neither
     * /data nor a folder below that is no link is a volume. It puts `media/` or `reports/` behind the path. Source:
     * authentik/admin/files/backends/file.py, internal/web/static.go and, from 2026.8 on, src/server/static.rs; as run.
     */
    storage: Record<string, string>;
    /**
     * The attribute of an application's icon. Up to 2025.10 `meta_icon` can only be read, and blueprints alone have `icon`.
     * Source: authentik/core/api/applications.py.
     */
    iconAttribute: "icon" | "meta_icon";
    /** Groups have names of their own: the migration to 2025.12 fails where two share one. Source: authentik_core.0056, as run. */
    hasUniqueGroups: boolean;
    /** An application is hidden from the library by `meta_hide` instead of the launch URL blank://blank: from 2026.5 on. */
    hasHide: boolean;
    /** OAuth2 providers name the grant types that they allow, and refuse every other: from 2026.5 on. */
    hasGrantTypes: boolean;
    /** Where people may be sent to after a logout is a list of the provider's: from 2026.5 on. */
    hasLogoutRedirects: boolean;
    /** An OAuth2 provider calls the application at a logout from the browser or from the server: from 2025.10 on. */
    hasLogoutMethod: boolean;
    /** The attribute of a SAML provider's own entity id. */
    issuerAttribute: "issuer" | "issuer_override";
    /** It listens on [::] unless told otherwise, and restarts for ever where the host has IPv6 switched off: from 2026.5 on. */
    listensOnIpv6: boolean;
    /**
     * A flag says that the setup is done; without it, `/` leads to a setup page, which answers 503 for ever where its flow
     * was taken away: from 2026.5 on. Source: authentik/core/apps.py and core/setup.
     */
    hasSetupFlag: boolean;
    /** Server and proxy outpost are programs in Rust, with health commands of their own: from 2026.8 on. */
    isRust: boolean;
    /** It is told the URL at which browsers reach it, for links in e-mails: from 2026.8 on. Source: its release notes. */
    hasBaseUrl: boolean;
    /**
     * Connections of PostgreSQL that one server and one worker take. Source: 18 were in use with 2025.8.4, as run; the
     * release notes of 2025.10 say half as many again.
     */
    connections: number;
    /** The oldest PostgreSQL that it runs on. Source: the Django in its uv.lock, 5.1 up to 2025.8 and 5.2 since. */
    oldestPostgres: number;
}

/** A series of authentik, such as 2025.8: when it appeared, which of its releases to run, and what it changed. */
interface Series {
    name: string;
    /** Month of its first release. */
    released: string;
    /** Its last known patch. Source: authentik's releases as of November 2026. */
    last: number;
    /** The first patch to run, and what is wrong with those before it. Default: all of them can be run. */
    from?: number;
    since?: string;
    /** What it asks for that differs from the series before; everything else stays as it was. */
    changes: Partial<Release>;
    /** Whether this program ran with a real server of it, built from source, or its source and schema were only read. */
    proof: "run" | "read";
}

/** What the oldest series asks for. */
const oldest: Release = {
    needsRedis: true,
    storage: {},
    iconAttribute: "icon",
    hasUniqueGroups: false,
    hasHide: false,
    hasGrantTypes: false,
    hasLogoutRedirects: false,
    hasLogoutMethod: false,
    issuerAttribute: "issuer",
    listensOnIpv6: false,
    hasSetupFlag: false,
    isRust: false,
    hasBaseUrl: false,
    connections: 20,
    oldestPostgres: 13,
};

/**
 * Every series that this program has blueprints and settings for: the one table of what differs between releases.
 *
 * Source: the release notes in authentik's documentation, the OpenAPI schema of each release (held to it by
 * `npm run update-models`), and the files that {@link Release} names.
 */
const series = [
    { name: "2025.8", released: "2025-08", last: 6, proof: "run", changes: {} },
    {
        name: "2025.10",
        released: "2025-10",
        last: 4,
        from: 4,
        since: "earlier ones let requests past forward auth (CVE-2026-25748)",
        proof: "run",
        // Its tasks, cache and web sockets take connections of PostgreSQL instead of Redis: half as many again.
        changes: { needsRedis: false, hasLogoutMethod: true, connections: 30, oldestPostgres: 14 },
    },
    {
        // Lists have pages of 20 unless a size is asked for, and of 100 at most: whoever lists here asks for that and turns
        // them. Source: authentik/api/pagination.py, as run.
        name: "2025.12",
        released: "2026-01",
        last: 6,
        proof: "run",
        changes: {
            storage: { "storage.media.file.path": "/", "storage.reports.file.path": "/media" },
            iconAttribute: "meta_icon",
            hasUniqueGroups: true,
        },
    },
    { name: "2026.2", released: "2026-02", last: 7, proof: "run", changes: {} },
    {
        // Its candidate 2026.5.0-rc1 (authentik's main of April 2026) ran with this program, also on a database of 2026.2.2 and back
        // (docs/upgrades.md). That one is older than the setup flag, grant types, meta_hide and issuer_override, and passes over
        // attributes that it does not know: so these are read.
        name: "2026.5",
        released: "2026-05",
        last: 8,
        proof: "read",
        changes: {
            hasHide: true,
            hasGrantTypes: true,
            hasLogoutRedirects: true,
            issuerAttribute: "issuer_override",
            listensOnIpv6: true,
            hasSetupFlag: true,
        },
    },
    {
        // Forwarded headers count from trusted proxies alone. The default of `listen.trusted_proxy_cidrs` has every private
        // network of IPv4, and so Docker's: nothing is set here. Source: its release notes, authentik/lib/default.yml.
        name: "2026.8",
        released: "2026-08",
        last: 7,
        from: 3,
        since: "earlier ones do not migrate the database of the release before",
        proof: "read",
        changes: { isRust: true, hasBaseUrl: true },
    },
] as const satisfies Series[];

/** The same, as data of one type. */
const table: readonly Series[] = series;

/** Where the volume with uploaded files is mounted. */
export const mediaFolder = "/media";

/** The form of an authentik version: year.month.patch, e.g. `2025.8.6`, with `-rc1` behind it for a release candidate. */
export const versionPattern = /^20\d\d\.([1-9]|1[0-2])\.\d+(-rc\d+)?$/;

/** The oldest and newest series of them. */
export const supported = { from: series[0].name, to: "2026.8" } as const;

/** The series before the oldest: a database of it can be taken over, an earlier one not. */
export const predecessor = "2025.6";

/** The newest release of the newest series that was tested with this program. */
export const provenVersion = lastOf(table.findLast(({ proof }) => proof === "run") ?? series[0]);

/** What a version has to be. */
export const versionError = `must be an authentik version from ${supported.from} to ${supported.to}, such as ${provenVersion}`;

/** The last known release of each series, oldest first. */
export const lastVersions = table.map(lastOf);

/**
 * What is to be known of a version before it is run: that it gets no more security fixes, and since when, or that it never
 * ran with this program; undefined when there is nothing.
 *
 * authentik fixes the two newest series. Source: SECURITY.md of its repository.
 */
export function versionWarning(version: string): string | undefined {
    const at = indexOf(version);
    const successor = table[at + 2];
    const next = table[at + 1];
    const warnings = [];
    if (successor !== undefined && next !== undefined)
        warnings.push(
            `authentik ${seriesOf(version)} has had no security fixes since ${successor.released}; ` +
                `the next step is ${nextStep(version) ?? lastOf(next)}: \`npm run upgrade\` shows the way`,
        );
    if (table[at]?.proof !== "run")
        warnings.push(
            `authentik ${version} has not been tested with this program, whose newest tested series is ${seriesOf(provenVersion)}`,
        );
    return warnings.length === 0 ? undefined : warnings.join("\n");
}

/**
 * Why a version is not one to run; undefined when it is.
 *
 * @param untested also takes what this program was not tested with: newer series, and releases with known faults.
 */
export function versionProblem(version: string, untested = false): string | undefined {
    if (!versionPattern.test(version)) return versionError;
    const name = seriesOf(version);
    const found = table[indexOf(version)];
    const because = (reason: string) => `${versionError}; ${reason}`;
    if (compare(version, supported.from) < 0)
        return because(`in earlier ones blueprints and outposts of type radius and rac cannot read secrets from files`);
    if (found === undefined && compare(name, supported.to) <= 0) return because(`${name} never existed`);
    if (untested) return undefined;
    if (isCandidate(version)) return because("`allowUntested: true` allows release candidates");
    if (found === undefined)
        return because("this program was not tested with newer ones, and `allowUntested: true` allows them");
    if (compare(version, `${name}.${found.from ?? 0}`) < 0)
        return because(`of ${name} use ${name}.${found.from ?? 0} or later: ${found.since ?? ""}`);
    return undefined;
}

/**
 * What changed up to a version; a newer one than this program knows is taken for the newest that it does.
 *
 * @throws Error when the version has another form; config/ reports that before it comes here.
 */
export function releaseOf(version: string): Release {
    if (!versionPattern.test(version))
        throw new Error(`${version} is not an authentik version such as ${provenVersion}`);
    const name = seriesOf(version);
    const upTo = table.filter((one) => compare(one.name, name) <= 0);
    return upTo.reduce((before, { changes }): Release => ({ ...before, ...changes }), oldest);
}

/**
 * The release to run after this one: the last patch of its series, then the next series; undefined where nothing newer is
 * known. Source: "Upgrade authentik" in authentik's documentation.
 */
export function nextStep(version: string): string | undefined {
    const at = indexOf(version);
    const own = table[at];
    if (own !== undefined && compare(version, lastOf(own)) < 0) return lastOf(own);
    const next = table[at + 1];
    return next && lastOf(next);
}

/** The place of a version's series in the table: -1 before the oldest, and after the last for newer ones. */
export function indexOf(version: string): number {
    const found = table.findIndex(({ name }) => name === seriesOf(version));
    if (found >= 0) return found;
    return compare(version, supported.from) < 0 ? -1 : table.length;
}

/** The series since which authentik asks for something, or has it: `2026.5` for `hasGrantTypes`. */
export function sinceSeries(fact: keyof Release): string {
    return table.find(({ changes }) => fact in changes)?.name ?? supported.from;
}

/** Names of the series between two versions. */
export function seriesBetween(from: string, to: string): string[] {
    return table.slice(indexOf(from) + 1, indexOf(to)).map(({ name }) => name);
}

/** The series of a version: `2025.8` of `2025.8.6`. */
export function seriesOf(version: string): string {
    return version.split(".").slice(0, 2).join(".");
}

/** Whether it is a candidate for a release, and not one. */
export function isCandidate(version: string): boolean {
    return version.includes("-rc");
}

/**
 * Negative where one version is earlier than another, positive where it is later; months and patches are numbers, and
 * candidates come before their release.
 */
export function compare(one: string, other: string): number {
    const numbers = (version: string) => {
        const [release = "", candidate = "1000"] = version.split("-rc");
        const parts = release.split(".").map(Number);
        return parts.length < 3 ? parts : [...parts, Number(candidate)];
    };
    const left = numbers(one);
    const right = numbers(other);
    const at = left.findIndex((number, index) => number !== (right[index] ?? number));
    return at < 0 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}

function lastOf({ name, last }: Pick<Series, "name" | "last">): string {
    return `${name}.${last}`;
}
