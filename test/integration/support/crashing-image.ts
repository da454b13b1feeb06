import { expect } from "chai";
import { tryRun } from "../../../cli/run";

/**
 * Builds an image whose containers print something and end with code 3.
 *
 * @param words a command of the shell that prints it. Default: it prints that these are the last words.
 */
export async function crashingImage(
    tag: string,
    from: string,
    words = 'echo "these are the last words"',
): Promise<void> {
    const recipe = `FROM ${from}\nENTRYPOINT ${JSON.stringify(["sh", "-c", `${words}; exit 3`])}\n`;
    const build = `printf '%s' "$RECIPE" | docker build --quiet --tag ${tag} -`;
    const { code, stderr } = await tryRun("sh", ["-c", build], { env: { DOCKER_BUILDKIT: "0", RECIPE: recipe } });
    expect(code, stderr).to.equal(0);
}
