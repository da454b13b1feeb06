import { accessOf } from "../access";
import { hiddenUrl } from "../applications";
import { unset, written } from "../attributes";
import { type ApplicationConfig, kindOf } from "../providers";
import type { ProviderDeclaration } from "../providers/kind";
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
            ...(declared.after ?? []).map(({ passing: more, attrs, ...part }) => ({
                ...part,
                attrs: { ...attrs, ...more },
            })),
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
                resettable(model, declared.attrs, passing).map((name) => [
                    `${name} of provider ${slug} of ${model}`,
                    [again(model, { name: slug }, { [name]: unset(model, name) })],
                ]),
            ),
            ...partsOf(slug, model, declared.after ?? []),
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
function again(model: string, identifiers: Record<string, unknown>, attrs: Record<string, unknown>): BlueprintEntry {
    return { model, conditions: [find(model, ...Object.entries(identifiers))], identifiers, attrs };
}

/** The attributes that are authentik's own again once they are not declared any more. */
function resettable(model: string, attrs: object, passing: object): string[] {
    return Object.keys(passing).filter((name) => !(name in attrs) && unset(model, name) !== undefined);
}

/** What removes the parts of a provider, and what puts back each of their attributes. */
function partsOf(slug: string, of: string, parts: ProviderDeclaration["after"] & object) {
    const provider = find(of, ["name", slug]);
    return Object.fromEntries(
        parts.flatMap(({ model, identifiers: { name }, attrs, passing }): [string, BlueprintEntry[]][] => {
            const identifiers = { name, provider };
            const called = `${model} ${name} of ${slug}`;
            const resets = resettable(model, attrs, passing);
            return [
                [called, [{ model, state: "absent", conditions: [provider], identifiers }]],
                ...resets.map((attribute): [string, BlueprintEntry[]] => [
                    `${attribute} of ${called}`,
                    [again(model, identifiers, { [attribute]: unset(model, attribute) })],
                ]),
            ];
        }),
    );
}

/** What removes an object again. */
function absent({ model, identifiers }: BlueprintEntry): BlueprintEntry {
    return { model, state: "absent", identifiers };
}
