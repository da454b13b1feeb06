import type { EngineEvent } from "@pulumi/pulumi/automation";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isMap, isScalar, parseDocument, type YAMLMap } from "yaml";
import type { OpenStack } from "../workplace";
import { titleOf } from "../stack/events";
import { fileOf, privateCopy, readText, rotationKey } from "../stack/files";
import { operate } from "../stack/update";

/** The text of the stack's configuration file with new rotation numbers, not yet written. */
export function draftRotation({ stack }: OpenStack, numbers: Record<string, number>): string {
    const text = readText(stack.workspace.workDir, stack.name);
    return Object.entries(numbers).reduce((edited, [name, number]) => editRotation(edited, name, number), text);
}

/** Does work with a draft as the stack's configuration, in a temporary file. */
export async function withDraft<T>(open: OpenStack, draft: string, work: (drafted: OpenStack) => Promise<T>) {
    const folder = join(open.stack.workspace.workDir, ".local");
    mkdirSync(folder, { recursive: true });
    const configFile = join(folder, `draft-${fileOf(open.stack.name)}`);
    writeFileSync(configFile, draft);
    try {
        return await work({ ...open, options: { ...open.options, configFile } });
    } finally {
        rmSync(configFile);
    }
}

/** Makes a draft the stack's configuration. The file is replaced in one step, so that a killed run leaves no half of it. */
export function writeDraft(open: OpenStack, draft: string): OpenStack {
    const { workDir } = open.stack.workspace;
    const file = join(workDir, fileOf(open.stack.name));
    writeFileSync(`${file}.new`, draft);
    renameSync(`${file}.new`, file);
    if (open.options.configFile === undefined) return open;
    return { ...open, options: { ...open.options, configFile: privateCopy(workDir, open.stack.name) } };
}

/** Operations on a resource that a preview lists. */
const shownOperations = ["create", "replace", "update", "delete"];

/**
 * What an update would do, one line per resource.
 *
 * @throws OperationFailed with everything that the engine and the program say about the failure.
 */
export async function previewChanges({ stack, options }: OpenStack): Promise<string[]> {
    const lines: string[] = [];
    const collect = ({ resourcePreEvent }: EngineEvent) => {
        const step = resourcePreEvent?.metadata;
        const isCustom = (step?.new ?? step?.old)?.custom === true;
        if (step !== undefined && isCustom && shownOperations.includes(step.op))
            lines.push(`${step.op.padEnd(7)}  ${titleOf(step)}`);
    };
    await operate(
        () => undefined,
        (operation) => {
            const onEvent = (event: EngineEvent) => {
                operation.onEvent(event);
                collect(event);
            };
            return stack.preview({ ...options, ...operation, onEvent });
        },
    );
    return lines;
}

/**
 * A configuration file with a new number for one rotated secret. Everything else stays as it was written: parsing and
 * printing the YAML would keep its comments, but not its spaces.
 */
export function editRotation(text: string, name: string, number: number): string {
    const document = parseDocument(text);
    const overwritten = overwrite(text, document.getIn([...rotationKey, name], true), String(number));
    if (overwritten !== undefined) return overwritten;
    const [section, key] = rotationKey;
    const entry = `${name}: ${number}`;
    const rotation = document.getIn(rotationKey, true);
    const config = document.get(section, true);
    const edited =
        isMap(rotation) && rotation.items.length > 0
            ? insertInto(text, rotation, entry)
            : rotation === undefined && isMap(config) && config.flow !== true
              ? insertInto(text, config, `${key}:`, `  ${entry}`)
              : undefined;
    if (edited !== undefined) return edited;
    // There is no entry yet, so nothing that a person wrote can be spoiled.
    document.setIn([...rotationKey, name], number);
    return document.toString({ lineWidth: 0 });
}

/** Puts a value in the place of another; undefined where there is none. */
export function overwrite(text: string, old: unknown, value: string): string | undefined {
    if (!isScalar(old) || !old.range) return undefined;
    const [start, end] = old.range;
    return text.slice(0, start) + value + text.slice(end);
}

/** Adds lines to a map: after its last line if it is a block, at its beginning if it is in braces. */
export function insertInto(text: string, map: YAMLMap, ...lines: string[]): string | undefined {
    if (!map.range) return undefined;
    const [start, end] = map.range;
    if (map.flow === true) return `${text.slice(0, start + 1)} ${lines.join(" ")},${text.slice(start + 1)}`;
    const indent = " ".repeat(start - (text.lastIndexOf("\n", start) + 1));
    const newline = text.indexOf("\n", end - 1);
    const at = newline < 0 ? text.length : newline;
    return `${text.slice(0, at)}${lines.map((line) => `\n${indent}${line}`).join("")}${text.slice(at)}`;
}
