import { accessOf } from "../access";
import { hiddenUrl } from "../applications";
import { unset, written } from "../attributes";
import { type ApplicationConfig, kindOf } from "../providers";
import type { Release } from "../releases";
import { entitled, mayEnter, mayNoLongerEnter, noLongerEntitled } from "./access";
import { type Blueprint, type BlueprintEntry, find, keyOf, requires } from "./document";

const applications = "authentik_core.application";

/** An application with its provider, and who may enter where that is configured. */
export function applicationBlueprint(application: ApplicationConfig, release: Release): Blueprint {
    const { slug, name, icon, launchUrl = "", hidden, entitlements } = application;
    const kind = kindOf(application);
    const { model } = kind;
    const declared = kind.declare(application, release);
    const passing = { ...declared.passing, ...written(model, application.provider.attributes) };
    const access = accessOf(application, kind.account?.(application));
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
                model: applications,
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
                    ...Object.fromEntries(shown(application).map(({ attribute, value }) => [attribute, value])),
                    ...(access && { policy_engine_mode: access.mode }),
                },
            },
            ...(access === undefined ? [] : mayEnter(access)),
            ...entitled(entitlements),
        ],
        owned: {
            [`application ${slug}`]: [absent({ model: applications, identifiers: { slug } })],
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
                    .map((name) => [
                        `${name} of provider ${slug} of ${model}`,
                        [again(model, { name: slug }, { [name]: unset(model, name) })],
                    ]),
            ),
            ...Object.fromEntries(
                shown(application).map(({ attribute, none }) => [
                    `${attribute} of application ${slug}`,
                    [again(applications, { slug }, { [attribute]: none })],
                ]),
            ),
            ...(access && mayNoLongerEnter(slug, access)),
            ...noLongerEntitled(slug, entitlements),
        },
    };
}

/** How authentik's page of applications shows it, where that is configured, and what each attribute is without. */
function shown({ libraryGroup, description, publisher, openInNewTab }: ApplicationConfig) {
    return [
        { attribute: "group", value: libraryGroup, none: "" },
        { attribute: "meta_description", value: description, none: "" },
        { attribute: "meta_publisher", value: publisher, none: "" },
        { attribute: "open_in_new_tab", value: openInNewTab, none: false },
    ].filter(({ value }) => value !== undefined);
}

/** What gives an object attributes it had before. It may be gone by then, and must not be made again. */
function again(model: string, identifiers: Record<string, string>, attrs: Record<string, unknown>): BlueprintEntry {
    return { model, conditions: Object.entries(identifiers).map((by) => find(model, by)), identifiers, attrs };
}

/** What removes an object again. */
function absent({ model, identifiers }: BlueprintEntry): BlueprintEntry {
    return { model, state: "absent", identifiers };
}
