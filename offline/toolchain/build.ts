import { chmodSync, copyFileSync, cpSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Progress } from "../run";
import { hashOf, publish, temporaryFolder } from "./cache";
import { checkGo, compile, fetchModules, layEmbedded } from "./go";
import { pieces, providerVersions } from "./pieces";

/** A Pulumi that was built and needs no download. */
export interface Toolchain {
    /** Folder of the programs, for PATH. */
    bin: string;
    /** Folder of the provider plugins, for PULUMI_HOME. */
    pulumiHome: string;
}

/** Where a toolchain is kept, and what it is for. */
export interface Place {
    /** Folder of all toolchains, outside the repository, so that other checkouts find them too. */
    cache: string;
    /** The `node_modules` of the program that it runs. */
    packages: string;
}

/** Comes with @pulumi/pulumi and serves its dynamic providers; the engine looks for it in its own folder. */
const dynamicProvider = {
    source: "@pulumi/pulumi/pulumi-resource-pulumi-nodejs",
    file: "bin/pulumi-resource-pulumi-nodejs",
};

/**
 * Finds the toolchain in the cache, or builds it: about six minutes on two cores, or one minute if Go's own caches are
 * filled.
 *
 * @param progress called with one line for each step of a build.
 * @throws Error that names the cure: Go is missing or too old, a download or a build failed, or the npm packages are of
 *     other releases than the plugins.
 */
export async function buildToolchain(place: Place, progress: Progress): Promise<Toolchain> {
    const obstacle = mismatch(place);
    if (obstacle !== undefined) throw new Error(obstacle);
    const finished = finishedFolder(place);
    if (!isComplete(finished)) {
        await checkGo(join(__dirname, "cli"));
        const temporary = temporaryFolder(place.cache);
        try {
            await buildInto(temporary, place, progress);
            publish(temporary, finished, isComplete);
        } finally {
            rmSync(temporary, { recursive: true, force: true });
        }
    }
    return toolchainIn(finished);
}

/** The toolchain that `buildToolchain` would return at once, or undefined when it would have to build it. */
export function findToolchain(place: Place): Toolchain | undefined {
    if (mismatch(place) !== undefined) return undefined;
    const finished = finishedFolder(place);
    return isComplete(finished) ? toolchainIn(finished) : undefined;
}

function toolchainIn(folder: string): Toolchain {
    return { bin: join(folder, "bin"), pulumiHome: join(folder, "home") };
}

function finishedFolder(place: Place): string {
    return join(place.cache, keyOf(place));
}

/** The cache key: it depends on everything that the programs are built from, and on nothing else. */
function keyOf({ packages }: Place): string {
    const modules = pieces.map((piece) => join(__dirname, piece.folder));
    const script = readFileSync(join(packages, dynamicProvider.source), "utf8");
    return hashOf(modules, [process.platform, process.arch, JSON.stringify(pieces), script]);
}

function isComplete(folder: string): boolean {
    return [...pieces, dynamicProvider].every(({ file }) => existsSync(join(folder, file)));
}

async function buildInto(folder: string, { packages }: Place, progress: Progress): Promise<void> {
    const source = join(folder, "source");
    // Copied all at once, before anything takes minutes, so that the build uses the files that the key was computed from.
    for (const piece of pieces) {
        cpSync(join(__dirname, piece.folder), join(source, piece.folder), { recursive: true });
        layEmbedded(piece, join(source, piece.folder));
    }
    progress("downloading Go modules");
    for (const piece of pieces) await fetchModules(piece, join(source, piece.folder), progress);
    for (const [index, piece] of pieces.entries()) {
        progress(`building ${piece.title} from Go modules (${index + 1} of ${pieces.length})`);
        await compile(piece, join(source, piece.folder), join(folder, piece.file));
    }
    rmSync(source, { recursive: true });
    copyFileSync(join(packages, dynamicProvider.source), join(folder, dynamicProvider.file));
    chmodSync(join(folder, dynamicProvider.file), 0o755);
}

/** Throws for npm packages that would need a plugin that is not built here, and says what to do. */
function mismatch({ packages }: Place): string | undefined {
    for (const [name, built] of Object.entries(providerVersions)) {
        const manifest = join(packages, name, "package.json");
        if (!existsSync(manifest)) return `${name} is not installed: run \`npm ci\` first.`;
        const { version: installed } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
        if (installed === built) continue;
        return (
            `${name} is installed as ${installed}, but offline/toolchain builds the plugin of ${built}, and the engine takes no other. ` +
            `Set ${name} to ${built} in package.json, or move offline/toolchain to ${installed} as its README.md says.`
        );
    }
    return undefined;
}
