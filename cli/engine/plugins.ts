import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { version as docker } from "@pulumi/docker/package.json";
import { version as random } from "@pulumi/random/package.json";
import { patience, whileGrowing } from "./download";
import type { Progress } from "../progress";
import { run } from "../run";

/** The plugins that the program's packages need. */
export const plugins = { docker, random };

/** Whether all plugins are installed in a PULUMI_HOME. */
export function pluginsPresent(home = pulumiHome()): boolean {
    return Object.entries(plugins).every(([name, version]) => {
        const folder = join(home, "plugins", `resource-${name}-v${version}`);
        return existsSync(folder) && !existsSync(`${folder}.partial`);
    });
}

/**
 * Downloads the missing plugins with the given CLI.
 *
 * @returns false when they cannot be downloaded.
 */
export async function installPlugins(progress: Progress, pulumi: string): Promise<boolean> {
    const temporary = mkdtempSync(join(tmpdir(), "pulumi-plugins-"));
    try {
        for (const [name, version] of Object.entries(plugins)) {
            progress(`downloading the plugin ${name} ${version}`);
            const limit = whileGrowing([temporary, join(pulumiHome(), "plugins")], patience, "nothing arrived");
            const env = { TMPDIR: temporary, PULUMI_SKIP_UPDATE_CHECK: "true" };
            await run(pulumi, ["plugin", "install", "resource", name, version], { env, signal: limit.signal }).finally(
                limit.end,
            );
        }
        return true;
    } catch {
        return false;
    } finally {
        rmSync(temporary, { recursive: true, force: true });
    }
}

/** The commands that install the plugins by hand. */
export function pluginCommands(): string {
    return Object.entries(plugins)
        .map(([name, version]) => `\`pulumi plugin install resource ${name} ${version}\``)
        .join(", ");
}

function pulumiHome(): string {
    return process.env.PULUMI_HOME ?? join(homedir(), ".pulumi");
}
