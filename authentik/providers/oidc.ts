import { BlockList, isIP } from "node:net";
import { z } from "zod";
import { judged, section, text } from "../../ground/fields";
import { pythonRegexProblem } from "../../ground/regex";
import { duplicates } from "../../ground/problems";
import { type Application, hiddenUrl } from "../applications";
import {
    type BlueprintEntry,
    certificate,
    file,
    find,
    kept,
    keyOf,
    secretPaths,
    signIn,
    signInRequires,
} from "../blueprints/document";
import { oidcEndpoints, type OidcEndpoints } from "../oidc";
import { clientEnvironment, presetNames, presetRedirectUris, presets, type RedirectUri } from "../presets";
import { type Kind, lookedUp, type Reviewed, signingKeyExists } from "./kind";

const uriError =
    "must be a URI, such as https://app.example.com/callback, or {url: a regular expression, matching: regex}";

const redirectUri = z
    .union(
        [
            text(uriError, isUri),
            section({
                url: judged(
                    "must be a regular expression of Python's re, such as https://.*\\.example\\.com/callback",
                    pythonRegexProblem,
                ),
                matching: z.literal("regex", { error: uriError }),
            }),
        ],
        { error: uriError },
    )
    .describe("a redirect URI as text, or an object with `url` and `matching: regex`");

const schema = section({
    type: z.literal("oidc"),
    preset: z
        .enum(presetNames, { error: `must be one of ${presetNames.join(", ")}` })
        .optional()
        .describe("fills redirect URIs and scopes, and gives the application's own settings; needs `launchUrl`"),
    clientId: text("must be a client id without spaces, such as paperless", /^[!-~]+$/)
        .optional()
        .describe("default: the slug"),
    public: z
        .boolean()
        .optional()
        .describe("a client that keeps no secret and uses PKCE; default: the preset's, or false"),
    redirectUris: z
        .array(redirectUri, { error: "must be a list of redirect URIs, such as https://app.example.com/callback" })
        .optional()
        .describe("where the client may be sent back to; default: the preset's"),
    scopes: z
        .array(text("must be a scope, such as openid", /^[!-~]+$/))
        .optional()
        .describe("scopes the client may ask for; default: the preset's, or openid, email, profile"),
    allowHttp: z
        .boolean()
        .default(false)
        .describe("http in redirect URIs is meant, also where a host seems to be public"),
    emailVerified: z
        .boolean()
        .default(false)
        .describe(
            "tells the application that every e-mail address is verified, as it is where nobody can change their own; default: authentik's own answer, which is no from 2025.10 on",
        ),
    signingKey: text("must be the name of a certificate in authentik", /\S/)
        .default("authentik Self-signed Certificate")
        .describe("certificate in authentik whose key signs the tokens"),
});

type Client = Application<z.infer<typeof schema>>;

const model = "authentik_providers_oauth2.oauth2provider";

/** A client of OpenID Connect. */
export const oidc = {
    title: "OpenID Connect",
    schema,
    model,
    signsIn: true,
    outpost: undefined,
    secret: {
        name: "clientSecret",
        origin: "generated",
        exists: (application) => !clientOf(application).public,
        cached: () => false,
    },
    clientId: (application) => clientOf(application).id,
    declare: (application, { hasGrantTypes }) => {
        const client = clientOf(application);
        const { slug, provider } = application;
        return {
            before: provider.emailVerified ? [verifiedEmail(slug)] : [],
            requires: [...signInRequires, "System - OAuth2 Provider - Scopes"],
            attrs: {
                ...signIn,
                client_type: client.public ? "public" : "confidential",
                // Every other one is refused: source, the field's empty default.
                ...(hasGrantTypes ? { grant_types: ["authorization_code", "refresh_token"] } : {}),
                client_id: client.id,
                ...(client.public ? {} : { client_secret: file(secretPaths.application(slug)) }),
                redirect_uris: client.redirectUris.map(({ matching, url }) => ({ matching_mode: matching, url })),
                signing_key: certificate(provider.signingKey),
                property_mappings: client.scopes.map((name) =>
                    name === "email" && provider.emailVerified ? keyOf("email") : scope(name),
                ),
                // By what an existing client was told who a person is, people are known to the application.
                sub_mode: kept(model, ["name", slug], "sub_mode", "user_username"),
                include_claims_in_id_token: true,
                issuer_mode: "per_provider",
            },
        };
    },
    output: (application, { base, secret }): OidcOutput => {
        const { slug, name, launchUrl: url = "", provider } = application;
        const endpoints = oidcEndpoints(base, slug);
        const client = { clientId: clientOf(application).id, clientSecret: secret };
        const environment =
            provider.preset === undefined
                ? {}
                : clientEnvironment(presets[provider.preset], { ...endpoints, ...client, url, slug, name });
        return { oidc: { ...endpoints, ...client, environment } };
    },
    checks: (application, server) => {
        const { slug, provider } = application;
        return [
            signingKeyExists(slug, provider.signingKey, server),
            ...clientOf(application).scopes.map((scope_name) =>
                lookedUp(`scope ${scope_name} of ${slug}`, "propertymappings/provider/scope", { scope_name }, server),
            ),
            {
                name: `the client ${slug} with its signing key`,
                url: `${server}/api/v3/providers/oauth2/?name=${encodeURIComponent(slug)}`,
                token: secretPaths.apiToken,
                status: 200,
                result: { name: slug },
                filled: ["signing_key"],
            },
            {
                name: `the OpenID configuration of ${slug}`,
                url: `${server}/application/o/${slug}/.well-known/openid-configuration`,
                status: 200,
            },
        ];
    },
    serving: () => [],
    review: (applications) => {
        applications.forEach(reviewRedirects);
        for (const index of duplicates(applications.map(({ application }) => clientOf(application).id)))
            applications[index]?.report(
                ["provider", "clientId"],
                "is the client id of another application; use one of its own",
            );
    },
} satisfies Kind<Client["provider"]>;

export interface OidcOutput {
    /** For a client of OpenID Connect. */
    oidc: OidcEndpoints & {
        clientId: string;
        /** Secret; empty for a public client. */
        clientSecret: string;
        /** The application's own settings, when it has a preset; those with the client secret in them are secret. */
        environment: Record<string, string>;
    };
}

/** The settings of a client; the configuration overrides the preset. */
function clientOf({ slug, launchUrl = "", provider }: Client) {
    const preset = provider.preset === undefined ? undefined : presets[provider.preset];
    const own = provider.redirectUris?.map((uri): RedirectUri =>
        typeof uri === "string" ? { matching: "strict", url: uri } : uri,
    );
    return {
        id: provider.clientId ?? slug,
        /** Keeps no secret and uses PKCE. */
        public: provider.public ?? preset?.publicClient ?? false,
        redirectUris: own ?? (preset === undefined ? [] : presetRedirectUris(preset, launchUrl)),
        scopes: provider.scopes ?? preset?.scopes ?? ["openid", "email", "profile"],
    };
}

/** authentik's own scopes are found by their managed name, which nobody can change; others by the scope they give. */
function scope(name: string): unknown {
    const model = "authentik_providers_oauth2.scopemapping";
    const own = ["openid", "email", "profile", "entitlements", "offline_access"].includes(name) ? name : undefined;
    const managed = name === "goauthentik.io/api" ? "authentik_api" : own;
    return managed === undefined
        ? find(model, ["scope_name", name])
        : find(model, ["managed", `goauthentik.io/providers/oauth2/scope-${managed}`]);
}

/** What authentik's own scope `email` said up to 2025.8; since 2025.10 it calls no address verified. */
function verifiedEmail(slug: string): BlueprintEntry {
    return {
        model: "authentik_providers_oauth2.scopemapping",
        id: "email",
        identifiers: { name: `${slug}: verified e-mail address` },
        attrs: {
            scope_name: "email",
            description: "Email address",
            expression: 'return {"email": request.user.email, "email_verified": True}',
        },
    };
}

function reviewRedirects({ application, report }: Reviewed<Client["provider"]>): void {
    const { provider, launchUrl } = application;
    if (provider.preset !== undefined && (launchUrl === undefined || launchUrl === hiddenUrl))
        return report(
            ["launchUrl"],
            `is missing; the preset ${provider.preset} makes redirect URIs from it, and \`hidden: true\` hides the application`,
        );
    const { redirectUris } = clientOf(application);
    const path = ["provider", "redirectUris"];
    if (redirectUris.length === 0)
        return report(path, "is missing; name where the client may be sent back to, or a preset");
    const cure = "use https, or set provider.allowHttp where the host is one of your own network";
    if (provider.redirectUris === undefined) {
        if (!provider.allowHttp && isPublicHttp(launchUrl ?? ""))
            report(["launchUrl"], `is http on a public host, where codes would be sent in clear; ${cure}`);
        return;
    }
    for (const [index, { matching, url }] of redirectUris.entries()) {
        if (matching !== "strict") continue;
        if (url.includes("*"))
            report(
                [...path, index],
                "can never match, since it is compared as it is; use {url: regex, matching: regex}",
            );
        if (!provider.allowHttp && isPublicHttp(url))
            report([...path, index], `sends codes over http to a public host; ${cure}`);
    }
}

/** Endings of names that never leave the machine or the home; of fritz.box and speedport.ip the routers are the DNS. */
const atHome =
    /(^|\.)(localhost|local|internal|intranet|lan|home|private|test|home\.arpa|fritz\.box|speedport\.ip|ts\.net)$/;

/** Addresses that are nobody's on the internet, those of Tailscale and other carriers (100.64.0.0/10) among them. */
const privateNetworks = new BlockList();
for (const [network, prefix] of [
    ["10.0.0.0", 8],
    ["100.64.0.0", 10],
    ["127.0.0.0", 8],
    ["169.254.0.0", 16],
    ["172.16.0.0", 12],
    ["192.168.0.0", 16],
] as const)
    privateNetworks.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of [
    ["::1", 128],
    ["fc00::", 7],
    ["fe80::", 10],
] as const)
    privateNetworks.addSubnet(network, prefix, "ipv6");

function isPublicHttp(url: string): boolean {
    if (!URL.canParse(url)) return false;
    const { protocol, hostname } = new URL(url);
    const host = hostname.replace(/^\[|\]$/g, "");
    const family = isIP(host);
    const isPublic =
        family === 0
            ? host.includes(".") && !atHome.test(host)
            : !privateNetworks.check(host, family === 6 ? "ipv6" : "ipv4");
    return protocol === "http:" && isPublic;
}

function isUri(value: string): boolean {
    return (
        /^[a-z][a-z0-9+.-]*:\S+$/i.test(value) &&
        !/^https?:(?!\/\/[^/])/i.test(value) &&
        // A wildcard gets a message of its own.
        (URL.canParse(value.replaceAll("*", "x")) || !/^https?:/i.test(value))
    );
}
