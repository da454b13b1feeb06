import type { BadRow } from "../../../support/bad-configuration";
import { devConfiguration } from "../../../support/configuration";

const external = { host: "db.example.com" };
const otherStack = { name: "organization/authentik-stack/prod", consumer: "dev" };
const password = { "database/authentik": "a-password-of-ours" };
const redisIndex = "must be a Redis database from 0 to 15, such as";
const secret = { secretKeys: ["secrets"] };

/** PostgreSQL, Redis and those who share them. */
export const dataRows: BadRow[] = [
    {
        wrong: "a Redis database beyond the last",
        changes: { "redis.index": 16 },
        problems: [["redis.index", 16, redisIndex]],
    },
    {
        wrong: "a consumer's Redis database before the first",
        changes: { "consumers[0].redisIndex": -1 },
        problems: [["consumers[0].redisIndex", -1, redisIndex]],
    },
    {
        wrong: "a Redis database that authentik has",
        changes: { "consumers[1].redisIndex": 1 },
        problems: [["consumers[1].redisIndex", 1, "is already the Redis database of another; use a free one"]],
    },
    {
        wrong: "a Redis database that another consumer has",
        changes: { "consumers[1].redisIndex": 2 },
        problems: [["consumers[1].redisIndex", 2, "is already the Redis database of another; use a free one"]],
    },
    {
        wrong: "a consumer with the name of another",
        changes: { "consumers[1].name": "paperless" },
        problems: [["consumers[1].name", "paperless", "is used twice"]],
    },
    {
        wrong: "a consumer with a name that PostgreSQL would have to quote",
        changes: { "consumers[0].name": "paper-less" },
        problems: [["consumers[0].name", "paper-less", "must be lower-case letters, digits and underscores"]],
    },
    ...["authentik", "postgres", "default", "template1", "public", "pg_monitor"].map((name) => ({
        wrong: `a consumer called ${name}, which is somebody else's`,
        changes: { "consumers[0].name": name },
        problems: [["consumers[0].name", name, "is reserved by"]] satisfies BadRow["problems"],
    })),
    {
        wrong: "consumers of a PostgreSQL that is not made here",
        changes: { "postgres.external": external, secrets: password },
        ...secret,
        problems: [["consumers", devConfiguration().consumers, "needs a PostgreSQL that this stack creates"]],
    },
    {
        wrong: "an external PostgreSQL without its password",
        changes: { "postgres.external": external, consumers: undefined },
        problems: [
            [
                "secrets.database/authentik",
                undefined,
                "postgres.external needs it: `pulumi config set --secret --path 'secrets[\"database/authentik\"]'`",
            ],
        ],
    },
    {
        wrong: "an external Redis without its password",
        changes: { "redis.external": { host: "redis.example.com" }, consumers: undefined },
        problems: [["secrets.redis", undefined, "redis.external needs it"]],
    },
    {
        wrong: "an external PostgreSQL beside another stack's",
        changes: {
            "postgres.external": external,
            "postgres.stack": otherStack,
            consumers: undefined,
            secrets: password,
        },
        ...secret,
        problems: [["postgres.stack", otherStack, "cannot be combined with postgres.external; keep one of the two"]],
    },
    {
        wrong: "a consumer's Redis database in a Redis that is not made here",
        changes: { "redis.stack": otherStack },
        problems: [
            ["consumers[0].redisIndex", 2, "needs a Redis that this stack creates"],
            ["consumers[1].redisIndex", 3, "needs a Redis that this stack creates"],
        ],
    },
    {
        wrong: "an external PostgreSQL whose host is a URL",
        changes: { "postgres.external": { host: "postgres://db" }, consumers: undefined, secrets: password },
        ...secret,
        problems: [
            ["postgres.external.host", "postgres://db", "must be a host name or an address, such as db.example"],
        ],
    },
    {
        wrong: "a TLS mode that PostgreSQL does not have",
        changes: { "postgres.external": { ...external, sslMode: "on" }, consumers: undefined, secrets: password },
        ...secret,
        problems: [
            [
                "postgres.external.sslMode",
                "on",
                "must be one of disable, allow, prefer, require, verify-ca, verify-full",
            ],
        ],
    },
    {
        wrong: "another stack without its project",
        changes: { "postgres.stack": { ...otherStack, name: "prod" }, consumers: undefined },
        problems: [["postgres.stack.name", "prod", "must be organization/project/stack, such as"]],
    },
];
