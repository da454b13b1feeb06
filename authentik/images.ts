// The JSON is not called images.json: under tsx, `./images` would resolve to it.
import { digests as pinnedDigests, tags as pinnedTags } from "./image-pins.json";
import { allRoles, type ImageKey, type RoleName, roles, rolesOf, type StackFacts } from "./roles";

/**
 * The images a stack runs, by their keys in the section `images` of the configuration.
 *
 * @example
 * const images: Images = { ...officialImages("2025.8.4"), server: "registry.example.com/authentik:2025.8.4" };
 */
export type Images = Record<ImageKey, string>;

/** The one place for versions of images: `npm run update-images` writes the digests of the tags. */
export interface ImagePins {
    tags: {
        /** The release of authentik. */ authentik: string;
        postgres: string;
        redis: string;
        gateway: string;
        restic: string;
    };
    /** Digest by name and tag, such as `postgres:16-alpine`. */
    digests: Record<string, string | undefined>;
}

/** The pins of authentik/image-pins.json. */
export const imagePins: ImagePins = { tags: pinnedTags, digests: pinnedDigests };

/**
 * The official images of an authentik release, and the PostgreSQL and Redis it is run with; with the digests of the pins,
 * which are those of one release.
 *
 * @param version e.g. `2025.8.4`; server and outposts always share it.
 * @example
 * const { server, proxy } = officialImages("2025.8.4");
 */
export function officialImages(version: string): Images {
    return pinnedImages({ ...imagePins, tags: { ...imagePins.tags, authentik: version } });
}

/** The images of pins; without a digest where there is none. */
export function pinnedImages({ tags, digests }: ImagePins): Images {
    const images = allRoles.map(({ image: { key, name, tag } }) => {
        const tagged = `${name}:${tags[tag]}`;
        const digest = digests[tagged];
        return [key, digest === undefined ? tagged : `${tagged}@${digest}`];
    });
    return Object.fromEntries(images) as Images;
}

/**
 * The release in an image's tag, such as 2025.8.4 or 2026.5.0-rc1, or its series, such as 2025.8; undefined where there is none.
 *
 * @example
 * releaseInTag("registry.example.com/authentik:2025.8.4-fips"); // "2025.8.4"
 */
export function releaseInTag(image: string): string | undefined {
    return /:(?:version-)?(20\d\d\.\d+(?:\.\d+(?:-rc\d+)?)?)(?![\d.])[^:/@]*(?:@|$)/.exec(image)?.[1];
}

/**
 * Whether only the series is known of a server's image: its tag may lead to any patch of that.
 *
 * @param image one of one's own; undefined for the official one, and anything else than a text where it is known only later.
 */
export function isFloating(image: unknown, version: string): boolean {
    return image !== undefined && (typeof image !== "string" || releaseInTag(image) !== version);
}

/** The images that a stack runs: its own where it names some, otherwise the official ones of its release. */
export function imagesOf(stack: StackFacts & { images: Partial<Images> }): Partial<Images> {
    const all = { ...officialImages(stack.version), ...stack.images };
    const keys = rolesOf(stack).map((role: RoleName) => roles[role].image.key);
    return Object.fromEntries(keys.map((key) => [key, all[key]]));
}
