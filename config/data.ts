import { z } from "zod";
import { roles } from "../authentik/roles";
import { dockerName, host, hosts, identifier, limits, port, redisIndex, section, text, whole } from "../ground/fields";
import { certificates, stackName } from "./secrets";

const network = <Name extends z.ZodType>(name: Name) =>
    section({
        name: name.describe("name of the Docker network, without the prefix"),
        adopt: z.boolean().default(false).describe("use an existing network of exactly this name"),
    });
const own = (defaultName: string, purpose: string) =>
    network(dockerName.default(defaultName)).prefault({}).describe(purpose);

/** The three networks, that of a Prometheus, and further ones for outposts alone. */
export const networks = section({
    frontend: own("frontend_net", "where a reverse proxy connects"),
    backend: own("backend_net", "where stacks call each other"),
    db: own("db_net", "where the databases are; created as internal, without access to the outside"),
    monitoring: network(dockerName.default("monitoring_net"))
        .optional()
        .describe("where a Prometheus reaches the metrics of server, worker and outposts; default: none"),
})
    .catchall(network(dockerName))
    .prefault({})
    .describe("the networks by their role; further ones, under names of your own, are for outposts");

const otherStack = section({
    name: stackName.describe("the other stack"),
    consumer: identifier.describe("this stack's name in the other stack's `consumers`"),
})
    .optional()
    .describe("another stack of this program that shares its own; default: none");

/** TLS modes of PostgreSQL's libpq. */
const sslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;
const sslMode = z.enum(sslModes, { error: `must be one of ${sslModes.join(", ")}` });

/** A name that PostgreSQL takes between quotes, or a pooler in front of it: it is never part of SQL here. */
const anyName = text("must be a PostgreSQL name of at most 63 bytes on one line, such as authentik", (value) => {
    const { length } = Buffer.from(value);
    return length > 0 && length < 64 && !/[\p{Cc}\p{Cs}]/u.test(value);
});

/** The PostgreSQL that authentik uses. */
export const postgres = section({
    external: section({
        host: hosts("db.example.com").describe(
            "its host name on `db_net` or `backend_net`; several separated by commas, as in libpq",
        ),
        port: port.default(roles.postgres.port.number).describe("its port"),
        database: anyName.default("authentik").describe("authentik's database"),
        user: anyName.default("authentik").describe("the role that owns the database"),
        sslMode: sslMode.default("require").describe("TLS mode of the connection, as PostgreSQL's libpq names it"),
        caCertificate: certificates
            .optional()
            .describe("PEM of the CA that signed its certificate; default: none, and the certificate is not verified"),
        clientCertificate: certificates
            .optional()
            .describe("PEM of a client certificate to log in with; its key is the secret `postgres-client-key`"),
    })
        .optional()
        .describe("an existing PostgreSQL; its password is the secret `database/authentik`; default: none"),
    stack: otherStack,
    connections: whole("must be a whole number of at least 40, such as 300", 40, 10_000)
        .optional()
        .describe(
            "most connections at once of the one that is created here; default: enough for two generations of server and worker that are busy, and for the consumers",
        ),
    ...limits(roles.postgres),
})
    .prefault({})
    .describe("the PostgreSQL that authentik uses: created here, external, or another stack's");

/** The Redis that authentik uses. */
export const redis = section({
    external: section({
        host: host("redis.example.com").describe("its name on `db_net` or `backend_net`"),
        port: port.default(roles.redis.port.number).describe("its port"),
        user: text("must be a Redis user name without spaces, such as authentik", /^[^\s\p{Cc}\p{Cs}]+$/u)
            .optional()
            .describe("its user; default: Redis's own default user"),
        password: z.boolean().default(true).describe("whether it asks for a password"),
        tls: z.boolean().default(false).describe("whether the connection uses TLS"),
        caCertificate: certificates
            .optional()
            .describe("PEM of the CA that signed its certificate; default: none, and the certificate is not verified"),
    })
        .optional()
        .describe("an existing Redis; its password is the secret `redis`; default: none"),
    stack: otherStack,
    index: redisIndex.default(1).describe("Redis database that authentik uses"),
    ...limits(roles.redis),
})
    .prefault({})
    .describe("the Redis that authentik uses: created here, external, or another stack's");

/** Others that share PostgreSQL and Redis. */
export const consumers = z
    .array(
        section({
            name: identifier.describe("database, role and Redis user get this name"),
            redisIndex: redisIndex.optional().describe("Redis database set aside for the consumer; default: none"),
        }),
    )
    .default([])
    .describe("other stacks that get a database and a role of their own, and a Redis database if they name one");
