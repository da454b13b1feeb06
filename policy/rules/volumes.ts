import { isOfThisProject, objectOf, plain } from "../container";
import type { Rule } from "../production";

/**
 * Nothing brings back what was deleted with a data volume.
 *
 * What keeps the data of this project's volumes is the option `retainOnDelete`, which Pulumi shows to no policy; the stack's
 * component shows what sets it.
 */
export const dataVolumes: Rule = {
    name: "data-volumes",
    description: "A volume with data is protected.",
    validateResource: ({ type, urn, props, opts }, report) => {
        if (type === "authentik-stack:index:AuthentikStack" && objectOf(plain(props)).protectData === false)
            report("Its volumes can be deleted with all their data. Leave `protectData` in the configuration at true.");
        if (type === "docker:index/volume:Volume" && !isOfThisProject(urn) && !opts.protect)
            report("It can be deleted with all its data. Set the option `protect`.");
    },
};
