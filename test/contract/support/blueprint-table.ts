/** The two flows that every provider needs. */
export const flows = `authorization_flow: !Find [authentik_flows.flow, [slug, default-provider-authorization-implicit-consent]]
      invalidation_flow: !Find [authentik_flows.flow, [slug, default-provider-invalidation-flow]]`;
const prepared = ["Default - Provider authorization flow (implicit consent)", "Default - Provider invalidation flow"]
    .map(
        (name) =>
            `  - model: authentik_blueprints.metaapplyblueprint\n    attrs: {identifiers: {name: "${name}"}, required: true}\n`,
    )
    .join("");

/** A blueprint of these entries, with the flows they need applied first. */
export function document(entries: string): string {
    return `version: 1\nmetadata: {name: ct}\nentries:\n${prepared}${entries}`;
}

/** One entry of a blueprint. */
export function entry(model: string, identifiers: string, attrs: string, more = ""): string {
    return `  - model: ${model}\n    identifiers: ${identifiers}\n    attrs:\n      ${attrs}\n${more}`;
}

/** Each file with the exit code of the real `ak apply_blueprint` and what its last lines hold. */
export const applyTable: [name: string, text: string, code: number, says: string[]][] = [
    ["a YAML syntax error", "version: 1\nentries: [1, 2\n", 1, ["expected ',' or ']', but got '<stream end>'"]],
    ["an empty file", "", 1, ["TypeError: argument of type 'NoneType' is not iterable"]],
    ["version: 9", "version: 9\nentries: []\n", 1, ["Blueprint invalid", "Invalid blueprint version"]],
    [
        "an unknown model",
        document(entry("authentik_core.nosuchmodel", "{name: x}", "name: x")),
        1,
        [
            "Blueprint invalid",
            "App or Model does not exist: {'app': 'authentik_core', 'model': 'nosuchmodel'",
            "Blueprint validation failed",
        ],
    ],
    [
        "a !Find that finds nothing for a required field",
        document(
            entry(
                "authentik_providers_oauth2.oauth2provider",
                "{name: x}",
                `authorization_flow: !Find [authentik_flows.flow, [slug, nothing]]
      invalidation_flow: !Find [authentik_flows.flow, [slug, default-provider-invalidation-flow]]
      redirect_uris: []`,
            ),
        ),
        1,
        [
            "Entry invalid: Serializer errors {'authorization_flow': [ErrorDetail(string='This field may not be null.', code='null')]}",
        ],
    ],
    [
        "a !Find that finds nothing for a field that may be null",
        document(
            entry(
                "authentik_core.application",
                "{slug: ct-null}",
                "name: x\n      provider: !Find [authentik_core.provider, [name, nothing]]",
            ),
        ),
        0,
        [],
    ],
    [
        "a !KeyOf of an unknown id",
        document(entry("authentik_core.application", "{slug: ct-keyof}", "name: x\n      provider: !KeyOf nothere")),
        1,
        ["Traceback", "EntryInvalidError: KeyOf: failed to find entry with `id` of `nothere`"],
    ],
    [
        "a !File that is not there",
        document(entry("authentik_core.group", "{name: ct-file}", "attributes: {from: !File /run/secrets/not-there}")),
        0,
        ["Failed to read file. Falling back to default value"],
    ],
    [
        "an unknown attribute",
        document(entry("authentik_core.group", "{name: ct-unknown}", "no_such_attribute: 1")),
        0,
        [],
    ],
    [
        "a bad value",
        document(entry("authentik_core.user", "{username: ct-bad}", "name: x\n      email: not-an-address")),
        1,
        ["Blueprint invalid", "{'email': ['Enter a valid email address.']}"],
    ],
    [
        "metaapplyblueprint of a blueprint that nobody has",
        "version: 1\nentries:\n  - model: authentik_blueprints.metaapplyblueprint\n    attrs: {identifiers: {name: nobody}, required: true}\n",
        1,
        ["Required blueprint does not exist"],
    ],
    [
        "a new outpost with a key of our own as text",
        document(
            entry(
                "authentik_outposts.outpost",
                "{pk: 22222222-2222-4333-8444-0000000000aa}",
                "name: ct-pk\n      type: proxy\n      providers: []\n      config: {authentik_host: ''}",
            ),
        ),
        1,
        ["'str' object has no attribute 'hex'"],
    ],
];
