import { isMap, parseDocument } from "yaml";
import { insertInto, overwrite } from "../rotation/draft";
import { keyOf } from "../project";
import { readRequirements, readText } from "../stack/files";
import type { OpenStack } from "../workplace";
import { editImages } from "./images";

/**
 * The text of the stack's configuration file with another release, and with its images, not yet written.
 *
 * @throws ToolError when it names an image of authentik by something else than its release.
 */
export function draftVersion({ stack }: OpenStack, version: string): string {
    const { workDir } = stack.workspace;
    const { version: former } = readRequirements(workDir, stack.name);
    return editKey(editImages(readText(workDir, stack.name), former, version), ["version"], version);
}

/**
 * A configuration file with a value for one key of the program; everything else stays as it was written.
 *
 * @param path of the key, such as `["images", "postgres"]`.
 */
export function editKey(text: string, [key = "", ...below]: string[], value: string): string {
    const path = ["config", keyOf(key), ...below];
    const document = parseDocument(text);
    const overwritten = overwrite(text, document.getIn(path, true), value);
    if (overwritten !== undefined) return overwritten;
    // The innermost section that is there.
    const depth = path.findLastIndex((_, index) => document.getIn(path.slice(0, index), true) !== undefined);
    const section = document.getIn(path.slice(0, depth), true);
    const missing = path.slice(depth);
    const lines = missing.map((name, index) => `${"  ".repeat(index)}${name}:`);
    lines.push(`${lines.pop() ?? ""} ${value}`);
    const fits = isMap(section) && section.items.length > 0 && (section.flow !== true || missing.length === 1);
    const inserted = fits ? insertInto(text, section, ...lines) : undefined;
    if (inserted !== undefined) return inserted;
    document.setIn(path, value);
    return document.toString({ lineWidth: 0 });
}
