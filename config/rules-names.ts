import { credentialNames, decidesCredentials } from "./credential-names";
import { duplicates, type Path, valueAt } from "../ground/problems";
import type { Rule } from "./rules";

/** Items of a list that must differ in a field. */
export function unique(list: "outposts" | "applications" | "consumers", field: "name" | "slug"): Rule {
    return {
        reads: [list],
        check: (config, problem) =>
            duplicates(config[list].map((item) => valueAt(item, [field]))).map((index) =>
                problem([list, index, field], `is used twice in ${list}; each has its own`),
            ),
    };
}

/** A port of the host has one owner. */
export const portRule: Rule = {
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
};

/** `secrets` and `rotation` name secrets that there are. */
export const secretsRule: Rule = {
    reads: ["secrets", "rotation", ...decidesCredentials],
    check: (config, problem) => {
        const known = credentialNames(config);
        return (["secrets", "rotation"] as const).flatMap((section) =>
            Object.keys(config[section])
                .filter((key) => !known.includes(key))
                .map((key) => problem([section, key], `names no secret of this stack; use one of ${known.join(", ")}`)),
        );
    },
};
