import type { ApplicationOf } from "../../../config/applications";
import { find } from "../document";
import { certificate, signIn, signInRequires } from "../flows";
import type { ProviderDeclaration } from "./provider";

/** Attributes that authentik's own mappings send. */
const mappings = ["upn", "name", "email", "username", "uid", "groups", "ms-windowsaccountname"];

/** A service provider of SAML. */
export function samlProvider(provider: ApplicationOf<"saml">["provider"]): ProviderDeclaration {
    return {
        requires: [...signInRequires, "System - SAML Provider - Mappings"],
        attrs: {
            ...signIn,
            acs_url: provider.acsUrl,
            audience: provider.audience ?? "",
            issuer: provider.issuer,
            sp_binding: provider.binding,
            signing_kp: certificate(provider.signingKey),
            sign_assertion: true,
            property_mappings: mappings.map((name) =>
                find("authentik_providers_saml.samlpropertymapping", [
                    "managed",
                    `goauthentik.io/providers/saml/${name}`,
                ]),
            ),
        },
    };
}
