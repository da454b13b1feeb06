import { LocalWorkspace, Stack } from "@pulumi/pulumi/automation";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PulumiEngine } from "../engine";
import { ToolError } from "../progress";
import { fileOf } from "../stack/files";
import { nowhere, throwawayConfiguration } from "./throwaway";

/** A stack with no state, no key and no Docker host, to see what its program would make. */
export interface ThrowawayStack {
    stack: Stack;
    /** The configuration to run it with. */
    configFile: string;
}

/**
 * Makes a stack for a preview in a folder of its own, in which nothing of an earlier one is left.
 *
 * @param name whose configuration it gets: `Pulumi.<name>.yaml`, or the example of that name.
 * @param folder gets `state` and the configuration, for other tools that are to see the same.
 * @throws ToolError when there is no such configuration.
 */
export async function throwawayStack(
    root: string,
    name: string,
    folder: string,
    pulumi: PulumiEngine,
): Promise<ThrowawayStack> {
    const { text, secrets } = throwawayConfiguration(readConfiguration(root, name));
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(join(folder, "state"), { recursive: true });
    copyFileSync(join(root, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
    const configFile = join(folder, fileOf(name));
    writeFileSync(configFile, text);

    const workspaceIn = (workDir: string) =>
        LocalWorkspace.create({
            workDir,
            pulumiHome: pulumi.pulumiHome,
            pulumiCommand: pulumi.command,
            envVars: { ...pulumi.env, ...previewEnvironment(folder) },
        });
    // Here Pulumi writes the key's salt and the placeholders, and not into the project's own configuration.
    const beside = await Stack.create(name, await workspaceIn(folder));
    const values = Object.entries(secrets).map(([path, value]) => [path, { value, secret: true }]);
    if (values.length > 0)
        await beside.setAllConfig(Object.fromEntries(values) as Parameters<Stack["setAllConfig"]>[0], true);
    return { stack: await Stack.select(name, await workspaceIn(root)), configFile };
}

/** What a preview's environment has instead of the user's: a state, a passphrase and an engine of no consequence. */
export function previewEnvironment(folder: string): Record<string, string> {
    return {
        PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
        // It guards nothing but placeholders.
        PULUMI_CONFIG_PASSPHRASE: "nothing-to-guard",
        DOCKER_HOST: nowhere,
    };
}

function readConfiguration(root: string, name: string): string {
    const file = [fileOf(name), `${fileOf(name)}.example`]
        .map((path) => join(root, path))
        .find((path) => existsSync(path));
    if (file === undefined) throw new ToolError(`There is no ${fileOf(name)}, nor ${fileOf(name)}.example.`);
    return readFileSync(file, "utf8");
}
