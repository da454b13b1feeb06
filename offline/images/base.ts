import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Progress, retried, run } from "../run";

// The Debian release the stand-ins are made of, and the one that has a later PostgreSQL.
const suite = "bookworm";
const later = { suite: "trixie", postgres: "17" };
// Finishes the root file system.
const customizeScript = resolve(__dirname, "base/customize.sh");
// Everything that is installed in addition to Debian's essential packages.
const packages = [
    "ca-certificates",
    "dumb-init",
    "libnginx-mod-http-set-misc",
    "nginx-light",
    "openssl",
    "postgresql",
    "python3",
    "redis-server",
];

/** How often a download is tried. */
const attempts = 3;
// Not needed by any stand-in, above all the compiler that PostgreSQL uses for expensive queries: half of the total size.
const excluded = [
    "/usr/share/doc/*",
    "/usr/share/man/*",
    "/usr/share/locale/*",
    "/usr/share/i18n/*",
    "/usr/lib/*/libLLVM*",
    "/usr/lib/*/libz3*",
    "/usr/lib/postgresql/*/lib/bitcode/*",
    "/usr/lib/postgresql/*/lib/llvmjit*",
];

// Debian would create a database cluster at once; here, the entrypoint creates it on its volume.
const noCluster =
    'mkdir -p "$1/etc/postgresql-common" && echo "create_main_cluster = false" > "$1/etc/postgresql-common/createcluster.conf"';
const recipeOf = (include: string[]) => [
    "--variant=essential",
    `--include=${include.join(",")}`,
    ...excluded.map((pattern) => `--dpkgopt=path-exclude=${pattern}`),
    `--essential-hook=${noCluster}`,
];
const recipe = recipeOf(packages);

/** A base image with nothing but a later PostgreSQL: its major version, and everything that decides what is in it. */
export const laterPostgres = { major: later.postgres, recipe: [later.suite, ...recipeOf(["postgresql"])] };

/** The real restic, and what decides what else is in its image, whose entrypoint is that of the official one. */
export const resticRecipe = [later.suite, ...recipeOf(["ca-certificates", "openssh-client", "restic"])];

/** Everything that decides what is in the base image, except the node binary: a change there costs minutes. */
export function baseRecipe(): (string | Buffer)[] {
    return [suite, ...recipe, readFileSync(customizeScript)];
}

/** Builds the root file system that all stand-ins share and loads it into Docker as `image`. */
export async function buildBaseImage(image: string, nodeBinary: string, progress: Progress): Promise<void> {
    const hooks = [`--customize-hook=copy-in ${nodeBinary} /usr/local/bin`, `--customize-hook=${customizeScript}`];
    await buildRoot(image, { suite, args: [...recipe, ...hooks] }, progress);
}

/** Builds the root file system with {@link laterPostgres}, and loads it into Docker as `image`. */
export async function buildLaterPostgres(image: string, progress: Progress): Promise<void> {
    await buildRoot(image, { suite: later.suite, args: recipeOf(["postgresql"]) }, progress);
}

/** Builds the root file system with {@link resticRecipe}, and loads it into Docker as `image`. */
export async function buildRestic(image: string, progress: Progress): Promise<void> {
    const [suite = "", ...args] = resticRecipe;
    await buildRoot(image, { suite, args }, progress, 'ENTRYPOINT ["/usr/bin/restic"]');
}

async function buildRoot(
    image: string,
    root: { suite: string; args: string[] },
    progress: Progress,
    instruction?: string,
): Promise<void> {
    await ensureMmdebstrap(progress);
    const folder = mkdtempSync(join(tmpdir(), "authentik-stack-base-"));
    try {
        // apt downloads as another user, who must be able to enter this folder.
        chmodSync(folder, 0o755);
        const tar = join(folder, "root.tar");
        progress(`building ${image} from Debian ${root.suite} packages (about two minutes)`);
        const args = await mmdebstrapArguments(folder, root, tar);
        await retried("mmdebstrap", attempts, progress, () =>
            run("mmdebstrap", args, { minutes: 8, env: { TMPDIR: folder } }),
        );
        progress(`loading ${image} into Docker`);
        const changes = instruction === undefined ? [] : ["--change", instruction];
        await run("docker", ["import", ...changes, tar, image], { minutes: 5 });
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

async function mmdebstrapArguments(
    folder: string,
    { suite, args }: { suite: string; args: string[] },
    tar: string,
): Promise<string[]> {
    // The machine's own settings for fetching packages (proxies, time-outs) and its own mirror, where it runs this release.
    const settings = join(folder, "apt.conf");
    writeFileSync(settings, await run("apt-config", ["dump", "Acquire"], { minutes: 1 }));
    return [
        "--quiet",
        ...args,
        `--aptopt=${settings}`,
        '--aptopt=Acquire::http::Timeout "30";',
        '--aptopt=Acquire::Retries "5";',
        "--dpkgopt=force-unsafe-io",
        suite,
        tar,
        ...ownSources(suite),
    ];
}

// Without these, mmdebstrap uses Debian's public mirror.
function ownSources(suite: string): string[] {
    return ["/etc/apt/sources.list.d/debian.sources", "/etc/apt/sources.list"]
        .filter((path) => {
            try {
                return new RegExp(`\\b${suite}\\b`).test(readFileSync(path, "utf8"));
            } catch {
                return false;
            }
        })
        .slice(0, 1);
}

async function ensureMmdebstrap(progress: Progress): Promise<void> {
    const found = await run("mmdebstrap", ["--version"], { minutes: 1 }).then(
        () => true,
        () => false,
    );
    if (found) return;
    if (process.getuid?.() !== 0) {
        throw new Error(
            "The stand-in images are built with mmdebstrap, as root. Cure: run this as root, or `apt-get install mmdebstrap` and then this as root.",
        );
    }
    progress("installing mmdebstrap");
    const patience = ["-o", "Acquire::http::Timeout=30", "-o", "Acquire::Retries=5", "-o", "DPkg::Lock::Timeout=120"];
    const apt = (minutes: number, ...args: string[]) =>
        retried(`apt-get ${args[0] ?? ""}`, attempts, progress, () =>
            run("apt-get", [...args, ...patience], { minutes, env: { DEBIAN_FRONTEND: "noninteractive" } }),
        );
    await apt(3, "update", "-q");
    await apt(5, "install", "-qy", "--no-install-recommends", "mmdebstrap");
}
