import { build } from "esbuild";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { baseRecipe, buildBaseImage } from "./base";
import { hasImage, run, runOrFail } from "./docker";

/** Names, with tag, of the images that take the place of the official ones where no registry can be reached. */
export interface StandInImages {
    server: string;
    proxy: string;
    ldap: string;
    radius: string;
    rac: string;
    postgres: string;
    redis: string;
    app: string;
    nginx: string;
}

const roles = ["server", "proxy", "ldap", "radius", "rac", "postgres", "redis", "app", "nginx"] as const;
const repository = resolve(__dirname, "../..");
const bundled = ["pg", "redis", "ws", "yaml", "esbuild"];

/** The stand-ins' names. The tag is a hash of everything they are made of: the same tree, the same names. */
export function standInImages(): StandInImages {
    const tag = hashOf([
        baseImage(),
        ...sourceFiles().flatMap((path) => [path, readFileSync(join(__dirname, path))]),
        ...bundled.map(versionOf),
    ]);
    return Object.fromEntries(
        roles.map((role) => [role, `authentik-stack/stand-in-${role}:${tag}`]),
    ) as unknown as StandInImages;
}

/** Builds whatever stand-in Docker does not have yet, and says step by step what it does. */
export async function buildStandInImages(progress: (line: string) => void): Promise<StandInImages> {
    const images = standInImages();
    const present = await Promise.all(roles.map((role) => hasImage(images[role])));
    if (present.every(Boolean)) return images;
    const base = baseImage();
    if (!(await hasImage(base))) await buildBaseImage(base, join(repository, "node_modules/node/bin/node"), progress);

    const context = mkdtempSync(join(tmpdir(), "authentik-stack-images-"));
    try {
        progress("bundling the stand-ins");
        await prepareContext(context);
        for (const role of roles) {
            progress(`building ${images[role]}`);
            // The classic builder: it needs nothing beside the daemon, and finds base images in the daemon's own store.
            await runOrFail(
                "docker",
                [
                    "build",
                    "--network=none",
                    "--build-arg",
                    `BASE=${base}`,
                    "--target",
                    role,
                    "--tag",
                    images[role],
                    context,
                ],
                5,
                { DOCKER_BUILDKIT: "0" },
            );
        }
    } finally {
        rmSync(context, { recursive: true, force: true });
    }
    return images;
}

/** Removes the images of earlier versions of the stand-ins that no container uses; the base image stays. */
export async function removeOldStandInImages(): Promise<void> {
    const current = new Set(Object.values(standInImages()));
    const listed = await runOrFail(
        "docker",
        ["image", "ls", "--filter", "label=authentik-stack.stand-in=true", "--format", "{{.Repository}}:{{.Tag}}"],
        1,
    );
    const old = listed.split("\n").filter((name) => name.startsWith("authentik-stack/stand-in-") && !current.has(name));
    if (old.length > 0) await run("docker", ["image", "rm", ...old], 2);
}

async function prepareContext(context: string): Promise<void> {
    cpSync(join(__dirname, "Dockerfile"), join(context, "Dockerfile"));
    cpSync(join(__dirname, "files"), join(context, "files"), { recursive: true });
    mkdirSync(join(context, "files/stand-in"));
    await build({
        entryPoints: { authentik: join(__dirname, "authentik/main.ts"), app: join(__dirname, "app/main.ts") },
        outdir: join(context, "files/stand-in"),
        bundle: true,
        platform: "node",
        target: "node24",
        // Optional parts of pg, which it does without.
        external: ["pg-native", "cloudflare:sockets"],
        logLevel: "error",
    });
}

function baseImage(): string {
    return `authentik-stack/stand-in-base:${hashOf([...baseRecipe(), versionOf("node")])}`;
}

function sourceFiles(): string[] {
    return readdirSync(__dirname, { recursive: true, withFileTypes: true })
        .filter((file) => file.isFile() && !file.name.endsWith(".md"))
        .map((file) => join(file.parentPath, file.name).slice(__dirname.length + 1))
        .sort();
}

function versionOf(name: string): string {
    const { version } = JSON.parse(readFileSync(join(repository, "node_modules", name, "package.json"), "utf8")) as {
        version: string;
    };
    return `${name} ${version}`;
}

function hashOf(parts: (string | Buffer)[]): string {
    const hash = createHash("sha256");
    for (const part of parts) hash.update(part).update("\0");
    return hash.digest("hex").slice(0, 12);
}
