import type { ApplicationConfig, ProviderConfig } from "../../../config/applications";
import type { BlueprintEntry } from "../document";
import { ldapProvider } from "./ldap";
import { oidcProvider } from "./oidc";
import { proxyProvider } from "./proxy";
import { racProvider } from "./rac";
import { radiusProvider } from "./radius";
import { samlProvider } from "./saml";

/** How authentik is told of a provider. */
export interface ProviderDeclaration {
    /** Names of authentik's own blueprints that must have been applied. */
    requires: string[];
    attrs: Record<string, unknown>;
    /** Object permissions on the provider. */
    permissions?: BlueprintEntry["permissions"];
    /** Objects that the provider refers to. */
    before?: BlueprintEntry[];
    /** Objects that refer to the provider, by `!KeyOf provider`. */
    after?: BlueprintEntry[];
}

const models: Record<ProviderConfig["type"], string> = {
    proxy: "authentik_providers_proxy.proxyprovider",
    forward_single: "authentik_providers_proxy.proxyprovider",
    forward_domain: "authentik_providers_proxy.proxyprovider",
    oidc: "authentik_providers_oauth2.oauth2provider",
    saml: "authentik_providers_saml.samlprovider",
    ldap: "authentik_providers_ldap.ldapprovider",
    radius: "authentik_providers_radius.radiusprovider",
    rac: "authentik_providers_rac.racprovider",
};

/** The model of an application's provider, e.g. `authentik_providers_proxy.proxyprovider`. */
export function providerModel(type: ProviderConfig["type"]): string {
    return models[type];
}

/** The provider of an application. */
export function declareProvider(application: ApplicationConfig): ProviderDeclaration {
    const { slug, provider } = application;
    switch (provider.type) {
        case "oidc":
            return oidcProvider(application, provider);
        case "saml":
            return samlProvider(provider);
        case "ldap":
            return ldapProvider(slug, provider);
        case "radius":
            return radiusProvider(slug, provider);
        case "rac":
            return racProvider(provider);
        default:
            return proxyProvider(provider);
    }
}
