import { LocalWorkspace, Stack } from "@pulumi/pulumi/automation";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PulumiEngine } from "../engine";
import { ToolError } from "../progress";
import { fileOf } from "../stack/files";
import { nowhere, throwawayConfiguration } from "./throwaway";

/** A stack without state, key and Docker host, to see what its program would create. */
export interface ThrowawayStack {
    stack: Stack;
    /** The configuration file to preview it with. */
    configFile: string;
}

/**
 * Creates a stack for a preview in a folder of its own, which is emptied first.
 *
 * @param name the stack whose configuration it gets: `Pulumi.<name>.yaml`, or the example of that name.
 * @param folder gets the folder `state` and the configuration, so that other tools can show the same preview.
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
    // Pulumi writes the key's salt and the placeholders into this folder, and not into the project's own configuration.
    const beside = await Stack.create(name, await workspaceIn(folder));
    const values = Object.entries(secrets).map(([path, value]) => [path, { value, secret: true }]);
    if (values.length > 0)
        await beside.setAllConfig(Object.fromEntries(values) as Parameters<Stack["setAllConfig"]>[0], true);
    return { stack: await Stack.select(name, await workspaceIn(root)), configFile };
}

/** Other variables by which the provider and Docker's command find an engine. */
const connecting = [
    ...["DOCKER_CONTEXT", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY"],
    ...["DOCKER_CA_MATERIAL", "DOCKER_CERT_MATERIAL", "DOCKER_KEY_MATERIAL"],
];

/** Environment variables of a preview that replace the user's: a throw-away state and passphrase, and no engine. */
export function previewEnvironment(folder: string): Record<string, string> {
    return {
        PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
        // It protects nothing but placeholders.
        PULUMI_CONFIG_PASSPHRASE: "nothing-to-guard",
        DOCKER_HOST: nowhere,
        ...Object.fromEntries(connecting.map((name) => [name, ""])),
    };
}

/** The configuration of a stack, or its example. @throws ToolError when there is neither. */
export function readConfiguration(root: string, name: string): string {
    const file = [fileOf(name), `${fileOf(name)}.example`]
        .map((path) => join(root, path))
        .find((path) => existsSync(path));
    if (file === undefined) throw new ToolError(`There is neither ${fileOf(name)} nor ${fileOf(name)}.example.`);
    return readFileSync(file, "utf8");
}
