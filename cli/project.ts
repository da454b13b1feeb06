import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** The project's folder. */
export const projectRoot = join(__dirname, "..");

/** Name of the project, as Pulumi.yaml has it: `pulumi new` asks for one. */
export const { name: projectName } = parse(readFileSync(join(projectRoot, "Pulumi.yaml"), "utf8")) as { name: string };

/** A key of the program as a stack's file has it: behind the project's name. */
export function keyOf(key: string): string {
    return `${projectName}:${key}`;
}
