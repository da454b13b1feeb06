import type { ApplicationConfig, ApplicationOf } from "../config/applications";
import { presetRedirectUris, presets, type RedirectUri } from "./presets";

/** A client of OpenID Connect, with what its preset fills in. */
export interface OidcClient {
    id: string;
    /** Keeps no secret and uses PKCE. */
    public: boolean;
    redirectUris: RedirectUri[];
    scopes: string[];
}

/** The client of an application; what is configured goes before what its preset says. */
export function oidcClient(
    { slug, launchUrl = "" }: ApplicationConfig,
    provider: ApplicationOf<"oidc">["provider"],
): OidcClient {
    const preset = provider.preset === undefined ? undefined : presets[provider.preset];
    const own = provider.redirectUris?.map((uri): RedirectUri =>
        typeof uri === "string" ? { matching: "strict", url: uri } : uri,
    );
    return {
        id: provider.clientId ?? slug,
        public: provider.public ?? preset?.publicClient ?? false,
        redirectUris: own ?? (preset === undefined ? [] : presetRedirectUris(preset, launchUrl.replace(/\/$/, ""))),
        scopes: provider.scopes ?? preset?.scopes ?? ["openid", "email", "profile"],
    };
}
