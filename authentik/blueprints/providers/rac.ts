import type { ApplicationOf } from "../../../config/applications";
import { keyOf } from "../document";
import { flow, signInRequires } from "../flows";
import type { ProviderDeclaration } from "./provider";

/** Machines that people reach in the browser. */
export function racProvider(provider: ApplicationOf<"rac">["provider"]): ProviderDeclaration {
    return {
        requires: signInRequires,
        attrs: { authorization_flow: flow("default-provider-authorization-implicit-consent") },
        after: provider.endpoints.map(({ name, protocol, host }) => ({
            model: "authentik_providers_rac.endpoint",
            identifiers: { name, provider: keyOf("provider") },
            attrs: { protocol, host, auth_mode: "prompt" },
        })),
    };
}
