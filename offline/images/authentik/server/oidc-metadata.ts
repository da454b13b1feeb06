import type { Signer } from "../jwt";
import { keysOf, textOf, type Store, type Stored } from "../store";
import { since } from "../version";

const claimsByScope: Record<string, string[]> = {
    ak_proxy: ["ak_proxy"],
    email: ["email", "email_verified"],
    entitlements: ["entitlements", "roles"],
    profile: ["name", "given_name", "preferred_username", "nickname", "groups"],
};

/** The scopes an outpost asks for. */
export const proxyScopes = ["openid", "email", "profile", "entitlements", "ak_proxy"];

/** True for providers that speak OpenID Connect: the OAuth2 ones, and the proxies that sign in through it. */
export function speaksOidc(provider: Stored | undefined): provider is Stored {
    return /\.(oauth2|proxy)provider$/.test(provider?.model ?? "");
}

/** The scopes that a provider's mappings allow. */
export async function scopesOf(store: Store, provider: Stored): Promise<string[]> {
    if (provider.model.endsWith(".proxyprovider")) return proxyScopes;
    const keys = keysOf(provider, "property_mappings");
    const mappings = await store.find("authentik_providers_oauth2.scopemapping");
    return mappings.filter(({ pk }) => keys.includes(pk)).map((mapping) => textOf(mapping, "scope_name"));
}

/** How a provider signs its tokens. */
export async function signerOf(store: Store, provider: Stored): Promise<Signer> {
    const pk = provider.data["signing_key"] ?? null;
    const certificate = pk === null ? undefined : await store.first("authentik_crypto.certificatekeypair", { pk });
    return {
        algorithm: certificate === undefined ? "HS256" : "RS256",
        secret: textOf(provider, "client_secret"),
        certificate,
    };
}

/** The issuer of an application's tokens: it follows the host that was asked. */
export function issuerOf(origin: string, slug: string): string {
    return `${origin}/application/o/${slug}/`;
}

/** What `.well-known/openid-configuration` says of an application's provider. */
export async function openidConfiguration(
    store: Store,
    provider: Stored,
    slug: string,
    origin: string,
): Promise<object> {
    const scopes = await scopesOf(store, provider);
    const shared = (name: string) => `${origin}/application/o/${name}/`;
    return {
        issuer: issuerOf(origin, slug),
        authorization_endpoint: shared("authorize"),
        token_endpoint: shared("token"),
        userinfo_endpoint: shared("userinfo"),
        end_session_endpoint: `${issuerOf(origin, slug)}end-session/`,
        introspection_endpoint: shared("introspect"),
        revocation_endpoint: shared("revoke"),
        device_authorization_endpoint: shared("device"),
        backchannel_logout_supported: true,
        backchannel_logout_session_supported: true,
        response_types_supported: [
            "code",
            "id_token",
            "id_token token",
            "code token",
            "code id_token",
            "code id_token token",
        ],
        response_modes_supported: ["query", "fragment", "form_post"],
        jwks_uri: `${issuerOf(origin, slug)}jwks/`,
        grant_types_supported: [
            "authorization_code",
            "refresh_token",
            "implicit",
            "client_credentials",
            "password",
            "urn:ietf:params:oauth:grant-type:device_code",
        ],
        id_token_signing_alg_values_supported: [(await signerOf(store, provider)).algorithm],
        subject_types_supported: ["public"],
        token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
        acr_values_supported: ["goauthentik.io/providers/oauth2/default"],
        scopes_supported: scopes,
        request_parameter_supported: false,
        claims_supported: [
            "sub",
            "iss",
            "aud",
            "exp",
            "iat",
            "auth_time",
            "acr",
            "amr",
            "nonce",
            ...Object.entries(claimsByScope).flatMap(([scope, claims]) => (scopes.includes(scope) ? claims : [])),
        ],
        claims_parameter_supported: false,
        code_challenge_methods_supported: ["plain", "S256"],
    };
}

/** Whether a client may sign in so: from 2026.5 on it names the grants that it may use. A proxy is given its own. */
export function allowsGrant({ model, data }: Stored, grant: string): boolean {
    const allowed = data["grant_types"];
    return !since("2026.5") || model.endsWith(".proxyprovider") || (Array.isArray(allowed) && allowed.includes(grant));
}

/** The provider of a client id. */
export async function clientOf(store: Store, id: string): Promise<Stored | undefined> {
    return id === "" ? undefined : (await store.find("authentik_core.provider", { client_id: id })).find(speaksOidc);
}
