import { outpostOf } from "./applications";
import { duplicates } from "../ground/problems";
import type { Rule } from "./rules";

/** Names on the networks that this stack uses itself. */
const reserved = ["server", "worker", "postgres", "redis", "authentik-server", "authentik-worker"];

/** Checks of networks, outposts and applications against each other. */
export const outpostRules: Rule[] = [
    {
        reads: ["networks"],
        check: ({ networks }, problem) => {
            const roles = Object.keys(networks);
            return duplicates(Object.values(networks).map(({ name }) => name)).map((index) =>
                problem(["networks", roles[index] ?? "", "name"], "is the name of another network; names are unique"),
            );
        },
    },
    {
        reads: ["outposts"],
        check: ({ outposts }, problem) =>
            outposts.flatMap(({ name }, index) =>
                reserved.includes(name)
                    ? [problem(["outposts", index, "name"], "is taken by this stack itself; choose another")]
                    : [],
            ),
    },
    {
        reads: ["outposts", "networks"],
        check: ({ outposts, networks }, problem) => {
            const roles = Object.keys(networks).filter((role) => role !== "db");
            return outposts.flatMap((outpost, index) =>
                outpost.networks.flatMap((network, at) => {
                    if (roles.includes(network)) return [];
                    const what =
                        network === "db"
                            ? "is the databases' network, where outposts have no business"
                            : "is a network nobody makes";
                    return [problem(["outposts", index, "networks", at], `${what}; use one of ${roles.join(", ")}`)];
                }),
            );
        },
    },
    {
        reads: ["outposts", "applications"],
        check: ({ outposts, applications }, problem) =>
            outposts.flatMap(({ name }, index) =>
                applications.some((application) => outpostOf(application) === name)
                    ? []
                    : [
                          problem(
                              ["outposts", index, "name"],
                              "protects no application; name it as provider.outpost of one, or remove it",
                          ),
                      ],
            ),
    },
];
