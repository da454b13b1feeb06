import type { BadRow } from "../../../support/bad-configuration";

const lowerCase = "must be lower-case letters, digits and hyphens";

/** Networks and outposts. */
export const outpostRows: BadRow[] = [
    {
        wrong: "an outpost on a network that nobody makes",
        changes: { "outposts[1].networks[1]": "dmz" },
        problems: [["outposts[1].networks[1]", "dmz", "is not a network of this stack; use one of frontend, backend"]],
    },
    {
        wrong: "an outpost on the network of the databases",
        changes: { "outposts[0].networks[0]": "db" },
        problems: [["outposts[0].networks[0]", "db", "is the databases' network"]],
    },
    {
        wrong: "an outpost on no network",
        changes: { "outposts[0].networks": [] },
        problems: [["outposts[0].networks", [], "must name at least one network, such as frontend"]],
    },
    {
        wrong: "an outpost of a type that the program does not have",
        changes: { "outposts[0].type": "kerberos" },
        problems: [["outposts[0].type", "kerberos", "must be one of proxy"]],
    },
    {
        wrong: "an outpost with the name of another",
        changes: {
            "outposts[1].name": "ak-outpost-organizr",
            "applications[1].provider.outpost": "ak-outpost-organizr",
        },
        problems: [["outposts[1].name", "ak-outpost-organizr", "is used twice"]],
    },
    {
        wrong: "an outpost whose name is no DNS label",
        changes: { "outposts[0].name": "Outpost_1", "applications[0].provider.outpost": "ak-outpost-cwad" },
        problems: [["outposts[0].name", "Outpost_1", lowerCase]],
    },
    {
        wrong: "an outpost that protects nothing",
        changes: { "applications[1].provider.outpost": "ak-outpost-organizr" },
        problems: [
            ["outposts[1].name", "ak-outpost-cwad", "protects no application; name it as provider.outpost of one"],
        ],
    },
    {
        wrong: "a network's name that Docker refuses",
        changes: { "networks.frontend.name": "front end" },
        problems: [["networks.frontend.name", "front end", "must be a Docker name: letters, digits, underscores"]],
    },
    {
        wrong: "two networks of one name",
        changes: { "networks.backend.name": "frontend_net" },
        problems: [["networks.backend.name", "frontend_net", "is already the name of another network; choose another"]],
    },
    {
        wrong: "a network of a fourth role, without an outpost on it",
        changes: { "networks.dmz": { name: "dmz_net" } },
        problems: [["networks.dmz", { name: "dmz_net", adopt: false }, "is a network that no outpost uses; add it"]],
    },
];
