/** What a release of authentik asks of its deployment. */
export interface Release {
    /** Redis is required: up to and including 2025.8 (2025.10 moved its work to PostgreSQL). */
    needsRedis: boolean;
    /**
     * The folder that {@link mediaFolder} has to be named below, in `storage.media.file.path`; undefined up to 2025.10, where
     * authentik looks for uploaded files there by itself. From 2025.12 on it looks below /data, and its image has a link
     * from /data/media to /media: it refuses uploads where only that is a volume. Source: authentik/admin/files/backends,
     * as run.
     */
    mediaRoot: "/" | undefined;
    /**
     * The attribute of an application's icon. Up to 2025.10 `meta_icon` can only be read, and blueprints alone have `icon`.
     * Source: authentik/core/api/applications.py.
     */
    iconAttribute: "icon" | "meta_icon";
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
    /** Server and proxy outpost are programs in Rust, with health commands of their own: from 2026.8 on. */
    isRust: boolean;
}

/** Where the volume with uploaded files is mounted. */
export const mediaFolder = "/media";

/** The form of an authentik version: year.month.patch, e.g. `2025.8.4`. */
export const versionPattern = /^20\d\d\.([1-9]|1[0-2])\.\d+$/;

/** The series that this program has blueprints and settings for, each with its first release that it should be run with. */
const series: { name: string; from?: number; since?: string }[] = [
    { name: "2025.8" },
    { name: "2025.10", from: 4, since: "earlier ones let requests past forward auth (CVE-2026-25748)" },
    { name: "2025.12" },
    { name: "2026.2" },
    { name: "2026.5" },
    { name: "2026.8", from: 3, since: "earlier ones do not migrate the database of the release before" },
];

/**
 * What is to be known of a version before it is trusted; undefined for those whose series ran with this program.
 *
 * Source: the servers of 2025.8 to 2026.2, built from source and run; of later ones only schema and release notes were read.
 */
export function versionWarning(version: string): string | undefined {
    if (numeric(version) <= numeric("2026.2")) return undefined;
    return (
        `authentik ${version} has not been run with this program, whose newest series that was is 2026.2. On a first install of ` +
        "2026.5 or later, authentik may answer its root with 503, since this program takes the setup page away"
    );
}

/** The oldest and newest series of them. */
export const supported = { from: "2025.8", to: "2026.8" } as const;

/** What a version has to be. */
export const versionError = `must be an authentik version from ${supported.from} to ${supported.to}, such as 2025.8.4`;

/**
 * Why a version is not one to run; undefined when it is.
 *
 * @param untested also takes what this program was not tested with: newer series, and releases with known faults.
 */
export function versionProblem(version: string, untested = false): string | undefined {
    if (!versionPattern.test(version)) return versionError;
    const [year = "", month = "", patch] = version.split(".");
    const name = `${year}.${month}`;
    const found = series.find((one) => one.name === name);
    const because = (reason: string) => `${versionError}; ${reason}`;
    if (numeric(version) < numeric(supported.from))
        return because(`in earlier ones blueprints and outposts of type radius and rac read no secrets from files`);
    if (found === undefined && numeric(version) <= numeric(supported.to)) return because(`${name} never existed`);
    if (untested) return undefined;
    if (found === undefined)
        return because("this program was not tested with newer ones, and `allowUntested: true` lets them through");
    if (Number(patch) < (found.from ?? 0))
        return because(`of ${name} take ${name}.${found.from ?? 0} or later: ${found.since ?? ""}`);
    return undefined;
}

/**
 * What changed up to a version; a newer one than this program knows is taken for the newest that it does.
 *
 * Source: the pages of releases in authentik's documentation, and the OpenAPI schema of each.
 *
 * @throws Error when the version has another form; config/ reports that before it comes here.
 */
export function releaseOf(version: string): Release {
    if (!versionPattern.test(version)) throw new Error(`${version} is not an authentik version such as 2025.8.4`);
    const since = (name: string) => numeric(version) >= numeric(name);
    return {
        needsRedis: !since("2025.10"),
        mediaRoot: since("2025.12") ? "/" : undefined,
        iconAttribute: since("2025.12") ? "meta_icon" : "icon",
        hasHide: since("2026.5"),
        hasGrantTypes: since("2026.5"),
        hasLogoutRedirects: since("2026.5"),
        hasLogoutMethod: since("2025.10"),
        issuerAttribute: since("2026.5") ? "issuer_override" : "issuer",
        listensOnIpv6: since("2026.5"),
        isRust: since("2026.8"),
    };
}

function numeric(version: string): number {
    const [year, month] = version.split(".");
    return Number(year) * 100 + Number(month);
}
