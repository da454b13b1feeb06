import { closedBetween } from "../../authentik/advisories";
import {
    compare,
    isCandidate,
    nextStep,
    seriesOf,
    supported,
    versionPattern,
    versionWarning,
} from "../../authentik/releases";

/** What is newer of one part of a stack. */
export interface News {
    /** What it is, such as `authentik`. */
    part: string;
    image: string;
    /** The release, or the tag, that the stack runs. */
    current: string;
    /** The newest one that its registry has; undefined where only the image of the same tag is another. */
    newest?: string;
    /** The newest one of the same series, where that is another than the newest. */
    patch?: string;
    /** Security holes that the newest closes, as far as they are known; undefined where nothing is known of them. */
    closes?: string[];
    /** What to do. */
    cure: string;
}

/** What is newer of authentik; undefined when nothing is. */
export function authentikNews(image: string, version: string, tags: string[]): News | undefined {
    const newer = tags
        .filter((tag) => versionPattern.test(tag) && !isCandidate(tag) && compare(tag, version) > 0)
        .sort(compare);
    const newest = newer.at(-1);
    if (newest === undefined) return undefined;
    const patch = newer.findLast((tag) => seriesOf(tag) === seriesOf(version));
    const step = patch ?? nextStep(version);
    const known =
        compare(seriesOf(newest), supported.to) > 0 ? `; this program knows releases up to ${supported.to}` : "";
    return {
        ...{ part: "authentik", image, current: version, newest },
        ...(patch === undefined || patch === newest ? {} : { patch }),
        closes: closedBetween(version, newest),
        cure:
            `${step === undefined ? "see docs/upgrades.md" : `the next step is ${step}: \`npm run upgrade\``}${known}` +
            (versionWarning(version)?.includes("no security fixes") === true
                ? `; ${seriesOf(version)} gets no more security fixes`
                : ""),
    };
}

/**
 * What is newer of a data service, by its tag: tags of the same form, such as `16.4-alpine`, are compared by their numbers.
 *
 * @param service its name, and what a new major version of it asks for.
 * @returns undefined when nothing is newer, or when the tag has no number.
 */
export function imageNews(
    image: string,
    tag: string,
    tags: string[],
    service: { title: string; major: string },
): News | undefined {
    const form = formOf(tag);
    if (form === undefined) return undefined;
    const newer = tags
        .filter((one) => {
            const other = formOf(one);
            return (
                other?.rest === form.rest && other.length === form.length && compare(other.numbers, form.numbers) > 0
            );
        })
        .sort((one, other) => compare(formOf(one)?.numbers ?? "", formOf(other)?.numbers ?? ""));
    const newest = newer.at(-1);
    if (newest === undefined) return undefined;
    const series = (one: string) => one.split(/[.-]/)[0];
    const patch = newer.findLast((one) => series(one) === series(tag));
    const isMajor = series(newest) !== series(tag);
    return {
        ...{ part: service.title, image, current: tag, newest },
        ...(patch === undefined || patch === newest ? {} : { patch }),
        cure: isMajor ? service.major : "name it in `images` of the configuration, or in authentik/image-pins.json",
    };
}

/** The numbers of a tag, and what follows them. */
function formOf(tag: string): { numbers: string; length: number; rest: string } | undefined {
    const [, numbers, rest = ""] = /^(\d{1,3}(?:\.\d+)*)((?:-.+)?)$/.exec(tag) ?? [];
    return numbers === undefined ? undefined : { numbers, length: numbers.split(".").length, rest };
}

/** A line for people. */
export function newsText({ part, current, newest, patch, closes, cure }: News): string {
    const is = newest === undefined ? "has another image now" : `${newest} is there`;
    const also = patch === undefined ? "" : `, and ${patch} of its series`;
    const holes = closes === undefined || closes.length === 0 ? "" : `, which closes ${closes.join(", ")}`;
    return `${part} ${current}: ${is}${holes}${also}; ${cure}`;
}
