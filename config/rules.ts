import { credentialNames } from "./credential-names";
import { duplicates, formatPath, type Path, type Problem, type Report, valueAt } from "./problems";
import { checkApplications, checkOutposts } from "./rules-outposts";
import type { Config } from "./schema";

/** Checks of what one key says against another; the schema has checked each key by itself. */
export function checkRules(config: Config): Problem[] {
    const problem = (path: Path, cure: string): Problem => ({
        key: formatPath(path),
        value: valueAt(config, path),
        cure,
    });
    return [
        ...duplicates(config.outposts.map(({ name }) => name)).map((index) =>
            problem(["outposts", index, "name"], "is the name of another outpost; names are unique"),
        ),
        ...duplicates(config.applications.map(({ slug }) => slug)).map((index) =>
            problem(["applications", index, "slug"], "is the slug of another application; slugs are unique"),
        ),
        ...duplicates(config.applications.map(({ name }) => name)).map((index) =>
            problem(["applications", index, "name"], "is the name of another application; names are unique"),
        ),
        ...duplicates(config.consumers.map(({ name }) => name)).map((index) =>
            problem(["consumers", index, "name"], "is the name of another consumer; names are unique"),
        ),
        ...duplicates(Object.values(config.networks).map(({ name }) => name)).map((index) =>
            problem(
                ["networks", Object.keys(config.networks)[index] ?? "", "name"],
                "is the name of another network; names are unique",
            ),
        ),
        ...checkOutposts(config, problem),
        ...checkApplications(config, problem),
        ...checkData(config, problem),
        ...checkPorts(config, problem),
        ...checkCredentials(config, problem),
    ];
}

function checkData(config: Config, problem: Report): Problem[] {
    const both = (["postgres", "redis"] as const).flatMap((section) =>
        config[section].external !== undefined && config[section].stack !== undefined
            ? [problem([section, "stack"], `cannot stand beside ${section}.external; keep one of the two`)]
            : [],
    );
    const created = config.postgres.external === undefined && config.postgres.stack === undefined;
    const foreign =
        created || config.consumers.length === 0
            ? []
            : [
                  problem(
                      ["consumers"],
                      "needs the PostgreSQL to be created here; remove postgres.external and postgres.stack, or the consumers",
                  ),
              ];
    const indexes = [config.redis.index, ...config.consumers.map(({ redisIndex }) => redisIndex)];
    const taken = duplicates(indexes).filter((index) => indexes[index] !== undefined);
    const foreignSecrets = (["postgres", "redis"] as const).flatMap((section) => {
        const secret = section === "postgres" ? "database/authentik" : "redis";
        const missing = config[section].external !== undefined && config.secrets[secret] === undefined;
        return missing
            ? [
                  problem(
                      ["secrets", secret],
                      `is missing; ${section}.external needs it: \`pulumi config set --secret --path 'secrets["${secret}"]'\``,
                  ),
              ]
            : [];
    });
    return [
        ...both,
        ...foreignSecrets,
        ...foreign,
        ...taken.map((index) =>
            problem(["consumers", index - 1, "redisIndex"], "is the Redis database of another; each has its own"),
        ),
        ...config.consumers.flatMap(({ name }, index) =>
            ["authentik", "postgres"].includes(name)
                ? [problem(["consumers", index, "name"], "is taken by this stack itself; choose another")]
                : [],
        ),
    ];
}

function checkPorts(config: Config, problem: Report): Problem[] {
    const paths: Path[] = [
        ...config.server.ports.map((_, index) => ["server", "ports", index, "port"]),
        ...config.outposts.flatMap(({ ports }, outpost) =>
            ports.map((_, index) => ["outposts", outpost, "ports", index, "port"]),
        ),
    ];
    return duplicates(paths.map((path) => valueAt(config, path))).map((index) =>
        problem(paths[index] ?? [], "is published twice; a port of the host has one owner"),
    );
}

function checkCredentials(config: Config, problem: Report): Problem[] {
    const known = credentialNames(config);
    return (["secrets", "rotation"] as const).flatMap((section) =>
        Object.keys(config[section])
            .filter((key) => !known.includes(key))
            .map((key) => problem([section, key], `names no secret of this stack; use one of ${known.join(", ")}`)),
    );
}
