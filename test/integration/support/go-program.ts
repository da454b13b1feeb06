import { run } from "../../../cli/run";

/**
 * Builds a program from its Go module, as far as Go has not built it before.
 *
 * @param module with its version, e.g. `example.com/tools/cmd/tool@v1.2.3`.
 * @param folder that the program is put into.
 */
export async function buildGoProgram(module: string, folder: string): Promise<void> {
    const path = `${process.env.PATH ?? ""}:/usr/local/go/bin`;
    await run("go", ["install", "-trimpath", "-ldflags=-s -w", module], {
        env: { PATH: path, GOBIN: folder, CGO_ENABLED: "0", GOTOOLCHAIN: "local", GOFLAGS: "-buildvcs=false" },
    });
}
