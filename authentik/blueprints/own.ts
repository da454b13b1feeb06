import {
    type Document,
    isMap,
    isScalar,
    isSeq,
    type Node,
    parseDocument,
    visit,
    type YAMLMap,
    type YAMLSeq,
} from "yaml";
import type { Check } from "../checks";
import { secretPaths } from "./document";

/** Where the API lists objects of a model; `kind` when the list holds those of other models as well. */
const lists: [model: RegExp, path: string, kind?: "mixed"][] = [
    [/^authentik_blueprints\.blueprintinstance$/, "managed/blueprints"],
    [/^authentik_brands\.brand$/, "core/brands"],
    [/^authentik_core\.application$/, "core/applications"],
    [/^authentik_core\.group$/, "core/groups"],
    [/^authentik_core\.token$/, "core/tokens"],
    [/^authentik_core\.user$/, "core/users"],
    [/^authentik_crypto\.certificatekeypair$/, "crypto/certificatekeypairs"],
    [/^authentik_events\.notificationrule$/, "events/rules"],
    [/^authentik_events\.notificationtransport$/, "events/transports"],
    [/^authentik_flows\.flow$/, "flows/instances"],
    [/^authentik_outposts\.outpost$/, "outposts/instances"],
    [/^authentik_rbac\.role$/, "rbac/roles"],
    [/^authentik_\w+\.\w+mapping$/, "propertymappings/all", "mixed"],
    [/^authentik_policies_\w+\.\w+policy$/, "policies/all", "mixed"],
    [/^authentik_providers_\w+\.\w+provider$/, "providers/all", "mixed"],
    [/^authentik_sources_\w+\.\w+source$/, "sources/all", "mixed"],
    [/^authentik_stages_\w+\.\w+stage$/, "stages/all", "mixed"],
];

/** The fields that identify an object in such a list. */
const names = ["domain", "identifier", "managed", "name", "slug", "username"];

/**
 * What the API must answer after a blueprint of the user's was applied: its objects exist. Entries without a checkable
 * object (a condition, `state: absent`, no plain name) are left to `ak apply_blueprint`.
 *
 * @param path what messages call the blueprint.
 * @param server URL of authentik's server inside its networks.
 */
export function ownBlueprintChecks(path: string, text: string, server: string): Check[] {
    return entriesOf(parseDocument(text, { logLevel: "silent" })).flatMap((entry): Check[] => {
        const model = String(entry.get("model")).toLowerCase();
        const [, list, kind] = lists.find(([pattern]) => pattern.test(model)) ?? [];
        const name = plainNames(entry.get("identifiers"));
        if (list === undefined || Object.keys(name).length === 0 || entry.has("conditions")) return [];
        if (entry.get("state") === "absent") return [];
        // A list that does not know a field as a filter shows everything.
        const query = new URLSearchParams({ superuser_full_list: "true", page_size: "1000", ...name }).toString();
        return [
            {
                name: `${model} ${Object.values(name).join(" ")} of ${path}`,
                url: `${server}/api/v3/${list}/?${query}`,
                token: secretPaths.apiToken,
                status: 200,
                result: { ...name, ...(kind === "mixed" ? { meta_model_name: model } : {}) },
            },
        ];
    });
}

/** Why a text is not a blueprint; undefined when it is one. */
export function blueprintProblem(text: string): string | undefined {
    const document = parseDocument(text, { logLevel: "silent" });
    const [error] = document.errors;
    if (error !== undefined) return `is not YAML: ${error.message.split("\n")[0] ?? ""}`;
    if (!isMap(document.contents) || document.get("version") !== 1 || listsOf(document) === undefined)
        return "is not a blueprint: it needs `version: 1` and a list `entries`, or sections of lists";
    return undefined;
}

/**
 * The variables and files that a blueprint reads and has no default for: authentik takes an unset one for null, and says
 * nothing. Source: Env and File in authentik/blueprints/v1/common.py.
 */
export function readsOf(text: string): { variables: string[]; files: string[] } {
    const found: Record<string, Set<string>> = { "!Env": new Set(), "!File": new Set() };
    visit(parseDocument(text, { logLevel: "silent" }), {
        Node: (_, node) => {
            const read = found[node.tag ?? ""];
            const name = read && withoutDefault(node);
            if (name !== undefined) read?.add(name);
        },
    });
    return { variables: [...(found["!Env"] ?? [])], files: [...(found["!File"] ?? [])] };
}

/** `!Env NAME`, or `!Env [NAME, null]`; undefined when there is a default, or the name is computed. */
function withoutDefault(node: Node): string | undefined {
    const [name, fallback] = isSeq(node) ? node.items : [node, undefined];
    const hasDefault = fallback !== undefined && !(isScalar(fallback) && fallback.value === null);
    return isScalar(name) && !hasDefault ? String(name.value) : undefined;
}

function entriesOf(document: Document.Parsed): YAMLMap[] {
    const items = (listsOf(document) ?? []).flatMap((list) => list.items);
    return items.filter((item): item is YAMLMap => isMap(item));
}

/** The lists of entries: one, or one a section. Source: authentik/blueprints/v1/common.py, `Blueprint.entries`. */
function listsOf(document: Document.Parsed): YAMLSeq[] | undefined {
    const entries = document.get("entries");
    if (isSeq(entries)) return [entries];
    if (!isMap(entries)) return undefined;
    const lists = entries.items.map(({ value }) => value);
    return lists.every((list): list is YAMLSeq => isSeq(list)) ? lists : undefined;
}

function plainNames(identifiers: unknown): Record<string, string> {
    if (!isMap(identifiers)) return {};
    return Object.fromEntries(
        identifiers.items.flatMap(({ key, value }) =>
            // authentik evaluates its own tags (`!Format`, `!Find`) only when it applies the blueprint.
            names.includes(String(key)) && isScalar(value) && value.tag?.startsWith("!") !== true
                ? [[String(key), String(value.value)]]
                : [],
        ),
    );
}
