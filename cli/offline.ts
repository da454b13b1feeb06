import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { cacheFolder } from "./folders";
import { type Progress, ToolError } from "./progress";

/** A Pulumi that was built and needs no download. */
export interface Toolchain {
    /** Folder of the programs, for PATH. */
    bin: string;
    /** Folder of the provider plugins, for PULUMI_HOME. */
    pulumiHome: string;
}

/** Names, with tag, of the images that replace the official ones. */
export type StandInImages = Record<
    "server" | "proxy" | "ldap" | "radius" | "rac" | "postgres" | "redis" | "app" | "nginx",
    string
>;

/** What `offline/index.ts` exports. It is repeated here, so that type checks and imports work without that folder. */
export interface Offline {
    /** The names of the stand-ins of a release, whether they are built or not. Default: the release that was recorded. */
    standInImages: (release?: string) => StandInImages;
    /** Builds the stand-ins that the Docker engine does not have yet. */
    buildStandInImages: (progress: Progress, release?: string) => Promise<StandInImages>;
    /** Builds a PostgreSQL of a later major version than theirs. */
    buildLaterPostgresImage: (progress: Progress) => Promise<{ image: string; major: string }>;
    /** Builds the stand-in of the gateway, which needs Go, unless the Docker engine has it; returns its name. */
    buildGatewayImage: (progress: Progress) => Promise<string>;
    /** Builds the stand-in of restic, unless the Docker engine has it; returns its name. */
    buildResticImage: (progress: Progress) => Promise<string>;
    /** The Pulumi that an earlier run built. */
    findToolchain: (place: typeof toolchainPlace) => Toolchain | undefined;
    /** The same; builds it if it is missing. */
    buildToolchain: (place: typeof toolchainPlace, progress: Progress) => Promise<Toolchain>;
}

const root = join(__dirname, "..");

/** Where builds are kept, and the npm packages whose plugins they need. */
export const toolchainPlace = { cache: join(cacheFolder(), "toolchain"), packages: join(root, "node_modules") };

/** Loads offline/; undefined if it was deleted, which is fine where registries and downloads can be reached. */
export function findOffline(): Offline | undefined {
    const folder = join(root, "offline");
    if (!existsSync(join(folder, "package.json"))) return undefined;
    // Required, not imported: `npx authentik-stack` has TypeScript in what is required alone.
    return createRequire(__filename)(join(folder, "index.ts")) as Offline;
}

/**
 * Loads offline/ because nothing else works.
 *
 * @param problem what is missing, and why, as the beginning of a sentence.
 * @param cure what a person can do about it without offline/, as a sentence.
 * @throws ToolError with both if offline/ was deleted.
 */
export function needOffline(problem: string, cure: string): Offline {
    const offline = findOffline();
    if (offline !== undefined) return offline;
    throw new ToolError(
        `${problem}, and the folder offline/, which could replace it, is missing. ${cure} ` +
            "Or restore the folder (`git restore offline`).",
    );
}
