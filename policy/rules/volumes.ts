import type { Rule } from "../production";

/** What was deleted with a data volume, nothing brings back. */
export const dataVolumes: Rule = {
    name: "data-volumes",
    description: "A volume with data is protected.",
    validateResource: ({ type, urn, opts }, report) => {
        if (type !== "docker:index/volume:Volume" || holdsSessions(urn)) return;
        if (!opts.protect)
            report("It can be deleted with all its data. Leave `protectData` in the configuration at true.");
    },
};

/** An outpost's volume holds sessions, and goes with the outpost. */
function holdsSessions(urn: string): boolean {
    return urn.includes("authentik-stack:index:Outpost$docker:");
}
