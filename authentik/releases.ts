/** What a release of authentik asks of its deployment. */
export interface Release {
    /** Redis is required: up to and including 2025.8 (2025.10 moved its work to PostgreSQL). */
    needsRedis: boolean;
    /** Where uploaded files live: `/media`, and `/data/media` from 2025.12. */
    mediaPath: string;
}

/** The form of an authentik version: year.month.patch, e.g. `2025.8.4`. */
export const versionPattern = /^20\d\d\.([1-9]|1[0-2])\.\d+$/;

/** The oldest and newest series this program has blueprints and settings for. */
export const supported = { from: "2025.2", to: "2026.2" } as const;

/**
 * What changed up to a version.
 *
 * @throws Error when the version has another form; config.ts reports that before it comes here.
 */
export function releaseOf(version: string): Release {
    const series = seriesOf(version);
    return {
        needsRedis: series < numeric("2025.10"),
        mediaPath: series < numeric("2025.12") ? "/media" : "/data/media",
    };
}

/** True when the version belongs to a supported series. */
export function isSupported(version: string): boolean {
    const series = seriesOf(version);
    return series >= numeric(supported.from) && series <= numeric(supported.to);
}

function seriesOf(version: string): number {
    if (!versionPattern.test(version)) throw new Error(`${version} is not an authentik version such as 2025.8.4`);
    return numeric(version);
}

function numeric(version: string): number {
    const [year, month] = version.split(".");
    return Number(year) * 100 + Number(month);
}
