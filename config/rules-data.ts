import { duplicates } from "../ground/problems";
import type { Rule } from "./schema";
import { certificatesIn, clientKeySecret, privateKeyIn } from "./secrets";

/** Names that PostgreSQL, Redis or this stack have taken. */
const reserved = /^(authentik|postgres|public|none|default|template[01]|pg_.*)$/;

/** Checks of PostgreSQL, Redis, their certificates and those who share them. */
export const dataRules: Rule[] = [
    ...(["postgres", "redis"] as const).map((section): Rule => ({
        reads: [section],
        check: (config, problem) =>
            config[section].external !== undefined && config[section].stack !== undefined
                ? [problem([section, "stack"], `cannot be combined with ${section}.external; keep one of the two`)]
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
                    ? [problem(path, "is the Redis database of another; use one of its own")]
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
    {
        // Without a path, libpq looks for the CA in the home of the user, and fails when it is not there.
        reads: ["postgres"],
        check: ({ postgres: { external } }, problem) =>
            external?.caCertificate === undefined && external?.sslMode.startsWith("verify-") === true
                ? [
                      problem(
                          ["postgres", "external", "caCertificate"],
                          `is missing, and sslMode ${external.sslMode} needs it: \`pulumi config set --path 'postgres.external.caCertificate' < ca.crt\``,
                      ),
                  ]
                : [],
    },
    ...(["caCertificate", "clientCertificate"] as const).map((key): Rule => ({
        // Under `prefer`, libpq connects without TLS when it cannot verify the server.
        reads: ["postgres"],
        check: ({ postgres: { external } }, problem) =>
            external?.[key] !== undefined && ["disable", "prefer"].includes(external.sslMode)
                ? [
                      problem(
                          ["postgres", "external", "sslMode"],
                          `does not insist on TLS, so ${key} has no effect; use verify-full, or remove ${key}`,
                      ),
                  ]
                : [],
    })),
    {
        reads: ["postgres", "secrets"],
        check: ({ postgres: { external }, secrets }, problem) => {
            const key = secrets[clientKeySecret];
            // An output is known only later, and a placeholder is not a key.
            const known = typeof key === "string" ? privateKeyIn(key) : undefined;
            const [certificate] = certificatesIn(external?.clientCertificate ?? "") ?? [];
            return known !== undefined && certificate?.checkPrivateKey(known) === false
                ? [
                      problem(
                          ["secrets", clientKeySecret],
                          "is not the key of postgres.external.clientCertificate, whose first certificate has to be the client's own; set a certificate and the key that belongs to it",
                      ),
                  ]
                : [];
        },
    },
    {
        reads: ["redis"],
        check: ({ redis: { external } }, problem) =>
            external?.caCertificate !== undefined && !external.tls
                ? [
                      problem(
                          ["redis", "external", "tls"],
                          "is off, so caCertificate has no effect; set it to true, or remove caCertificate",
                      ),
                  ]
                : [],
    },
];
