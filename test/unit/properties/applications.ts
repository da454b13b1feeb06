import fc from "fast-check";
import { presetNames } from "../../../authentik/presets";
import { section } from "./sections";

/** An outpost as far as applications need it. */
interface Served {
    name: string;
    type: string;
}

/**
 * Applications, each sound by itself; those behind an outpost fit the outposts.
 *
 * @param outposts each of them gets an application at least.
 */
export function applications(outposts: Served[]): fc.Arbitrary<unknown[]> {
    const behind = outposts.map((outpost, index) => about(`o${index}`, providerOf(outpost, index)));
    const others = fc
        .array(fc.oneof(oidc, saml), { maxLength: 3 })
        .chain((providers) => fc.tuple(...providers.map((provider, at) => about(`s${at}`, fc.constant(provider)))));
    return fc.tuple(fc.tuple(...behind), others).map((lists) => lists.flat());
}

/** Made once: fast-check prepares much for a string that it only seldom needs. */
const anyName = fc.string({ maxLength: 20 });

function about(slug: string, provider: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
    return section(
        {
            slug: fc.constant(slug),
            name: anyName.map((name) => `${slug} ${name}`),
            icon: fc.constant("https://example.com/icon.png"),
            launchUrl: fc.constant(`https://${slug}.example.com`),
            group: fc.constantFrom("family", "O'Brien: !Find [x]", "{{ x }}", "ä\u2028b"),
            provider,
        },
        "slug",
        "name",
        "launchUrl",
        "provider",
    );
}

function providerOf({ name, type }: Served, index: number): fc.Arbitrary<unknown> {
    const outpost = fc.constant(name);
    if (type === "ldap")
        return section(
            { type: fc.constant("ldap"), outpost, mode: fc.constantFrom("direct", "cached") },
            "type",
            "outpost",
        );
    if (type === "radius")
        return section(
            { type: fc.constant("radius"), outpost, clientNetworks: fc.constant(["10.0.0.0/8", "::/0"]) },
            "type",
            "outpost",
        );
    if (type === "rac")
        return section(
            {
                type: fc.constant("rac"),
                outpost,
                endpoints: fc.constant([{ name: "server 1", protocol: "ssh", host: "server1:22" }]),
            },
            "type",
            "outpost",
            "endpoints",
        );
    const proxied = {
        outpost,
        externalHost: fc.constant(`https://o${index}.apps.example.com`),
        skipPaths: fc.array(fc.constantFrom("^/api/.*", "^/(a|b)$", "\\d+"), { maxLength: 2 }),
        interceptAuthorization: fc.boolean(),
        basicAuth: fc.constant({ usernameAttribute: "app_user", passwordAttribute: "app_password" }),
    };
    return fc.oneof(
        section(
            { type: fc.constant("proxy"), ...proxied, internalHost: fc.constant("http://app:80") },
            "type",
            "outpost",
            "externalHost",
            "internalHost",
        ),
        section({ type: fc.constant("forward_single"), ...proxied }, "type", "outpost", "externalHost"),
        section(
            { type: fc.constant("forward_domain"), ...proxied, cookieDomain: fc.constant("example.com") },
            "type",
            "outpost",
            "externalHost",
            "cookieDomain",
        ),
    );
}

const uris = fc.array(
    fc.constantFrom<unknown>(
        "https://a.example.com/callback",
        "app.immich:///oauth",
        { url: "https://.*\\.example\\.com/cb", matching: "regex" },
        "http://nas.lan/cb",
    ),
    { minLength: 1, maxLength: 3 },
);

const oidc = fc.oneof(
    section(
        { type: fc.constant("oidc"), preset: fc.constantFrom(...presetNames), public: fc.boolean() },
        "type",
        "preset",
    ),
    section(
        {
            type: fc.constant("oidc"),
            redirectUris: uris,
            clientId: fc.constantFrom("client-1", "client-2", "c{3}!"),
            public: fc.boolean(),
            scopes: fc.constantFrom(["openid"], ["openid", "email", "groups"]),
        },
        "type",
        "redirectUris",
    ),
);

const saml = section(
    {
        type: fc.constant("saml"),
        acsUrl: fc.constant("https://saml.example.com/acs"),
        audience: fc.string({ minLength: 1 }).map((text) => `aud-${text}`),
        binding: fc.constantFrom("post", "redirect"),
    },
    "type",
    "acsUrl",
);
