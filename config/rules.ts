import { formatPath, type Path, type Problem, type Report, valueAt } from "../ground/problems";
import { applicationRules } from "./rules-applications";
import { blueprintRule } from "./rules-blueprints";
import { outpostRules } from "./rules-outposts";
import { dataRules } from "./rules-data";
import { tlsRules } from "./rules-tls";
import { portRule, secretsRule, unique } from "./rules-names";
import type { Config } from "./schema";

/** A check of what one key says against another. */
export interface Rule {
    /** The keys that the check needs to be sound. */
    reads: (keyof Config)[];
    check: (config: Config, problem: Report) => Problem[];
}

const rules: Rule[] = [
    unique("outposts", "name"),
    unique("applications", "slug"),
    unique("applications", "name"),
    unique("consumers", "name"),
    ...outpostRules,
    ...applicationRules,
    blueprintRule,
    ...dataRules,
    ...tlsRules,
    portRule,
    secretsRule,
];

/**
 * Checks keys against each other; the schema has checked each key by itself.
 *
 * @param config the keys that are sound; a rule that reads another one is left out, since it would report its echo.
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
