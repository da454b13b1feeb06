import { chmodSync, copyFileSync, cpSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { ToolError } from "../../cli/progress";
import { cacheFolder, hashOf, publish, temporaryFolder } from "./cache";
import { checkGo, compile, fetchModules, layEmbedded } from "./go";
import { pieces, providerVersions } from "./pieces";

/** A Pulumi that runs without any download. */
export interface Toolchain {
    /** Folder of the programs, to be put on PATH. */
    bin: string;
    /** Folder of the provider plugins, to be set as PULUMI_HOME. */
    pulumiHome: string;
}

const npmPackages = resolve(__dirname, "../../node_modules");
/** Comes with @pulumi/pulumi and serves its dynamic providers; the engine looks for it beside itself. */
const dynamicProvider = {
    source: "@pulumi/pulumi/pulumi-resource-pulumi-nodejs",
    file: "bin/pulumi-resource-pulumi-nodejs",
};

/**
 * Finds the toolchain in the cache, or builds it: some six minutes on two cores when nothing is there, one minute
 * when Go's own caches are warm.
 *
 * @param progress told one line for each step of a build.
 * @throws ToolError that names the cure: Go is missing or too old, a download or a build failed, npm's packages are of
 *     other releases than the plugins.
 */
export async function buildToolchain(progress: (line: string) => void): Promise<Toolchain> {
    checkNpmPackages();
    const finished = finishedFolder();
    if (!isComplete(finished)) {
        await checkGo(join(__dirname, "cli"));
        const temporary = temporaryFolder(cacheFolder());
        try {
            await buildInto(temporary, progress);
            publish(temporary, finished, isComplete);
        } finally {
            rmSync(temporary, { recursive: true, force: true });
        }
    }
    return toolchainIn(finished);
}

/** The toolchain that `buildToolchain` would return at once, or undefined when it would have to build it. */
export function findToolchain(): Toolchain | undefined {
    const finished = finishedFolder();
    return isComplete(finished) ? toolchainIn(finished) : undefined;
}

function toolchainIn(folder: string): Toolchain {
    return { bin: join(folder, "bin"), pulumiHome: join(folder, "home") };
}

function finishedFolder(): string {
    return join(cacheFolder(), keyOf());
}

/** The same for the same programs: it covers all that they are made of, and nothing else. */
function keyOf(): string {
    const modules = pieces.map((piece) => join(__dirname, piece.folder));
    const script = readFileSync(join(npmPackages, dynamicProvider.source), "utf8");
    return hashOf(modules, [process.platform, process.arch, JSON.stringify(pieces), script]);
}

function isComplete(folder: string): boolean {
    return [...pieces, dynamicProvider].every(({ file }) => existsSync(join(folder, file)));
}

async function buildInto(folder: string, progress: (line: string) => void): Promise<void> {
    const source = join(folder, "source");
    // All at once, before anything takes minutes: what is built is what the cache's key was made of.
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
    copyFileSync(join(npmPackages, dynamicProvider.source), join(folder, dynamicProvider.file));
    chmodSync(join(folder, dynamicProvider.file), 0o755);
}

/** @throws ToolError when npm's packages would ask the engine for plugins that are not built here. */
function checkNpmPackages(): void {
    for (const [name, built] of Object.entries(providerVersions)) {
        const manifest = join(npmPackages, name, "package.json");
        if (!existsSync(manifest)) throw new ToolError(`${name} is not installed: run \`npm ci\` first.`);
        const { version: installed } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
        if (installed === built) continue;
        throw new ToolError(
            `${name} is installed as ${installed}, but offline/toolchain builds the plugin of ${built}, and the engine takes no other. ` +
                `Set ${name} to ${built} in package.json, or move offline/toolchain to ${installed} as its README.md says.`,
        );
    }
}
