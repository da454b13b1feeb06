import { parseDocument } from "yaml";
import { allRoles } from "../../authentik/roles";
import { ToolError } from "../progress";
import { keyOf } from "../project";
import { overwrite } from "../rotation/draft";

/** The keys of authentik's images in the section `images`. */
const keys = new Set(allRoles.flatMap(({ image: { key, tag } }) => (tag === "authentik" ? [key] : [])));

/**
 * A configuration file whose own images of authentik, such as those of a mirror, are of another release.
 *
 * @param former the release that the file is of.
 * @throws ToolError when one does not name that release, or is one digest: else the old one would run as the new release.
 */
export function editImages(text: string, former: string, version: string): string {
    if (former === version) return text;
    return [...keys].reduce((edited, key) => {
        const path = ["config", keyOf("images"), key];
        const document = parseDocument(edited);
        const image: unknown = document.getIn(path);
        if (typeof image !== "string") return edited;
        if (!image.includes(former) || image.includes("@"))
            throw new ToolError(
                `\`images.${key}\` is ${image}: write the image of ${version} there, set \`version\`, and run \`npm start\`. ` +
                    `Only an image that has the release ${former} in its tag, and no digest, is changed with the release by itself.`,
            );
        const renamed = JSON.stringify(image.replaceAll(former, version));
        return overwrite(edited, document.getIn(path, true), renamed) ?? edited;
    }, text);
}
