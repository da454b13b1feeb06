import { compare } from "../../authentik/releases";
import { stepProblem } from "../../authentik/upgrades";
import { isObject } from "../../ground/problems";
import { keyOf } from "../project";
import type { Copy, Elsewhere } from "./copies";

/** What a backup says of itself, as authentik/backup.sh writes it. */
export interface Manifest {
    /** Of this form; another number is another form. */
    format: 1;
    /** Name of its folder: when it was begun, in UTC, as `2026-11-28T03-30-00Z`. */
    id: string;
    /** Release of authentik. */
    release: string;
    /** Version of PostgreSQL, e.g. `16.4`. */
    postgres: string;
    /** Fingerprint of the secret key: `fingerprintOf` in components/backups.ts. */
    secretKey: string;
    /** What is striking about it. */
    warnings: string[];
    /** Its files by name: `<database>.dump` and `<folder>.tar`. */
    files: Record<string, { bytes: number; sha256: string }>;
    /** Rows by table, by database. */
    databases: Record<string, Record<string, number>>;
}

/** What the program of the backups says there is. */
export interface Listing {
    /** Oldest first. */
    manifests: Manifest[];
    /** What failed last, and was not done since. */
    failures: string[];
    /** The backup that was last restored for a trial, and when. */
    verified?: { id: string; time: Date };
}

/** Reads what the program prints as its list. */
export function readListing(output: string): Listing {
    const lines = output.split("\n");
    const starting = (word: string) =>
        lines.flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1).trim()] : []));
    const [verified] = starting("verified");
    const [id = "", time = ""] = verified?.split(" ") ?? [];
    const found = lines.flatMap((line) => {
        const [, name = "", text] = /^(20\S+Z) (.*)$/.exec(line) ?? [];
        return text === undefined ? [] : [{ name, manifest: readManifest(text) }];
    });
    const broken = found.filter(({ manifest }) => manifest === undefined);
    return {
        manifests: found.flatMap(({ manifest }) => manifest ?? []),
        failures: [
            ...starting("failed"),
            ...broken.map(
                ({ name }) => `${name} has a manifest.json that cannot be read; delete its folder in the volume`,
            ),
        ],
        ...(verified === undefined ? {} : { verified: { id, time: new Date(Number(time) * 1000) } }),
    };
}

/** Reads what a backup says of itself; undefined where that is no manifest. */
export function readManifest(text: string): Manifest | undefined {
    try {
        const value: unknown = JSON.parse(text);
        return isObject(value) && "files" in value && isObject(value.files) ? (value as Manifest) : undefined;
    } catch {
        return undefined;
    }
}

/** When a backup was begun. */
export function timeOf({ id }: Pick<Manifest, "id">): Date {
    return new Date(id.replace(/T(\d\d)-(\d\d)-(\d\d)Z$/, "T$1:$2:$3Z"));
}

/** All that a backup has, in bytes. */
export function bytesOf({ files }: Pick<Manifest, "files">): number {
    return Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0);
}

/**
 * The list as people read it, newest last.
 *
 * @param elsewhere the copies in a repository. Default: there is none.
 */
export function describeListing({ manifests, failures, verified }: Listing, now: Date, elsewhere?: Elsewhere): string {
    const copies = elsewhere?.copies ?? [];
    const here = new Set(manifests.map(({ id }) => id));
    const there = new Set(copies.flatMap(({ id, owner }) => (owner === elsewhere?.owner ? [id] : [])));
    const row = (one: { id: string; bytes: number; release: string }, notes: string[]) => [
        one.id,
        `${ageText(now.getTime() - timeOf(one).getTime())} ago`,
        sizeText(one.bytes),
        one.release,
        notes.join("; "),
    ];
    const ofOther = ({ owner }: Copy) => (owner === elsewhere?.owner ? [] : [`of ${owner}`]);
    const rows = [
        ...manifests.map((one) =>
            row({ ...one, bytes: bytesOf(one) }, [
                ...(one.id === verified?.id ? ["verified"] : []),
                ...(there.has(one.id) ? ["also elsewhere"] : []),
                ...one.warnings,
            ]),
        ),
        ...copies
            .filter((copy) => !here.has(copy.id) || copy.owner !== elsewhere?.owner)
            .map((copy) => row(copy, ["elsewhere", ...ofOther(copy)])),
    ].sort(([one = ""], [other = ""]) => one.localeCompare(other));
    const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
    const table = rows.map((cells) =>
        cells
            .map((cell, at) => cell.padEnd(widths[at] ?? 0))
            .join("  ")
            .trimEnd(),
    );
    return [
        ...(rows.length === 0 ? ["There is no backup yet."] : table),
        ...failures.map((text) => `\nfailed: ${text}`),
        ...(elsewhere?.failures ?? []).map((text) => `\nelsewhere: ${text}`),
    ].join("\n");
}

/** The target of a restore. */
export interface Target {
    stack: string;
    /** The release of its configuration. */
    release: string;
    /** Fingerprint of its secret key. */
    secretKey: string;
    /** Another key than the backup's will do. Default: it will not. */
    otherKey?: boolean;
}

/** Why a backup must not be restored into a stack, with what to do instead; undefined when it may. */
export function restoreProblem(
    manifest: Manifest,
    { stack, release, secretKey, otherKey }: Target,
): string | undefined {
    const of = `${manifest.id} is`;
    if ((manifest.format as number) !== 1)
        return `${of} in a newer format than this program reads; use the version of this program that made it, or a later one.`;
    if (manifest.secretKey !== secretKey && otherKey !== true)
        return (
            `${of} of an authentik with another secret key than the stack ${stack} has, and a restore would end every session. Set the former key ` +
            `with \`npm run pulumi -- config set --stack ${stack} --secret --path '${keyOf('secrets["secret-key"]')}'\`, ` +
            `run \`npm start -- ${stack}\`, and then this again. If it is lost, add \`--other-key\`: everyone has to sign in again.`
        );
    if (compare(manifest.release, release) > 0)
        return (
            `${of} of ${manifest.release}, and the stack ${stack} runs ${release}: authentik cannot be downgraded. ` +
            `Upgrade the stack with \`npm run upgrade -- ${manifest.release} --stack ${stack}\`, and then run this again.`
        );
    if (stepProblem(manifest.release, release) !== undefined)
        return (
            `${of} of ${manifest.release}, and authentik cannot be upgraded in one step to ${release}, which the stack ${stack} ` +
            `runs. Restore it with \`--into\` a stack of ${manifest.release}, and upgrade that one.`
        );
    return undefined;
}

/** `3 hours`: the largest unit alone. */
export function ageText(milliseconds: number): string {
    const units = [
        { name: "day", length: 86_400_000 },
        { name: "hour", length: 3_600_000 },
        { name: "minute", length: 60_000 },
    ];
    const { name, length } = units.find((unit) => milliseconds >= unit.length) ?? { name: "second", length: 1000 };
    const count = Math.max(0, Math.floor(milliseconds / length));
    return `${count} ${name}${count === 1 ? "" : "s"}`;
}

/** `1.4 MB`, in units of 1000. */
export function sizeText(bytes: number): string {
    const units = ["bytes", "kB", "MB", "GB", "TB"];
    const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
    const value = bytes / 1000 ** power;
    return `${power === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}
