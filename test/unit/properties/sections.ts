import fc from "fast-check";

/** Parts of a configuration, each sound by itself. What they say of each other may still clash. */

export const otherStackName = "organization/authentik-stack/shared";

/** Drops what is left out, as YAML does. */
export function section(shape: Record<string, fc.Arbitrary<unknown>>, ...required: string[]) {
    return fc.record(shape, { requiredKeys: required, noNullPrototype: true });
}

const limits = { memory: fc.constantFrom("512M", "1g", "2048m"), cpus: fc.constantFrom(0.5, 1, 2, 1.25) };
const shortName = fc.constantFrom("alpha", "beta", "gamma", "delta", "ak-outpost-x", "a", "x9-y");
const ports = fc.array(
    section({ port: fc.integer({ min: 1, max: 65535 }), ip: fc.constantFrom("127.0.0.1", "0.0.0.0", "::1") }, "port"),
    { maxLength: 2 },
);
const network = section({ name: fc.constantFrom("net_a", "net.b", "net-c", "db_net"), adopt: fc.boolean() });
const otherStack = fc.constant({ name: otherStackName, consumer: "staging" });

export const networks = section({ frontend: network, backend: network, db: network });

export const postgres = fc.oneof(
    { weight: 4, arbitrary: section(limits) },
    section({
        external: section(
            {
                host: fc.constantFrom("db.example.com", "10.0.0.3", "::1"),
                port: fc.integer({ min: 1, max: 65535 }),
                database: fc.constantFrom("authentik", "auth_prod"),
                user: fc.constantFrom("authentik", "auth_prod"),
                sslMode: fc.constantFrom("disable", "require", "verify-full"),
            },
            "host",
        ),
        ...limits,
    }),
    section({ stack: otherStack }, "stack"),
);

export const redis = fc.oneof(
    { weight: 4, arbitrary: section({ ...limits, index: fc.nat(15) }) },
    section({ external: section({ host: fc.constant("redis.lan"), tls: fc.boolean() }, "host"), index: fc.nat(15) }),
    section({ stack: otherStack }, "stack"),
);

export const consumers = fc.uniqueArray(
    section({ name: fc.constantFrom("paperless", "n8n", "mealie", "a_b"), redisIndex: fc.nat(15) }, "name"),
    { maxLength: 3, selector: ({ name }) => name },
);

export const server = section({ ports, ...limits });
export const worker = section(limits);

export const outposts = fc.uniqueArray(
    section(
        {
            name: shortName,
            type: fc.constantFrom("proxy", "ldap", "radius", "rac"),
            networks: fc.uniqueArray(fc.constantFrom("frontend", "backend"), { minLength: 1 }),
            ports,
            ...limits,
        },
        "name",
        "networks",
    ),
    { maxLength: 4, selector: ({ name }) => name },
);

/** Settings as people write them; names that authentik does not have are its own to ignore. */
export const settings = fc.letrec((tie) => ({
    tree: fc.dictionary(
        fc.constantFrom("log_level", "email", "password", "host", "cache", "a1"),
        fc.oneof(
            { depthSize: "small" },
            fc.string(),
            fc.integer(),
            fc.boolean(),
            fc.double({ noNaN: true }),
            tie("tree"),
        ),
        { maxKeys: 3, noNullPrototype: true },
    ),
})).tree;
