import { leavesOf } from "../authentik/settings";
import { emailNames } from "./email";
import type { Rule } from "./schema";

/** Roles of the networks that the server is on, and outposts may be. */
const servers = ["frontend", "backend"];

/** Checks of where outposts are, and of what two sections could set. */
export const placeRules: Rule[] = [
    {
        reads: ["outposts", "networks"],
        check: ({ outposts, networks: known }, report) => {
            const isFurther = (role: string) => role in known && ![...servers, "db"].includes(role);
            for (const [index, { run, networks }] of outposts.entries()) {
                const path = ["outposts", index, "networks"];
                if (!run && networks.length > 0)
                    report(path, "has no effect on an outpost that runs elsewhere; remove it, or `run: false`");
                if (run && networks.length === 0) report(path, "must name at least one network, such as frontend");
                else if (run && networks.every(isFurther))
                    report(path, "shares no network with the server; add frontend or backend");
            }
        },
    },
    {
        reads: ["networks", "outposts"],
        check: ({ networks, outposts }, report) => {
            for (const role of Object.keys(networks)) {
                if ([...servers, "db", "monitoring"].includes(role)) continue;
                if (!/^[a-z][a-z0-9-]*$/.test(role))
                    report(["networks", role], "must be named in lower-case letters, digits and hyphens, such as iot");
                else if (!outposts.some((outpost) => outpost.networks.includes(role)))
                    report(["networks", role], "is a network that no outpost uses; add it to an outpost, or remove it");
            }
        },
    },
    {
        reads: ["email", "settings"],
        check: ({ email, settings }, report) => {
            for (const { name, path } of email.host === undefined ? [] : leavesOf(settings))
                if (emailNames.includes(name))
                    report(["settings", ...path], "is set by the section `email`; remove one of the two");
        },
    },
];
