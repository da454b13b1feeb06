import { existsSync, readFileSync } from "node:fs";
import { outpostOf } from "../authentik/applications";
import { blueprintProblem } from "../authentik/blueprints/own";
import { kindOf, kinds } from "../authentik/providers";
import { takenHosts } from "../authentik/roles";
import { duplicates, formatPath, type Path, type Problem, valueAt } from "../ground/problems";
import { dataRules } from "./rules-data";
import type { Config, Rule } from "./schema";
import { clientKeySecret, decidesSecrets, secretsOf } from "./secrets";

/**
 * Checks keys against each other; the schema has checked each key by itself.
 *
 * @param config the keys that are sound; a rule that reads another one is left out, since it would only repeat that
 * problem in other words.
 */
export function checkRules(config: Partial<Config>): Problem[] {
    const problem = (path: Path, cure: string): Problem => ({
        key: formatPath(path),
        value: valueAt(config, path),
        cure,
    });
    return rules
        .filter(({ reads }) => reads.every((key) => config[key] !== undefined))
        .flatMap(({ check }) => check(config as Config, problem));
}

const names: Rule[] = [
    unique("outposts", "name"),
    unique("applications", "slug"),
    unique("applications", "name"),
    unique("consumers", "name"),
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
        reads: ["server", "outposts"],
        check: (config, problem) => {
            const paths: Path[] = [
                ...config.server.ports.map((_, index) => ["server", "ports", index, "port"]),
                ...config.outposts.flatMap(({ ports }, at) =>
                    ports.map((_, index) => ["outposts", at, "ports", index, "port"]),
                ),
            ];
            return duplicates(paths.map((path) => valueAt(config, path))).map((index) =>
                problem(paths[index] ?? [], "is published twice; choose another port"),
            );
        },
    },
];

const outpostRules: Rule[] = [
    {
        reads: ["outposts"],
        check: ({ outposts }, problem) =>
            outposts.flatMap(({ name }, index) =>
                takenHosts.includes(name)
                    ? [problem(["outposts", index, "name"], "is a name that this stack uses itself; choose another")]
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
                            ? "is the databases' network, which is closed to outposts"
                            : "is not a network of this stack";
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
    {
        reads: ["outposts", "applications"],
        check: ({ outposts, applications }, problem) =>
            applications.flatMap((application, index) => {
                const name = outpostOf(application);
                const type = kindOf(application).outpost;
                if (name === undefined || type === undefined) return [];
                const path = ["applications", index, "provider", "outpost"];
                const outpost = outposts.find((candidate) => candidate.name === name);
                if (outpost !== undefined)
                    return outpost.type === type
                        ? []
                        : [problem(path, `is an outpost of type ${outpost.type}; use one of type ${type}`)];
                const others = outposts.filter((candidate) => candidate.type === type).map((fitting) => fitting.name);
                const cure =
                    others.length > 0 ? `use one of ${others.join(", ")}` : `add it to outposts, with type ${type}`;
                return [problem(path, `is not an outpost of this stack; ${cure}`)];
            }),
    },
];

/** What each kind of provider asks of its applications. */
const applicationRule: Rule = {
    reads: ["applications"],
    check: ({ applications, url }, problem) => {
        const reviewed = applications.map((application, index) => ({
            application,
            problem: (path: Path, cure: string) => problem(["applications", index, ...path], cure),
        }));
        return [...new Set(kinds.map(([, kind]) => kind))].flatMap((kind) =>
            kind.rules(
                reviewed.filter(({ application }) => kindOf(application) === kind),
                url as string | undefined,
            ),
        );
    },
};

/** The user's own blueprint files are there, and are blueprints. */
const blueprintRule: Rule = {
    reads: ["blueprints"],
    check: ({ blueprints }, problem) =>
        blueprints.files.flatMap((path, index) => {
            const key = ["blueprints", "files", index];
            if (!existsSync(path))
                return [problem(key, "does not exist beside Pulumi.yaml; fix the path or remove it")];
            const wrong = blueprintProblem(readFileSync(path, "utf8"));
            return wrong === undefined ? [] : [problem(key, `${wrong}; fix the file`)];
        }),
};

/** `secrets` and `rotation` name secrets that exist, and nothing that the user has to supply is missing. */
const secretsRule: Rule = {
    reads: ["secrets", "rotation", ...decidesSecrets],
    check: (config, problem) => {
        const known = secretsOf(config);
        const list = known.map(({ name }) => name).join(", ");
        return [
            ...(["secrets", "rotation"] as const).flatMap((section) =>
                Object.keys(config[section])
                    .filter((key) => !known.some(({ name }) => name === key))
                    .map((key) => problem([section, key], `is not a secret of this stack; use one of ${list}`)),
            ),
            ...known.flatMap(({ name, neededBy }) => {
                if (neededBy === undefined || config.secrets[name] !== undefined) return [];
                const set = `pulumi config set --secret --path 'secrets["${name}"]'`;
                const from = name === clientKeySecret ? " < client.key" : "";
                return [problem(["secrets", name], `is missing, and ${neededBy} needs it: \`${set}${from}\``)];
            }),
        ];
    },
};

/** Items of a list that must differ in a field. */
function unique(list: "outposts" | "applications" | "consumers", field: "name" | "slug"): Rule {
    return {
        reads: [list],
        check: (config, problem) =>
            duplicates(config[list].map((item) => valueAt(item, [field]))).map((index) =>
                problem([list, index, field], `is used twice in ${list}; each has its own`),
            ),
    };
}

const rules: Rule[] = [...names, ...outpostRules, applicationRule, blueprintRule, ...dataRules, secretsRule];
