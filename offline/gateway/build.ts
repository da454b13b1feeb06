import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildStandInImages } from "../images/build";
import { type Progress, retried, run } from "../run";
import { goEnvironment } from "../toolchain/go";

/**
 * Builds the stand-in for Caddy's official image, which holds the real Caddy, from its Go module: Debian's is older than what
 * the gateway asks for. About a minute and a half on two cores, unless Docker has it.
 *
 * @returns its name, with a tag that is a hash of everything that it is made of.
 * @throws Error of the step that failed, with the last lines of the program that it ran.
 */
export async function buildGatewayImage(progress: Progress): Promise<string> {
    const { app } = await buildStandInImages(progress);
    const image = `authentik-stack/stand-in-gateway:${hashOf(app)}`;
    const listed = await run("docker", ["image", "ls", "--format", "{{.Repository}}:{{.Tag}}", image], { minutes: 1 });
    if (listed.trim() === image) return image;
    const context = mkdtempSync(join(tmpdir(), "authentik-stack-gateway-"));
    try {
        cpSync(__dirname, context, { recursive: true });
        const options = { cwd: context, env: goEnvironment };
        progress("downloading the Go modules of Caddy");
        await retried("downloading the Go modules of Caddy", 3, progress, () =>
            run("go", ["list", "-deps", "."], { minutes: 6, ...options }),
        );
        progress("building Caddy from Go modules");
        const flags = ["-trimpath", "-ldflags=-s -w"];
        await run("go", ["build", ...flags, "-o", "caddy", "."], { minutes: 30, ...options });
        progress(`building ${image}`);
        const docker = ["build", "--network=none", "--build-arg", `BASE=${app}`, "--tag", image, context];
        await run("docker", docker, { minutes: 5, env: { DOCKER_BUILDKIT: "0" } });
    } finally {
        rmSync(context, { recursive: true, force: true });
    }
    return image;
}

function hashOf(base: string): string {
    const hash = createHash("sha256").update(base);
    for (const file of readdirSync(__dirname).sort())
        hash.update(`\0${file}\0`).update(readFileSync(join(__dirname, file)));
    return hash.digest("hex").slice(0, 12);
}
