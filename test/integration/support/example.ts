import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { pulumiVariables, openStack, type OpenStack, projectRoot } from "../../../cli/workplace";
import { run } from "../../../cli/run";
import type { StackUnderTest } from "./stack-under-test";

/** A stack of a program in examples/. */
export interface Example {
    open: OpenStack;
    /** Runs a command of the Pulumi CLI on it, and returns what it printed. */
    pulumi: (...args: string[]) => Promise<string>;
}

/** What a test has otherwise than the example. */
export interface ExampleChanges {
    /** Its configuration, without the namespace. */
    settings?: Record<string, string>;
    program?: (text: string) => string;
}

/** Opens a stack of an example, in the same backend as a stack under test. */
export async function openExample(
    { bench, opened }: StackUnderTest,
    name: string,
    { settings = {}, program = (text) => text }: ExampleChanges,
): Promise<Example> {
    const folder = mkdtempSync(join(bench.folder, `${name}-`));
    const source = join(projectRoot, "examples", name);
    const text = readFileSync(join(source, "index.ts"), "utf8");
    writeFileSync(
        join(folder, "index.ts"),
        program(text).replaceAll("../../components", join(projectRoot, "components")),
    );
    symlinkSync(join(projectRoot, "node_modules"), join(folder, "node_modules"));
    cpSync(join(source, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ extends: join(source, "tsconfig.json") }));
    const config = Object.fromEntries(Object.entries(settings).map(([key, value]) => [`${name}:${key}`, value]));
    writeFileSync(join(folder, "Pulumi.dev.yaml"), stringify({ config }));
    const open = await openStack(opened.workplace, "dev", folder);
    const { command } = bench.pulumi.command;
    // As the CLI by itself runs a program: with its types checked.
    const env = { ...pulumiVariables(opened.workplace), PULUMI_NODEJS_TRANSPILE_ONLY: "false" };
    const plain = ["--stack", "dev", "--non-interactive", "--color", "never"];
    return { open, pulumi: (...args) => run(command, [...args, ...plain], { cwd: folder, env }) };
}
