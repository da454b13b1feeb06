import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Progress, reasonOf, retried, run } from "../run";
import type { Piece } from "./pieces";

/** The environment of every build. */
export const goEnvironment = {
    CGO_ENABLED: "0",
    // Overrides the caller's flags: builds with different flags share nothing in Go's build cache.
    GOFLAGS: "-buildvcs=false",
    GOTOOLCHAIN: "local",
    GOWORK: "off",
    // Where Go's own archive installs it, in case PATH does not have it.
    PATH: `${process.env.PATH ?? ""}:/usr/local/go/bin`,
};

/** Time limit for a build that hangs; no build takes this long. */
const buildMinutes = 60;

/**
 * Checks that Go is installed and new enough.
 *
 * @param module folder of a module whose go.mod names the oldest version of Go that works.
 * @throws Error that says what to install.
 */
export async function checkGo(module: string): Promise<void> {
    const needed = /^go (\S+)$/m.exec(readFileSync(join(module, "go.mod"), "utf8"))?.[1] ?? "";
    const cure = `Install Go ${needed} or newer (https://go.dev/doc/install; Debian's own package golang is too old) and put its bin/ on PATH.`;
    let found: string;
    try {
        found = (await go(["env", "GOVERSION"], "/", 1)).trim().replace(/^go/, "");
    } catch (error) {
        throw new Error(`Pulumi is built from Go modules here, but ${reasonOf(error)}.\n${cure}`, { cause: error });
    }
    if (found.localeCompare(needed, "en", { numeric: true }) < 0) {
        throw new Error(`Pulumi is built from Go modules here, but Go ${found} is too old for it.\n${cure}`);
    }
}

/**
 * Downloads the modules that a piece needs to Go's module cache.
 *
 * A download can hang for minutes and succeed at the next attempt, so the first attempts are short. What has arrived is
 * kept, so each attempt gets further on a slow line.
 *
 * @throws Error when the last attempt failed.
 */
export async function fetchModules(piece: Piece, folder: string, progress: Progress): Promise<void> {
    try {
        // Unlike `go mod download`, this leaves out the modules of which no package is built.
        await retried(`downloading the Go modules of ${piece.title}`, 4, progress, (attempt) =>
            go(["list", "-deps", ...tags(piece), ...packages(piece)], folder, 1.5 * 2 ** attempt),
        );
    } catch (error) {
        const cure = "Go must reach a module proxy (see `go env GOPROXY`); what has arrived is kept, so run it again.";
        throw new Error(`Downloading the Go modules of ${piece.title} failed. ${cure}\n${reasonOf(error)}`, {
            cause: error,
        });
    }
}

/**
 * Builds a piece from modules that were downloaded before.
 *
 * @throws Error that ends with Go's last lines.
 */
export async function compile(piece: Piece, folder: string, output: string): Promise<void> {
    // The same flags for every piece, so that they share Go's build cache; mixed ones double the time.
    const variables = Object.entries(piece.variables).map(([name, value]) => `-X ${name}=${value}`);
    const flags = ["-trimpath", `-ldflags=${["-s", "-w", ...variables].join(" ")}`, ...tags(piece)];
    // No download here: one that hangs would look like a long build.
    const offline = { GOPROXY: "off" };
    try {
        if (piece.schemaWriter !== undefined) {
            const schema = ["schema", "--skip-docs", "--skip-examples", "--quiet", "--out", "."];
            await go(["run", ...flags, piece.schemaWriter, ...schema], folder, buildMinutes, offline);
        }
        await go(["build", ...flags, "-o", output, piece.package], folder, buildMinutes, offline);
    } catch (error) {
        const cure =
            "Make room on the disk if it is full; if Go's cache is damaged, `go clean -cache -modcache` empties it.";
        throw new Error(`Building ${piece.title} failed. ${cure}\n${reasonOf(error)}`, { cause: error });
    }
}

/** Creates the files that a provider's packages embed: even the program that writes the schema needs them to exist. */
export function layEmbedded(piece: Piece, folder: string): void {
    if (piece.schemaWriter === undefined) return;
    for (const file of ["schema.json", "bridge-metadata.json"]) writeFileSync(join(folder, file), "{}");
}

function go(args: string[], cwd: string, minutes: number, env: NodeJS.ProcessEnv = {}): Promise<string> {
    return run("go", args, { minutes, cwd, env: { ...goEnvironment, ...env } });
}

function tags(piece: Piece): string[] {
    return piece.tags.map((tag) => `-tags=${tag}`);
}

function packages(piece: Piece): string[] {
    return piece.schemaWriter === undefined ? [piece.package] : [piece.schemaWriter, piece.package];
}
