import { isMap, isScalar, parseDocument, type YAMLMap } from "yaml";
import { rotationKey } from "../stack/files";

/**
 * A configuration file with the number of one rotated secret, and everything else as a person wrote it: YAML that is
 * parsed and printed keeps its comments, but not its spaces.
 */
export function editRotation(text: string, name: string, number: number): string {
    const document = parseDocument(text);
    const value = document.getIn([...rotationKey, name], true);
    if (isScalar(value) && value.range) {
        const [start, end] = value.range;
        return text.slice(0, start) + String(number) + text.slice(end);
    }
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
    // Nothing is there yet, so that nothing of a person's can be spoiled.
    document.setIn([...rotationKey, name], number);
    return document.toString({ lineWidth: 0 });
}

/** Adds lines to a map: at the end of its last line where it is a block, at its begin where it stands in braces. */
function insertInto(text: string, map: YAMLMap, ...lines: string[]): string | undefined {
    if (!map.range) return undefined;
    const [start, end] = map.range;
    if (map.flow === true) return `${text.slice(0, start + 1)} ${lines.join(" ")},${text.slice(start + 1)}`;
    const indent = " ".repeat(start - (text.lastIndexOf("\n", start) + 1));
    const newline = text.indexOf("\n", end - 1);
    const at = newline < 0 ? text.length : newline;
    return `${text.slice(0, at)}${lines.map((line) => `\n${indent}${line}`).join("")}${text.slice(at)}`;
}
