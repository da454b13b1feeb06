import { LocalWorkspace, Stack, StackNotFoundError } from "@pulumi/pulumi/automation";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Backend } from "./engine/backend";
import type { DockerEngine } from "./docker-engine";
import type { PulumiEngine } from "./engine";
import { reasonOf, ToolError } from "./progress";
import { cureOf } from "./stack/explain";
import { DockerConnection } from "../engine/connection";
import { stackIdentity } from "../engine/labels";
import { projectName, projectRoot } from "./project";
import { fileOf, prefixOf, privateCopy } from "./stack/files";

export { projectName, projectRoot };

/** What every command works with: a Docker engine, a Pulumi engine, and where the state is. */
export interface Workplace {
    /** Undefined for commands that only read the state. */
    docker?: DockerEngine;
    pulumi: PulumiEngine;
    backend: Backend;
}

/** The Docker engine of a workplace; without one, the engine that Docker's own command would use. */
export function dockerOf({ docker }: Workplace): DockerConnection {
    return docker?.connection ?? new DockerConnection();
}

/** A stack that is ready for operations. */
export interface OpenStack {
    stack: Stack;
    /** The stack's identity in the labels of its Docker objects. */
    identity: string;
    workplace: Workplace;
    /** Options of every operation on it. */
    options: { color: "never"; configFile?: string };
}

/** Environment variables of the Pulumi CLI and of the program that it runs. */
export function pulumiVariables({ docker, pulumi, backend }: Workplace): Record<string, string> {
    return { ...pulumi.env, ...backend.env, ...(docker && { DOCKER_HOST: docker.host }) };
}

/**
 * Selects a stack, and creates it in the backend when it is new.
 *
 * @throws ToolError when the state cannot be read, e.g. because of a wrong passphrase.
 */
export async function openStack(workplace: Workplace, name: string, root = projectRoot): Promise<OpenStack> {
    try {
        const stack = await selectStack(workplace, name, root);
        // Pulumi Cloud keeps the key of a stack's secrets itself and writes nothing into the configuration.
        const configFile = workplace.backend.asksPassphrase ? privateCopy(root, name) : undefined;
        const identity = stackIdentity(projectName, prefixOf(root, name));
        return { stack, identity, workplace, options: { color: "never", configFile } };
    } catch (error) {
        const cure = cureOf(reasonOf(error));
        throw cure === undefined ? error : new ToolError(cure);
    }
}

/** Names of the project's stacks in the backend. */
export async function knownStacks(workplace: Workplace, root = projectRoot): Promise<string[]> {
    const stacks = await (await workspaceIn(root, workplace)).listStacks();
    return stacks.map((stack) => stack.name.split("/").at(-1) ?? "");
}

async function selectStack(workplace: Workplace, name: string, root: string): Promise<Stack> {
    const workspace = await workspaceIn(root, workplace);
    try {
        return await Stack.select(name, workspace);
    } catch (error) {
        if (!(error instanceof StackNotFoundError)) throw error;
        await createStack(workplace, name, root);
        return await Stack.select(name, workspace);
    }
}

/** Creates the stack from a temporary folder, since Pulumi writes into the configuration file that it finds. */
async function createStack(workplace: Workplace, name: string, root: string): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), "authentik-stack-"));
    try {
        for (const file of ["Pulumi.yaml", fileOf(name)]) copyFileSync(join(root, file), join(folder, file));
        await Stack.create(name, await workspaceIn(folder, workplace));
    } finally {
        rmSync(folder, { recursive: true });
    }
}

async function workspaceIn(workDir: string, workplace: Workplace): Promise<LocalWorkspace> {
    const { command, pulumiHome } = workplace.pulumi;
    return await LocalWorkspace.create({
        workDir,
        pulumiHome,
        pulumiCommand: command,
        envVars: pulumiVariables(workplace),
    });
}
