// Not named as this module: where TypeScript runs uncompiled, Node.js would take it for it.
import { digests as pinnedDigests, tags as pinnedTags } from "./image-pins.json";

/** The images a stack runs. */
export type Images = Record<"server" | "proxy" | "ldap" | "radius" | "rac" | "postgres" | "redis", string>;

/** The one place for versions of images: `npm run update-images` writes the digests of the tags. */
export interface ImagePins {
    tags: { /** The release of authentik. */ authentik: string; postgres: string; redis: string };
    /** Digest by name and tag, such as `postgres:16-alpine`. */
    digests: Record<string, string | undefined>;
}

/** The pins of components/image-pins.json. */
export const imagePins: ImagePins = { tags: pinnedTags, digests: pinnedDigests };

/**
 * The official images of an authentik release, and the PostgreSQL and Redis it is run with; with digests where they are
 * pinned, so that of another release than the pinned one there are none.
 *
 * @param version e.g. `2025.8.4`; server and outposts always share it.
 */
export function officialImages(version: string, { tags, digests }: ImagePins = imagePins): Images {
    const images = taggedImages({ ...tags, authentik: version });
    for (const role of Object.keys(images) as (keyof Images)[]) {
        const digest = digests[images[role]];
        if (digest !== undefined) images[role] += `@${digest}`;
    }
    return images;
}

/** The official images by name and tag. */
export function taggedImages({ authentik, postgres, redis }: ImagePins["tags"]): Images {
    return {
        server: `ghcr.io/goauthentik/server:${authentik}`,
        proxy: `ghcr.io/goauthentik/proxy:${authentik}`,
        ldap: `ghcr.io/goauthentik/ldap:${authentik}`,
        radius: `ghcr.io/goauthentik/radius:${authentik}`,
        rac: `ghcr.io/goauthentik/rac:${authentik}`,
        postgres: `postgres:${postgres}`,
        redis: `redis:${redis}`,
    };
}
