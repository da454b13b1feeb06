import { z } from "zod";
import { httpUrl, section, text } from "../../ground/fields";
import { duplicates } from "../../ground/problems";
import { type Application, hiddenUrl } from "../applications";
import { attributes } from "../attributes";
import {
    type BlueprintEntry,
    certificate,
    file,
    find,
    kept,
    keyOf,
    managedScope,
    scopeRequires,
    secretPaths,
    signIn,
    signInRequires,
} from "../blueprints/document";
import { listed } from "../checks";
import { oidcEndpoints, type OidcEndpoints } from "../oidc";
import { clientEnvironment, presetNames, presetRedirectUris, presets } from "../presets";
import { type Release, releaseOf, sinceSeries, versionProblem } from "../releases";
import { type Kind, type Reviewed, signingKeyExists, upstream } from "./kind";
import { isPublicHttp, redirectUri, uriEntry, uriOf } from "./redirects";

const subModes = ["user_username", "user_email", "user_upn", "user_id", "user_uuid", "hashed_user_id"] as const;

const scopeError = "must be a scope, such as openid, or {name, expression} with an expression of your own";

const scopeName = text(scopeError, /^[!-~]+$/);

const ownScope = section({
    name: scopeName,
    description: z.string({ error: "must be a text" }).default("").describe("what people are asked to consent to"),
    expression: text('must be an expression that returns the claims, such as return {"role": "admin"}', /\S/),
});

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
        .describe(
            "whether the client is public, which means without a secret and with PKCE; default: the preset's, or false",
        ),
    redirectUris: z
        .array(redirectUri, { error: "must be a list of redirect URIs, such as https://app.example.com/callback" })
        .optional()
        .describe("URIs to which people return after sign-in; default: the preset's"),
    postLogoutRedirectUris: z
        .array(redirectUri, { error: "must be a list of URIs, such as https://app.example.com/" })
        .default([])
        .describe(`URIs to which people may return after sign-out, from ${sinceSeries("hasLogoutRedirects")} on`),
    scopes: z
        .array(z.union([scopeName, ownScope], { error: scopeError }))
        .optional()
        .describe(
            "scopes the client may ask for: names of those in authentik, or objects with `name`, `expression` (in authentik's Python) and `description` that make one for this application; default: the preset's, or openid, email, profile",
        ),
    subMode: z
        .enum(subModes, { error: `must be one of ${subModes.join(", ")}` })
        .optional()
        .describe(
            "what identifies a person to the application; if you change it, the application treats everybody as a new user; default: user_username",
        ),
    logout: section({
        uri: httpUrl.describe("URL of the application that authentik calls when a person signs out"),
        method: z
            .enum(["backchannel", "frontchannel"], { error: "must be one of backchannel, frontchannel" })
            .default("backchannel")
            .describe(`who calls it: authentik's server, or the browser (from ${sinceSeries("hasLogoutMethod")} on)`),
    })
        .optional()
        .describe("how the application learns that a person signed out; default: not at all"),
    allowHttp: z.boolean().default(false).describe("allows http in redirect URIs, even if a host seems to be public"),
    emailVerified: z
        .boolean()
        .default(false)
        .describe(
            "declares every e-mail address as verified, which is right if nobody can change their own; default: authentik's own answer, which is no from 2025.10 on",
        ),
    signingKey: text("must be the name of a certificate in authentik", /\S/)
        .default("authentik Self-signed Certificate")
        .describe("certificate in authentik whose key signs the tokens"),
    upstream,
    attributes,
});

type OwnScope = z.infer<typeof ownScope> & { title?: string };
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
    keys: {
        name: "slug",
        client_type: "public",
        client_id: "clientId",
        client_secret: "the secret `application/<slug>`",
        redirect_uris: "redirectUris",
        signing_key: "signingKey",
        property_mappings: "scopes",
        sub_mode: "subMode",
        logout_uri: "logout",
        logout_method: "logout",
        backchannel_logout_uri: "logout",
    },
    clientId: (application) => clientOf(application).id,
    declare: (application, { hasGrantTypes, hasLogoutMethod, hasLogoutRedirects }) => {
        const client = clientOf(application);
        const { slug, provider } = application;
        return {
            before: [
                ...(provider.emailVerified ? [verifiedEmail] : []),
                ...client.scopes.filter((scope) => typeof scope !== "string"),
            ].map((scope) => scopeMapping(slug, scope)),
            requires: [...signInRequires, ...scopeRequires],
            attrs: {
                ...signIn,
                client_type: client.public ? "public" : "confidential",
                // Every other one is refused: source, the field's empty default.
                ...(hasGrantTypes ? { grant_types: ["authorization_code", "refresh_token"] } : {}),
                client_id: client.id,
                ...(client.public ? {} : { client_secret: file(secretPaths.application(slug)) }),
                redirect_uris: [
                    ...client.redirectUris.map((uri) =>
                        uriEntry(uri, hasLogoutRedirects ? "authorization" : undefined),
                    ),
                    ...provider.postLogoutRedirectUris.map((uri) => uriEntry(uriOf(uri), "logout")),
                ],
                signing_key: certificate(provider.signingKey),
                property_mappings: client.scopes.map((scope) => {
                    if (typeof scope !== "string") return keyOf(scopeId(scope.name));
                    return scope === "email" && provider.emailVerified ? keyOf(scopeId("email")) : scopeNamed(scope);
                }),
                // By what an existing client was told who a person is, people are known to the application.
                sub_mode: provider.subMode ?? kept(model, ["name", slug], "sub_mode", "user_username"),
                include_claims_in_id_token: true,
                issuer_mode: "per_provider",
            },
            passing:
                provider.logout === undefined
                    ? {}
                    : hasLogoutMethod
                      ? { logout_uri: provider.logout.uri, logout_method: provider.logout.method }
                      : { backchannel_logout_uri: provider.logout.uri },
        };
    },
    output: (application, { base, secret }): OidcOutput => {
        const { slug, name, launchUrl: url = "", provider } = application;
        const endpoints = oidcEndpoints(base, slug);
        const { id, scopes: allowed } = clientOf(application);
        const client = { clientId: id, clientSecret: secret };
        const scopes = allowed.map((scope) => (typeof scope === "string" ? scope : scope.name));
        const environment =
            provider.preset === undefined
                ? {}
                : clientEnvironment(presets[provider.preset], { ...endpoints, ...client, url, slug, name, scopes });
        return { oidc: { ...endpoints, ...client, environment } };
    },
    checks: (application, server) => {
        const { slug, provider } = application;
        return [
            signingKeyExists(slug, provider.signingKey, server),
            ...clientOf(application).scopes.map((scope) => {
                const scope_name = typeof scope === "string" ? scope : scope.name;
                return listed(
                    `scope ${scope_name} of ${slug}`,
                    "propertymappings/provider/scope",
                    { scope_name },
                    server,
                );
            }),
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
    review: (applications, { version }) => {
        applications.forEach(reviewRedirects);
        applications.forEach(reviewScopes);
        if (version !== undefined && versionProblem(version, true) === undefined)
            for (const one of applications) reviewRelease(one, releaseOf(version));
        for (const index of duplicates(applications.map(({ application }) => clientOf(application).id)))
            applications[index]?.report(
                ["provider", "clientId"],
                "is also the client id of another application; choose another",
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
    const own = provider.redirectUris?.map(uriOf);
    return {
        id: provider.clientId ?? slug,
        /** Keeps no secret and uses PKCE. */
        public: provider.public ?? preset?.publicClient ?? false,
        redirectUris: own ?? (preset === undefined ? [] : presetRedirectUris(preset, launchUrl)),
        scopes: provider.scopes ?? preset?.scopes ?? ["openid", "email", "profile"],
    };
}

/** authentik's own scopes are found as such; others by the scope they give. */
function scopeNamed(name: string): unknown {
    const own = ["openid", "email", "profile", "entitlements", "offline_access"].includes(name) ? name : undefined;
    const managed = name === "goauthentik.io/api" ? "authentik_api" : own;
    return managed === undefined
        ? find("authentik_providers_oauth2.scopemapping", ["scope_name", name])
        : managedScope(`oauth2/scope-${managed}`);
}

/** What authentik's own scope `email` said up to 2025.8; since 2025.10 it calls no address verified. */
const verifiedEmail = {
    name: "email",
    title: "verified e-mail address",
    description: "Email address",
    expression: 'return {"email": request.user.email, "email_verified": True}',
};

const scopeId = (name: string) => `scope ${name}`;

/** A scope of one application's own. */
function scopeMapping(slug: string, { name, title, description, expression }: OwnScope): BlueprintEntry {
    return {
        model: "authentik_providers_oauth2.scopemapping",
        id: scopeId(name),
        identifiers: { name: `${slug}: ${title ?? `scope ${name}`}` },
        attrs: { scope_name: name, description, expression },
    };
}

function reviewScopes({ application, report }: Reviewed<Client["provider"]>): void {
    const { scopes = [], emailVerified } = application.provider;
    const names = scopes.map((scope) => (typeof scope === "string" ? scope : scope.name));
    for (const index of duplicates(names))
        report(["provider", "scopes", index], "is listed twice; list each scope once");
    if (emailVerified && scopes.some((scope) => typeof scope !== "string" && scope.name === "email"))
        report(
            ["provider", "emailVerified"],
            "is also set by your own expression of the scope email; remove one of the two",
        );
}

/** What a release does not know yet. */
function reviewRelease({ application, report }: Reviewed<Client["provider"]>, release: Release): void {
    const { logout, postLogoutRedirectUris } = application.provider;
    if (logout?.method === "frontchannel" && !release.hasLogoutMethod)
        report(
            ["provider", "logout", "method"],
            `is supported by authentik from ${sinceSeries("hasLogoutMethod")} on; use backchannel`,
        );
    if (postLogoutRedirectUris.length > 0 && !release.hasLogoutRedirects)
        report(
            ["provider", "postLogoutRedirectUris"],
            `are supported by authentik from ${sinceSeries("hasLogoutRedirects")} on; remove them`,
        );
}

function reviewRedirects({ application, report }: Reviewed<Client["provider"]>): void {
    const { provider, launchUrl } = application;
    if (provider.preset !== undefined && (launchUrl === undefined || launchUrl === hiddenUrl))
        return report(
            ["launchUrl"],
            `is missing; the preset ${provider.preset} derives redirect URIs from it, and \`hidden: true\` hides the application`,
        );
    const { redirectUris } = clientOf(application);
    const path = ["provider", "redirectUris"];
    if (redirectUris.length === 0)
        return report(path, "is missing; set the URIs to which people return after sign-in, or a preset");
    const cure = "use https, or set provider.allowHttp where the host is one of your own network";
    if (provider.redirectUris === undefined) {
        if (!provider.allowHttp && isPublicHttp(launchUrl ?? ""))
            report(["launchUrl"], `is http on a public host, so codes would be sent in plain text; ${cure}`);
        return;
    }
    for (const [index, { matching, url }] of redirectUris.entries()) {
        if (matching !== "strict") continue;
        if (url.includes("*"))
            report(
                [...path, index],
                "can never match, since it is compared literally; use {url: regex, matching: regex}",
            );
        if (!provider.allowHttp && isPublicHttp(url))
            report([...path, index], `sends codes over http to a public host; ${cure}`);
    }
}
