import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { pack } from "tar-stream";
import { buffer } from "node:stream/consumers";
import { installPackage } from "../../../cli/docker/dockerd";

const program = "/bin/busybox";

/** The files of the smallest image that has a shell, as an archive. */
export async function tinyFiles(): Promise<Buffer> {
    if (!isStatic()) await installPackage("busybox-static", console.log);
    const archive = pack();
    archive.entry({ name: "bin/busybox", mode: 0o755 }, readFileSync(program));
    for (const name of ["sh", "cat", "sleep", "seq"]) {
        archive.entry({ name: `bin/${name}`, type: "symlink", linkname: "busybox" });
    }
    archive.finalize();
    return await buffer(archive);
}

/** One that needs no libraries, which the image would not have. */
function isStatic(): boolean {
    try {
        return !execFileSync("ldd", [program], { stdio: ["ignore", "pipe", "ignore"] }).includes("=>");
    } catch {
        // ldd refuses what is static; where there is no busybox, the package brings it.
        return execFileSync("sh", ["-c", `test -x ${program} && echo there || echo missing`])
            .toString()
            .startsWith("there");
    }
}

/** A digest as registries write it. */
export function digestOf(content: Buffer): string {
    return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
