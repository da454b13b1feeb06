import { duplicates } from "../ground/problems";
import type { Rule } from "./schema";
import { certificatesIn, clientKeySecret, privateKeyIn } from "./secrets";

/** Names that PostgreSQL, Redis or this stack have taken. */
const reserved = /^(authentik|postgres|public|none|default|template[01]|ak_backup|pg_.*)$/;

/** Checks of PostgreSQL, Redis, their certificates and those who share them. */
export const dataRules: Rule[] = [
    ...(["postgres", "redis"] as const).map((section): Rule => ({
        reads: [section],
        check: (config, report) => {
            if (config[section].external !== undefined && config[section].stack !== undefined)
                report([section, "stack"], `cannot be combined with ${section}.external; keep one of the two`);
        },
    })),
    {
        reads: ["postgres"],
        check: ({ postgres }, report) => {
            if ((postgres.external ?? postgres.stack) !== undefined && postgres.connections !== undefined)
                report(["postgres", "connections"], "needs a PostgreSQL that this stack creates; remove it");
        },
    },
    {
        reads: ["postgres", "consumers"],
        check: ({ postgres, consumers }, report) => {
            if ((postgres.external ?? postgres.stack) !== undefined && consumers.length > 0)
                report(
                    ["consumers"],
                    "needs a PostgreSQL that this stack creates; remove postgres.external and postgres.stack, or the consumers",
                );
        },
    },
    {
        reads: ["redis", "consumers"],
        check: ({ redis, consumers }, report) => {
            const taken = duplicates([redis.index, ...consumers.map(({ redisIndex }) => redisIndex)]);
            for (const [index, { redisIndex }] of consumers.entries()) {
                const path = ["consumers", index, "redisIndex"];
                if (redisIndex === undefined) continue;
                if ((redis.external ?? redis.stack) !== undefined)
                    report(
                        path,
                        "needs a Redis that this stack creates; remove redis.external and redis.stack, or this key",
                    );
                else if (taken.includes(index + 1))
                    report(path, "is already the Redis database of another; use a free one");
            }
        },
    },
    {
        reads: ["consumers"],
        check: ({ consumers }, report) => {
            for (const [index, { name }] of consumers.entries())
                if (reserved.test(name))
                    report(
                        ["consumers", index, "name"],
                        "is reserved by PostgreSQL, Redis or this stack; choose another",
                    );
        },
    },
    {
        reads: ["postgres"],
        check: ({ postgres: { external } }, report) => {
            if (external === undefined) return;
            const { sslMode } = external;
            // Without a path, libpq looks for the CA in the home of the user, and fails when it is not there.
            if (external.caCertificate === undefined && sslMode.startsWith("verify-"))
                report(
                    ["postgres", "external", "caCertificate"],
                    `is missing, and sslMode ${sslMode} needs it: \`pulumi config set --path 'postgres.external.caCertificate' < ca.crt\``,
                );
            for (const key of ["caCertificate", "clientCertificate"] as const)
                // Under `prefer`, libpq connects without TLS when it cannot verify the server.
                if (external[key] !== undefined && ["disable", "allow", "prefer"].includes(sslMode))
                    report(
                        ["postgres", "external", "sslMode"],
                        `does not insist on TLS, so ${key} has no effect; use verify-full, or remove ${key}`,
                    );
        },
    },
    {
        reads: ["postgres", "secrets"],
        check: ({ postgres: { external }, secrets }, report) => {
            const key = secrets[clientKeySecret];
            // An output is known only later, and a placeholder is not a key.
            const known = typeof key === "string" ? privateKeyIn(key) : undefined;
            const [certificate] = certificatesIn(external?.clientCertificate ?? "") ?? [];
            if (known !== undefined && certificate?.checkPrivateKey(known) === false)
                report(
                    ["secrets", clientKeySecret],
                    "does not belong to the first certificate in postgres.external.clientCertificate, which has to be the client's own; set a certificate and the key that belongs to it",
                );
        },
    },
    {
        reads: ["redis"],
        check: ({ redis: { external } }, report) => {
            if (external?.user !== undefined && !external.password)
                report(
                    ["redis", "external", "password"],
                    "cannot be combined with a user, since Redis knows users by their passwords; remove user, or this key",
                );
            if (external?.caCertificate !== undefined && !external.tls)
                report(
                    ["redis", "external", "tls"],
                    "leaves the connection without TLS, so caCertificate has no effect; set it to true, or remove caCertificate",
                );
        },
    },
];
