import { isOfThisProject, objectOf, plain } from "../container";
import type { Rule } from "../production";

/**
 * Data that is deleted with its volume is lost.
 *
 * This project keeps its data volumes with the option `retainOnDelete`, which policies cannot see. They can see
 * `protectData`, which sets it, as an input of the stack's component.
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
