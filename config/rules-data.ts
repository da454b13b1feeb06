import { usesRedis } from "./credential-names";
import { duplicates } from "../ground/problems";
import type { Rule } from "./rules";

/** Names that PostgreSQL, Redis or this stack have taken. */
const reserved = /^(authentik|postgres|public|none|default|template[01]|pg_.*)$/;

/** Checks of PostgreSQL, Redis and those who share them. */
export const dataRules: Rule[] = [
    ...(["postgres", "redis"] as const).map((section): Rule => ({
        reads: [section],
        check: (config, problem) =>
            config[section].external !== undefined && config[section].stack !== undefined
                ? [problem([section, "stack"], `cannot stand beside ${section}.external; keep one of the two`)]
                : [],
    })),
    ...(
        [
            ["postgres", "database/authentik"],
            ["redis", "redis"],
        ] as const
    ).map(([section, secret]): Rule => ({
        reads: [section, "secrets", "version", "consumers"],
        check: (config, problem) =>
            config[section].external !== undefined &&
            (section === "postgres" || usesRedis(config)) &&
            config.secrets[secret] === undefined
                ? [
                      problem(
                          ["secrets", secret],
                          `is missing, and ${section}.external needs it: \`pulumi config set --secret --path 'secrets["${secret}"]'\``,
                      ),
                  ]
                : [],
    })),
    {
        reads: ["postgres", "consumers"],
        check: ({ postgres, consumers }, problem) =>
            (postgres.external ?? postgres.stack) !== undefined && consumers.length > 0
                ? [
                      problem(
                          ["consumers"],
                          "needs the PostgreSQL to be created here; remove postgres.external and postgres.stack, or the consumers",
                      ),
                  ]
                : [],
    },
    {
        reads: ["redis", "consumers"],
        check: ({ redis, consumers }, problem) => {
            const foreign = (redis.external ?? redis.stack) !== undefined;
            const taken = duplicates([redis.index, ...consumers.map(({ redisIndex }) => redisIndex)]).map(
                (index) => index - 1,
            );
            return consumers.flatMap(({ redisIndex }, index) => {
                if (redisIndex === undefined) return [];
                const path = ["consumers", index, "redisIndex"];
                if (foreign)
                    return [
                        problem(
                            path,
                            "needs the Redis to be created here; remove redis.external and redis.stack, or this key",
                        ),
                    ];
                return taken.includes(index)
                    ? [problem(path, "is the Redis database of another; each has its own")]
                    : [];
            });
        },
    },
    {
        reads: ["consumers"],
        check: ({ consumers }, problem) =>
            consumers.flatMap(({ name }, index) =>
                reserved.test(name)
                    ? [
                          problem(
                              ["consumers", index, "name"],
                              "is taken by PostgreSQL, Redis or this stack; choose another",
                          ),
                      ]
                    : [],
            ),
    },
];
