import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { cacheFolder } from "./folders";
import { type Progress, ToolError } from "./progress";

/** A Pulumi that runs without any download. */
export interface Toolchain {
    /** Folder of the programs, to be put on PATH. */
    bin: string;
    /** Folder of the provider plugins, to be set as PULUMI_HOME. */
    pulumiHome: string;
}

/** Names, with tag, of the images that take the place of the official ones. */
export type StandInImages = Record<
    "server" | "proxy" | "ldap" | "radius" | "rac" | "postgres" | "redis" | "app" | "nginx",
    string
>;

/** What `offline/index.ts` exports: stated here as well, so that nothing needs that folder to be checked or loaded. */
export interface Offline {
    /** The stand-ins' names, built or not. */
    standInImages: () => StandInImages;
    /** Builds the stand-ins that Docker does not have yet. */
    buildStandInImages: (progress: Progress) => Promise<StandInImages>;
    /** The engine that an earlier run built. */
    findToolchain: (place: typeof toolchainPlace) => Toolchain | undefined;
    /** The same, built where it is missing. */
    buildToolchain: (place: typeof toolchainPlace, progress: Progress) => Promise<Toolchain>;
}

const root = join(__dirname, "..");

/** Where built engines are kept, and the packages whose plugins they have. */
export const toolchainPlace = { cache: join(cacheFolder(), "toolchain"), packages: join(root, "node_modules") };

/** Loads offline/; undefined where it was deleted, as it may be where registries and downloads can be reached. */
export async function findOffline(): Promise<Offline | undefined> {
    const folder = join(root, "offline");
    if (!existsSync(join(folder, "package.json"))) return undefined;
    return (await import(pathToFileURL(join(folder, "index.ts")).href)) as Offline;
}

/**
 * Loads offline/ because there is no other way on.
 *
 * @param problem what cannot be had, and why, as the beginning of a sentence.
 * @param cure what a person can do about it without offline/, as a sentence.
 * @throws ToolError with both where offline/ was deleted.
 */
export async function needOffline(problem: string, cure: string): Promise<Offline> {
    const offline = await findOffline();
    if (offline !== undefined) return offline;
    throw new ToolError(
        `${problem}, and the folder offline/, which has stand-ins for that, is missing. ${cure} ` +
            "Or get the folder back (`git restore offline`).",
    );
}
