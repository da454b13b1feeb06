import type { ApplicationConfig, ProviderConfig } from "../../config/applications";
import { type Blueprint, type BlueprintEntry, find, keyOf, requires } from "./document";

/** An application with its provider, and the group that may enter where one is named. */
export function applicationBlueprint(application: ApplicationConfig): Blueprint {
    const { slug, name, icon, launchUrl, group, provider } = application;
    return {
        name: `application-${slug}`,
        entries: [
            requires("Default - Provider authorization flow (implicit consent)"),
            requires("Default - Provider invalidation flow"),
            providerEntry(slug, provider),
            {
                model: "authentik_core.application",
                id: "application",
                identifiers: { slug },
                attrs: {
                    name,
                    provider: keyOf("provider"),
                    meta_launch_url: launchUrl ?? "",
                    ...(icon === undefined ? {} : { meta_icon: icon }),
                    policy_engine_mode: "any",
                },
            },
            ...(group === undefined ? [] : mayEnter(group)),
        ],
    };
}

/** The model of an application's provider, e.g. `authentik_providers_proxy.proxyprovider`. */
export function providerModel(_type: ProviderConfig["type"]): string {
    return "authentik_providers_proxy.proxyprovider";
}

function providerEntry(slug: string, provider: ProviderConfig): BlueprintEntry {
    return {
        model: providerModel(provider.type),
        id: "provider",
        identifiers: { name: slug },
        attrs: {
            authorization_flow: find("authentik_flows.flow", [
                "slug",
                "default-provider-authorization-implicit-consent",
            ]),
            invalidation_flow: find("authentik_flows.flow", ["slug", "default-provider-invalidation-flow"]),
            ...proxyAttributes(provider),
        },
    };
}

function proxyAttributes(provider: ProviderConfig): Record<string, unknown> {
    return {
        mode: provider.type,
        external_host: provider.externalHost,
        internal_host: provider.type === "proxy" ? provider.internalHost : "",
        cookie_domain: provider.type === "forward_domain" ? provider.cookieDomain : "",
        skip_path_regex: provider.skipPaths.join("\n"),
    };
}

/** Only members of a group get in; without a binding everybody with an account does. */
function mayEnter(group: string): BlueprintEntry[] {
    return [
        { model: "authentik_core.group", id: "group", identifiers: { name: group } },
        {
            model: "authentik_policies.policybinding",
            identifiers: { order: 0, target: keyOf("application"), group: keyOf("group") },
            attrs: { enabled: true, negate: false, timeout: 30 },
        },
    ];
}
