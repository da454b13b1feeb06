import { compare, seriesOf } from "./releases";

/**
 * authentik's security advisories since the oldest release here, with the first release of each series that closes the hole.
 *
 * Source: website/docs/security/cves of its repository, as of November 2026.
 */
const advisories: [id: string, ...closedIn: string[]][] = [
    ["CVE-2025-64521", "2025.8.5", "2025.10.2"],
    ["CVE-2025-64708", "2025.8.5", "2025.10.2"],
    ["CVE-2026-25227", "2025.8.6", "2025.10.4", "2025.12.4"],
    ["CVE-2026-25922", "2025.8.6", "2025.10.4", "2025.12.4"],
    ["CVE-2026-25748", "2025.10.4", "2025.12.4"],
    ["CVE-2026-40165", "2025.12.5", "2026.2.3"],
    ["CVE-2026-40166", "2025.12.5", "2026.2.3"],
    ["CVE-2026-41569", "2025.12.5", "2026.2.3"],
    ["CVE-2026-42849", "2025.12.5", "2026.2.3"],
    ["CVE-2026-47201", "2025.12.6", "2026.2.4", "2026.5.1"],
    ["CVE-2026-49443", "2025.12.6", "2026.2.4", "2026.5.1"],
    ["CVE-2026-49448", "2025.12.6", "2026.2.4", "2026.5.1"],
    ["CVE-2026-54730", "2026.2.6", "2026.5.5"],
    ["CVE-2026-55106", "2026.2.6", "2026.5.5"],
    ["CVE-2026-57580", "2026.2.6", "2026.5.5"],
];

/**
 * The holes that a release has and a later one has not, as far as they are known here. A series that is older than those
 * which an advisory names counts as one that has the hole: nobody mends it there.
 *
 * @example
 * closedBetween("2025.8.4", "2025.8.6"); // CVE-2025-64521, CVE-2025-64708, CVE-2026-25227, CVE-2026-25922
 */
export function closedBetween(from: string, to: string): string[] {
    return advisories
        .filter(([, ...closedIn]) => !isClosed(closedIn, from) && isClosed(closedIn, to))
        .map(([id]) => id);
}

function isClosed(closedIn: string[], version: string): boolean {
    const own = closedIn.find((one) => seriesOf(one) === seriesOf(version));
    return compare(version, own ?? closedIn.at(-1) ?? version) >= 0;
}
