import type { ApplicationOf } from "../../../config/applications";
import { applicationSecretPath } from "../../application-secret";
import { file, keyOf } from "../document";
import { flow } from "../flows";
import type { ProviderDeclaration } from "./provider";

/** Name of the user with which a consumer binds and searches. */
export function ldapUser(slug: string): string {
    return `ldap-${slug}`;
}

/** A directory, and the one user that may search all of it. */
export function ldapProvider(slug: string, provider: ApplicationOf<"ldap">["provider"]): ProviderDeclaration {
    const username = ldapUser(slug);
    return {
        requires: ["Default - Authentication flow", "Default - Invalidation flow"],
        before: [
            {
                model: "authentik_core.user",
                id: "user",
                identifiers: { username },
                attrs: {
                    name: `LDAP ${slug}`,
                    type: "service_account",
                    path: "authentik-stack",
                    password: file(applicationSecretPath(slug)),
                },
            },
        ],
        attrs: {
            // authentik runs the authorization flow at a bind. Source: LDAPOutpostConfigSerializer, bind_flow_slug.
            authorization_flow: flow("default-authentication-flow"),
            invalidation_flow: flow("default-invalidation-flow"),
            base_dn: provider.baseDn,
            bind_mode: provider.mode,
            search_mode: provider.mode,
        },
        permissions: [{ permission: "search_full_directory", user: keyOf("user") }],
    };
}
