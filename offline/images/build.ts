import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Progress, retried, run } from "../run";
import { baseRecipe, buildBaseImage, buildLaterPostgres, buildRestic, laterPostgres, resticRecipe } from "./base";

const roles = ["server", "proxy", "ldap", "radius", "rac", "postgres", "redis", "app", "nginx"] as const;

/** Names, with tag, of the images that replace the official ones if no registry can be reached. */
export type StandInImages = Record<(typeof roles)[number], string>;

/** Those that are another in each release of authentik. */
const ofRelease = new Set<string>(["server", "proxy", "ldap", "radius", "rac"]);

const packageFolder = join(__dirname, "..");
const lockFile = join(packageFolder, "package-lock.json");

/** The release that stand-ins imitate unless another is named: the one whose answers were recorded. */
const recorded = "2025.8.4";

/**
 * The stand-ins' names. The tag is a hash of everything they are made of: the same tree, the same names.
 *
 * @param release of authentik, e.g. `2026.2.7`.
 */
export function standInImages(release = recorded): StandInImages {
    const hash = hashOf([
        baseImage(),
        ...sourceFiles().flatMap((path) => [path, readFileSync(join(__dirname, path))]),
        readFileSync(lockFile),
    ]);
    const tag = (role: string) => (ofRelease.has(role) && release !== recorded ? `${hash}-${release}` : hash);
    return Object.fromEntries(
        roles.map((role) => [role, `authentik-stack/stand-in-${role}:${tag(role)}`]),
    ) as StandInImages;
}

/**
 * Builds whatever stand-in Docker does not have yet, and installs what the build needs.
 *
 * @param progress called with one line for each step.
 * @param release of authentik that they imitate. Default: the one whose answers were recorded.
 * @throws Error of the step that failed, with the last lines of the program that it ran.
 */
export async function buildStandInImages(progress: Progress, release = recorded): Promise<StandInImages> {
    const images = standInImages(release);
    const base = baseImage();
    const present = await presentImages();
    if (roles.every((role) => present.has(images[role]))) return images;
    await installPackages(progress);
    if (!present.has(base)) await buildBaseImage(base, process.execPath, progress);

    const context = mkdtempSync(join(tmpdir(), "authentik-stack-images-"));
    try {
        progress("bundling the stand-ins");
        await prepareContext(context);
        for (const role of roles.filter((one) => !present.has(images[one]))) {
            progress(`building ${images[role]}`);
            await buildImage(role, images[role], { BASE: base, RELEASE: release }, context);
        }
    } finally {
        rmSync(context, { recursive: true, force: true });
    }
    return images;
}

/**
 * Builds a PostgreSQL of a later major version than the stand-ins' own, unless Docker has it.
 *
 * @returns its image and its major version.
 */
export async function buildLaterPostgresImage(progress: Progress): Promise<{ image: string; major: string }> {
    const { major, recipe } = laterPostgres;
    const base = `authentik-stack/stand-in-base:${hashOf(recipe)}`;
    const scripts = ["Dockerfile", "files/usr/local/bin/postgres-entrypoint"];
    const hash = hashOf([base, ...scripts.map((path) => readFileSync(join(__dirname, path)))]);
    const image = `authentik-stack/stand-in-postgres:${hash}-${major}`;
    const present = await presentImages();
    if (present.has(image)) return { image, major };
    if (!present.has(base)) await buildLaterPostgres(base, progress);
    await buildImage("later-postgres", image, { BASE: base, PG_MAJOR: major }, __dirname);
    return { image, major };
}

/** Builds the stand-in for restic's official image, which holds the real restic, unless Docker has it; returns its name. */
export async function buildResticImage(progress: Progress): Promise<string> {
    const image = `authentik-stack/stand-in-restic:${hashOf(resticRecipe)}`;
    if (!(await presentImages()).has(image)) await buildRestic(image, progress);
    return image;
}

/** The classic builder only needs the daemon, and finds base images in the daemon's own store. */
async function buildImage(target: string, tag: string, values: Record<string, string>, context: string): Promise<void> {
    const given = Object.entries(values).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]);
    const options = ["--network=none", ...given, "--target", target, "--tag", tag];
    await run("docker", ["build", ...options, context], { minutes: 5, env: { DOCKER_BUILDKIT: "0" } });
}

/** The stand-ins and their base image, if Docker has them. */
async function presentImages(): Promise<Set<string>> {
    const filter = ["--filter", "reference=authentik-stack/stand-in-*"];
    const listed = await run("docker", ["image", "ls", ...filter, "--format", "{{.Repository}}:{{.Tag}}"], {
        minutes: 1,
    });
    return new Set(listed.split("\n"));
}

/** Installs the packages that the stand-ins are bundled from, unless they are there in the versions of the lock. */
async function installPackages(progress: Progress): Promise<void> {
    const { packages } = readJson(lockFile) as { packages: Record<string, { version?: string }> };
    const { dependencies } = readJson(join(packageFolder, "package.json")) as { dependencies: Record<string, string> };
    const isInstalled = (name: string) => {
        const manifest = join(packageFolder, "node_modules", name, "package.json");
        if (!existsSync(manifest)) return false;
        return (readJson(manifest) as { version: string }).version === packages[`node_modules/${name}`]?.version;
    };
    if (Object.keys(dependencies).every(isInstalled)) return;
    progress("installing the packages of the stand-ins");
    await retried("npm ci", 3, progress, () =>
        run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { minutes: 3, cwd: packageFolder }),
    );
}

async function prepareContext(context: string): Promise<void> {
    // Loaded here, since it is only certain to be installed now.
    const { build } = await import("esbuild");
    cpSync(join(__dirname, "Dockerfile"), join(context, "Dockerfile"));
    cpSync(join(__dirname, "files"), join(context, "files"), { recursive: true });
    mkdirSync(join(context, "files/stand-in"));
    await build({
        entryPoints: { authentik: join(__dirname, "authentik/main.ts"), app: join(__dirname, "app/main.ts") },
        outdir: join(context, "files/stand-in"),
        bundle: true,
        platform: "node",
        // The images get the Node.js that runs this build.
        target: `node${process.versions.node}`,
        // Optional parts of pg, not needed here.
        external: ["pg-native", "cloudflare:sockets"],
        logLevel: "error",
    });
}

function baseImage(): string {
    return `authentik-stack/stand-in-base:${hashOf([...baseRecipe(), `node ${process.versions.node}`])}`;
}

function sourceFiles(): string[] {
    return readdirSync(__dirname, { recursive: true, withFileTypes: true })
        .filter((file) => file.isFile() && !file.name.endsWith(".md"))
        .map((file) => join(file.parentPath, file.name).slice(__dirname.length + 1))
        .sort();
}

function hashOf(parts: (string | Buffer)[]): string {
    const hash = createHash("sha256");
    for (const part of parts) hash.update(part).update("\0");
    return hash.digest("hex").slice(0, 12);
}

function readJson(file: string): unknown {
    return JSON.parse(readFileSync(file, "utf8"));
}
