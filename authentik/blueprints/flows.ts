import { type BlueprintEntry, find } from "./document";

/** authentik's own flow by its slug. */
export function flow(slug: string): unknown {
    return find("authentik_flows.flow", ["slug", slug]);
}

/** Names of the blueprints that make the flows of `signIn`. */
export const signInRequires = [
    "Default - Provider authorization flow (implicit consent)",
    "Default - Provider invalidation flow",
];

/** The flows of a provider that people reach with a browser: in without a question of consent, and out. */
export const signIn: BlueprintEntry["attrs"] = {
    authorization_flow: flow("default-provider-authorization-implicit-consent"),
    invalidation_flow: flow("default-provider-invalidation-flow"),
};

/** A certificate of authentik by its name. */
export function certificate(name: string): unknown {
    return find("authentik_crypto.certificatekeypair", ["name", name]);
}
