import fc from "fast-check";
import type { Configuration } from "../../support/configuration";
import { applications } from "./applications";
import { consumers, networks, outposts, postgres, redis, section, server, settings, worker } from "./sections";

/** A configuration, and the keys of it that were set as secrets. */
export interface Case {
    configuration: Configuration;
    secretKeys: string[];
}

const secretNames = [
    "secret-key",
    "admin-password",
    "api-token",
    "postgres",
    "database/authentik",
    "redis",
    "outpost/alpha",
];

const secrets = fc.dictionary(fc.constantFrom(...secretNames), fc.stringMatching(/^[a-zA-Z0-9:@/?#%&=+~^_.-]{8,40}$/), {
    maxKeys: 4,
    noNullPrototype: true,
});

/** A configuration whose parts are sound by themselves: most are valid, and some clash. */
export const sound: fc.Arbitrary<Case> = outposts
    .chain((list) =>
        section(
            {
                version: fc.constantFrom("2025.8.0", "2025.8.4", "2025.10.4", "2025.12.3", "2026.2.0", "2026.8.3"),
                url: fc.constantFrom("https://auth.example.com", "http://authentik.localhost:9000", "https://[::1]/"),
                prefix: fc.constantFrom("", "staging-", "a-b-"),
                admin: fc.constant({ email: "admin@example.com" }),
                images: section({ server: fc.constant("mirror/server:1"), redis: fc.constant("redis:7.4-alpine") }),
                networks,
                postgres,
                redis,
                consumers,
                server,
                worker,
                blueprints: section({ folder: fc.constant("/srv/blueprints") }),
                outposts: fc.constant(list),
                applications: applications(
                    list.map(
                        ({ name, type = "proxy" }) => ({ name, type }) as Parameters<typeof applications>[0][number],
                    ),
                ),
                settings,
                secrets,
                rotation: fc.dictionary(fc.constantFrom(...secretNames.slice(0, 6)), fc.nat(9), {
                    noNullPrototype: true,
                }),
                protectData: fc.boolean(),
            },
            "url",
            "admin",
            "outposts",
            "applications",
        ),
    )
    .chain((configuration) =>
        fc.record({
            configuration: fc.constant(configuration),
            // Settings are secret where one of them is.
            secretKeys: fc.constant(
                JSON.stringify(configuration.settings ?? {}).includes('"password":')
                    ? ["secrets", "settings"]
                    : ["secrets"],
            ),
        }),
    );

/** What nobody would write, and what somebody did. */
const nonsense = fc.oneof(
    fc.constantFrom<unknown>(
        ...[
            null,
            true,
            0,
            -1,
            1e21,
            65536,
            0.1,
            "",
            " ",
            "latest",
            "redis:latest",
            "http://",
            "https://x:99999",
            "[",
            "(",
        ],
        ...[
            "/",
            "..",
            "${x}",
            "\u0000",
            "\n",
            "💥",
            "a".repeat(300),
            "constructor",
            "toString",
            "__proto__",
            "-",
            "::",
        ],
        ...["2025.8", "2025.13.1", "1999.1.1", "db", "0", "http://[", "https://auth.example.com/path", "true", "null"],
        ...[[], {}, [[]], [null], [{}], { type: "oidc" }, { constructor: 1 }, { "a.b[0]": 1 }, { "a\nb": 1 }],
        // As JSON alone can make it: a key of its own, not the prototype.
        JSON.parse('{"__proto__": {"x": 1}}'),
    ),
    fc.jsonValue({ maxDepth: 2 }),
    fc.string({ unit: "binary" }),
);

/** One change at any place: another value, nothing, or one key more. */
const edit = fc.record({
    at: fc.nat(),
    how: fc.constantFrom("replace", "replace", "remove", "add"),
    key: fc.constantFrom("colour", "name", "ports", "toString", "hasOwnProperty", "constructor", "a\nb", "", "0", "💥"),
    value: nonsense,
});

/** A sound configuration with some nonsense in it. */
export const edited: fc.Arbitrary<Case> = fc
    .record({ from: sound, edits: fc.array(edit, { minLength: 1, maxLength: 4 }), clear: fc.boolean() })
    .map(({ from, edits, clear }) => ({
        configuration: edits.reduce(apply, structuredClone(from.configuration)),
        secretKeys: clear ? [] : from.secretKeys,
    }));

function apply(
    configuration: Configuration,
    { at, how, key, value }: { at: number; how: string; key: string; value: unknown },
): Configuration {
    const places = holders(configuration).flatMap((holder) => Object.keys(holder).map((name) => ({ holder, name })));
    const place = places[at % places.length];
    if (place === undefined) return configuration;
    // A copy, since a later edit may change it, and it is what the case is shown and made smaller from.
    const copy: unknown = structuredClone(value);
    if (how === "add") place.holder[key] = copy;
    else if (how === "replace") place.holder[place.name] = copy;
    else if (Array.isArray(place.holder)) place.holder.splice(Number(place.name), 1);
    else delete place.holder[place.name];
    return configuration;
}

/** Every object and list in a value. */
function holders(value: unknown): Record<string, unknown>[] {
    if (typeof value !== "object" || value === null) return [];
    return [value as Record<string, unknown>, ...Object.values(value).flatMap(holders)];
}
