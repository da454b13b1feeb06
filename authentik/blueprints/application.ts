import { hiddenUrl } from "../applications";
import { unset, written } from "../attributes";
import { type ApplicationConfig, kindOf } from "../providers";
import type { Release } from "../releases";
import { type Blueprint, type BlueprintEntry, find, keyOf, requires } from "./document";

/** An application with its provider, and the group that may enter where one is named. */
export function applicationBlueprint(application: ApplicationConfig, release: Release): Blueprint {
    const { slug, name, icon, launchUrl = "", hidden, group } = application;
    const kind = kindOf(application);
    const { model } = kind;
    const declared = kind.declare(application, release);
    const passing = { ...declared.passing, ...written(model, application.provider.attributes) };
    return {
        name: `application-${slug}`,
        entries: [
            ...declared.requires.map(requires),
            ...(declared.before ?? []),
            {
                model,
                id: "provider",
                identifiers: { name: slug },
                attrs: { ...declared.attrs, ...passing },
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
                ...(declared.before ?? []).map(absent),
                { model, state: "absent", identifiers: { name: slug } },
            ],
            // Each by itself as well: the provider may do without one of them.
            ...Object.fromEntries(
                (declared.before ?? []).map((entry) => [
                    `${entry.model} ${Object.values(entry.identifiers ?? {}).join(" ")} of ${slug}`,
                    [absent(entry)],
                ]),
            ),
            ...Object.fromEntries(
                Object.keys(passing)
                    .filter((name) => !(name in declared.attrs) && unset(model, name) !== undefined)
                    .map((name) => [`${name} of provider ${slug} of ${model}`, [noLongerSet(model, slug, name)]]),
            ),
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

/** The provider may be gone by then, and must not be made again. */
function noLongerSet(model: string, slug: string, name: string): BlueprintEntry {
    const conditions = [find(model, ["name", slug])];
    return { model, conditions, identifiers: { name: slug }, attrs: { [name]: unset(model, name) } };
}

/** What removes an object again. */
function absent({ model, identifiers }: BlueprintEntry): BlueprintEntry {
    return { model, state: "absent", identifiers };
}
