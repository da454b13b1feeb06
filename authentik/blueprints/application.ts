import { hiddenUrl } from "../applications";
import { written } from "../attributes";
import { type ApplicationConfig, kindOf } from "../providers";
import type { Release } from "../releases";
import { type Blueprint, type BlueprintEntry, find, keyOf, requires } from "./document";

/** An application with its provider, and the group that may enter where one is named. */
export function applicationBlueprint(application: ApplicationConfig, release: Release): Blueprint {
    const { slug, name, icon, launchUrl = "", hidden, group } = application;
    const kind = kindOf(application);
    const { model } = kind;
    const declared = kind.declare(application, release);
    return {
        name: `application-${slug}`,
        entries: [
            ...declared.requires.map(requires),
            ...(declared.before ?? []),
            {
                model,
                id: "provider",
                identifiers: { name: slug },
                attrs: { ...declared.attrs, ...written(model, application.provider.attributes) },
                ...(declared.permissions && { permissions: declared.permissions }),
            },
            ...(declared.after ?? []),
            {
                model: "authentik_core.application",
                id: "application",
                identifiers: { slug },
                attrs: {
                    name,
                    ...(kind.signsIn
                        ? { provider: keyOf("provider") }
                        : { backchannel_providers: [keyOf("provider")] }),
                    meta_launch_url: hidden && !release.hasHide ? hiddenUrl : launchUrl,
                    ...(release.hasHide ? { meta_hide: hidden } : {}),
                    ...(icon === undefined ? {} : { [release.iconAttribute]: icon }),
                    policy_engine_mode: "any",
                },
            },
            ...(group === undefined ? [] : mayEnter(group)),
        ],
        owned: {
            [`application ${slug}`]: [absent({ model: "authentik_core.application", identifiers: { slug } })],
            [`provider ${slug} of ${model}`]: [
                ...[...(declared.before ?? [])].map(({ model, identifiers }): BlueprintEntry => ({
                    model,
                    state: "absent",
                    identifiers,
                })),
                { model, state: "absent", identifiers: { name: slug } },
            ],
            ...(group === undefined
                ? {}
                : { [`group ${group} at application ${slug}`]: [mayNoLongerEnter(slug, group)] }),
        },
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

/** The group itself stays: its members are the user's own. */
function mayNoLongerEnter(slug: string, group: string): BlueprintEntry {
    const target = find("authentik_core.application", ["slug", slug]);
    return {
        model: "authentik_policies.policybinding",
        state: "absent",
        identifiers: { order: 0, target, group: find("authentik_core.group", ["name", group]) },
    };
}

/** What removes an object again. */
function absent({ model, identifiers }: BlueprintEntry): BlueprintEntry {
    return { model, state: "absent", identifiers };
}
