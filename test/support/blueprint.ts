import { type CollectionTag, parseDocument, type ScalarTag } from "yaml";

/** A tag of authentik's blueprints, as read back from the text. */
export interface Tagged {
    tag: string;
    value: unknown;
}

/** An entry of a blueprint, as authentik's importer sees it. */
export interface ParsedEntry {
    model: string;
    id?: string;
    state?: string;
    conditions?: unknown[];
    identifiers?: Record<string, unknown>;
    attrs: Record<string, unknown>;
}

/** A blueprint, read back as authentik reads it. */
export interface ParsedBlueprint {
    version: number;
    metadata: { name: string };
    entries: ParsedEntry[];
}

const scalarTag = (tag: string): ScalarTag => ({ tag, resolve: (value) => ({ tag, value }) });
const sequenceTag = (tag: string): CollectionTag => ({
    tag,
    collection: "seq",
    resolve: (node) => ({ tag, value: node.toJSON() as unknown }),
});

/** Reads a blueprint as authentik does: YAML 1.1, where `on` is true, with its own tags; another tag is an error. */
export function parseBlueprint(text: string): ParsedBlueprint {
    const customTags = [
        ...["!KeyOf", "!File"].map(scalarTag),
        ...["!Find", "!FindObject", "!Format", "!Condition", "!If", "!AtIndex"].map(sequenceTag),
    ];
    const document = parseDocument(text, { version: "1.1", customTags });
    const [trouble] = [...document.errors, ...document.warnings];
    if (trouble !== undefined) throw trouble;
    return document.toJS() as ParsedBlueprint;
}

/** The one entry of a model. */
export function entryOf(blueprint: ParsedBlueprint, model: string): ParsedEntry {
    const found = blueprint.entries.filter((entry) => entry.model === model);
    const [entry] = found;
    if (entry === undefined || found.length > 1) throw new Error(`${found.length} entries of ${model}`);
    return entry;
}

/** Names of authentik's own blueprints that a blueprint has applied first. */
export function requiredBy({ entries }: ParsedBlueprint): string[] {
    return entries
        .filter(({ model }) => model === "authentik_blueprints.metaapplyblueprint")
        .map(({ attrs }) => (attrs.identifiers as { name: string }).name);
}

/** What `!Find` with one condition reads back as. */
export function found(model: string, field: string, value: string): Tagged {
    return { tag: "!Find", value: [model, [field, value]] };
}
