import { z } from "zod";
import { isRegex, section, text } from "../../ground/fields";
import { duplicates } from "../../ground/problems";
import type { Application } from "../applications";
import {
    type BlueprintEntry,
    certificate,
    file,
    find,
    keyOf,
    secretPaths,
    signIn,
    signInRequires,
} from "../blueprints/document";
import { oidcEndpoints, type OidcEndpoints } from "../oidc";
import { clientEnvironment, presetNames, presetRedirectUris, presets, type RedirectUri } from "../presets";
import type { Kind, Reviewed } from "./kind";

const uriError =
    "must be a URI, such as https://app.example.com/callback, or {url: a regular expression, matching: regex}";

const redirectUri = z
    .union(
        [
            text(uriError, isUri),
            section({ url: text(uriError, isRegex), matching: z.literal("regex", { error: uriError }) }),
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

/** A client of OpenID Connect. */
export const oidc = {
    title: "OpenID Connect",
    schema,
    model: "authentik_providers_oauth2.oauth2provider",
    signsIn: true,
    outpost: undefined,
    secret: {
        name: "clientSecret",
        origin: "generated",
        exists: (application) => !clientOf(application).public,
        cached: () => false,
    },
    declare: (application) => {
        const client = clientOf(application);
        const { slug, provider } = application;
        return {
            before: provider.emailVerified ? [verifiedEmail(slug)] : [],
            requires: [...signInRequires, "System - OAuth2 Provider - Scopes"],
            attrs: {
                ...signIn,
                client_type: client.public ? "public" : "confidential",
                client_id: client.id,
                ...(client.public ? {} : { client_secret: file(secretPaths.application(slug)) }),
                redirect_uris: client.redirectUris.map(({ matching, url }) => ({ matching_mode: matching, url })),
                signing_key: certificate(provider.signingKey),
                property_mappings: client.scopes.map((name) =>
                    name === "email" && provider.emailVerified ? keyOf("email") : scope(name),
                ),
                sub_mode: "user_username",
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
    checks: ({ slug }, server) => [
        {
            name: `the OpenID configuration of ${slug}`,
            url: `${server}/application/o/${slug}/.well-known/openid-configuration`,
            status: 200,
        },
    ],
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
    if (provider.preset !== undefined && launchUrl === undefined)
        return report(["launchUrl"], `is missing; the preset ${provider.preset} makes redirect URIs from it`);
    const { redirectUris } = clientOf(application);
    const path = ["provider", "redirectUris"];
    if (redirectUris.length === 0)
        return report(path, "is missing; name where the client may be sent back to, or a preset");
    if (provider.redirectUris === undefined) {
        if (isPublicHttp(launchUrl ?? ""))
            report(["launchUrl"], "is http on a public host, where codes would be sent in clear; use https");
        return;
    }
    for (const [index, { matching, url }] of redirectUris.entries())
        if (matching === "strict" && isPublicHttp(url))
            report([...path, index], "sends codes over http to a public host; use https");
}

/** Names without a dot, *.localhost and private addresses never leave the machine or the home. */
function isPublicHttp(url: string): boolean {
    if (!URL.canParse(url)) return false;
    const { protocol, hostname } = new URL(url);
    const local = !hostname.includes(".") || /(^|\.)(localhost|local|internal|lan|test|home\.arpa)$/.test(hostname);
    const address = /^(10|127|192\.168|172\.(1[6-9]|2\d|3[01]))\./.test(hostname) || hostname.startsWith("[");
    return protocol === "http:" && !local && !address;
}

function isUri(value: string): boolean {
    return (
        /^[a-z][a-z0-9+.-]*:\S+$/i.test(value) &&
        !/^https?:(?!\/\/[^/])/i.test(value) &&
        (URL.canParse(value) || !/^https?:/i.test(value))
    );
}
