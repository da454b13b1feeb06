import type { ApplicationConfig, ApplicationOf } from "../../../config/applications";
import { applicationSecretPath } from "../../application-secret";
import { oidcClient } from "../../client";
import { type BlueprintEntry, file, find, keyOf } from "../document";
import { certificate, signIn, signInRequires } from "../flows";
import type { ProviderDeclaration } from "./provider";

/** A client of OpenID Connect. */
export function oidcProvider(
    application: ApplicationConfig,
    provider: ApplicationOf<"oidc">["provider"],
): ProviderDeclaration {
    const client = oidcClient(application, provider);
    const { emailVerified } = provider;
    return {
        before: emailVerified ? [verifiedEmail(application.slug)] : [],
        requires: [...signInRequires, "System - OAuth2 Provider - Scopes"],
        attrs: {
            ...signIn,
            client_type: client.public ? "public" : "confidential",
            client_id: client.id,
            ...(client.public ? {} : { client_secret: file(applicationSecretPath(application.slug)) }),
            redirect_uris: client.redirectUris.map(({ matching, url }) => ({ matching_mode: matching, url })),
            signing_key: certificate(provider.signingKey),
            property_mappings: client.scopes.map((name) =>
                name === "email" && emailVerified ? keyOf("email") : scope(name),
            ),
            sub_mode: "user_username",
            include_claims_in_id_token: true,
            issuer_mode: "per_provider",
        },
    };
}

/** authentik's own scopes are found by their managed name, which nobody can change; others by the scope they give. */
function scope(name: string): unknown {
    const own: Record<string, string> = { "goauthentik.io/api": "authentik_api" };
    const managed =
        own[name] ??
        (["openid", "email", "profile", "entitlements", "offline_access"].includes(name) ? name : undefined);
    return managed === undefined
        ? find("authentik_providers_oauth2.scopemapping", ["scope_name", name])
        : find("authentik_providers_oauth2.scopemapping", [
              "managed",
              `goauthentik.io/providers/oauth2/scope-${managed}`,
          ]);
}

/** What authentik's own scope `email` said up to 2025.8; since 2025.10 it says of no address that it is verified. */
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
