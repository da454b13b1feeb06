import type { Rule } from "../production";

/** Nothing brings back what was deleted with a data volume. */
export const dataVolumes: Rule = {
    name: "data-volumes",
    description: "A volume with data is protected.",
    validateResource: ({ type, urn, opts }, report) => {
        if (type !== "docker:index/volume:Volume" || isOfThisProject(urn)) return;
        if (!opts.protect) report("It can be deleted with all its data. Set the option `protect`.");
    },
};

/** What keeps the data of this project's volumes is the option `retainOnDelete`, which Pulumi shows to no policy. */
function isOfThisProject(urn: string): boolean {
    return urn.includes("authentik-stack:index:");
}
