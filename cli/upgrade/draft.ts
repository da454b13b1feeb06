import { isMap, parseDocument } from "yaml";
import { insertInto, overwrite } from "../rotation/draft";
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
    return editVersion(editImages(readText(workDir, stack.name), former, version), version);
}

const key = "authentik-stack:version";

/** A configuration file with another release; everything else stays as it was written. */
export function editVersion(text: string, version: string): string {
    const document = parseDocument(text);
    const overwritten = overwrite(text, document.getIn(["config", key], true), version);
    if (overwritten !== undefined) return overwritten;
    const config = document.get("config", true);
    const inserted =
        isMap(config) && config.items.length > 0 && config.flow !== true
            ? insertInto(text, config, `${key}: ${version}`)
            : undefined;
    if (inserted !== undefined) return inserted;
    document.setIn(["config", key], version);
    return document.toString({ lineWidth: 0 });
}
