import { display } from "../log";
import { isAlias, isMap, isPair, isScalar, isSeq, parseDocument, type Document, type Node } from "yaml";

/** A YAML tag of a blueprint, not resolved yet: `!Find [a, [b, c]]` is name "Find" with two arguments. */
export class Tag {
    constructor(
        readonly name: string,
        readonly args: Unresolved[],
    ) {}
}
/** A value in a blueprint, which may contain tags at any depth. */
export type Unresolved = string | number | boolean | null | Tag | Unresolved[] | { [key: string]: Unresolved };
/** Fields in a blueprint, which may contain tags at any depth. */
export type UnresolvedFields = Record<string, Unresolved>;

/** One entry of a blueprint. */
export interface Entry {
    model: Unresolved;
    id?: string;
    state: Unresolved;
    identifiers: UnresolvedFields;
    attrs: UnresolvedFields;
    conditions: Unresolved[];
    permissions: Unresolved[];
}
/** A blueprint file, read but not applied. */
export interface Blueprint {
    version: number;
    name: string;
    labels: Record<string, Unresolved>;
    context: UnresolvedFields;
    entries: Entry[];
}

/** Reads a blueprint; throws in the words of authentik's own parser where the text is empty or not YAML. */
export function parseBlueprint(text: string): Blueprint {
    // authentik's parser reads YAML 1.1, in which `yes` is true.
    const document = parseDocument(text, { version: "1.1", logLevel: "silent" });
    const [problem] = document.errors;
    if (problem !== undefined)
        throw new Error(`yaml.parser.ParserError: ${parserMessage(problem.code, problem.message)}`);
    const root = plain(document.contents, document);
    if (root === null) throw new Error("TypeError: argument of type 'NoneType' is not iterable");
    const { version = 1, metadata, context, entries } = fields(root);
    const listed = Array.isArray(entries)
        ? entries
        : Object.values(fields(entries ?? null)).flatMap((section) => section as Unresolved[]);
    const described = fields(metadata ?? null);
    return {
        version: Number(version),
        name: typeof described["name"] === "string" ? described["name"] : "",
        labels: fields(described["labels"] ?? null),
        context: fields(context ?? null),
        entries: listed.map(entryOf),
    };
}

/** An entry from its raw form, with everything optional filled in. */
export function entryOf(raw: Unresolved): Entry {
    const { model = "", id, state = "present", identifiers, attrs, conditions, permissions } = fields(raw);
    return {
        model,
        ...(typeof id === "string" ? { id } : {}),
        state,
        identifiers: fields(identifiers ?? null),
        attrs: fields(attrs ?? null),
        conditions: Array.isArray(conditions) ? conditions : [],
        permissions: Array.isArray(permissions) ? permissions : [],
    };
}

/** The value as fields; empty if it is not a mapping. */
export function fields(value: Unresolved): UnresolvedFields {
    return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Tag) ? value : {};
}

/** Every tag in a value, however deep. */
export function tagsIn(value: Unresolved): Tag[] {
    if (value instanceof Tag) return [value, ...value.args.flatMap(tagsIn)];
    if (typeof value !== "object" || value === null) return [];
    return Object.values(value).flatMap(tagsIn);
}

function plain(node: Node | null, document: Document): Unresolved {
    if (node === null) return null;
    if (isAlias(node)) return plain(node.resolve(document) ?? null, document);
    const tag = typeof node.tag === "string" && /^![A-Za-z]/.test(node.tag) ? node.tag.slice(1) : undefined;
    if (isSeq(node)) {
        const items = node.items.map((item) => plain(item as Node, document));
        return tag === undefined ? items : new Tag(tag, items);
    }
    if (isMap(node)) {
        return Object.fromEntries(
            node.items
                .filter(isPair)
                .map((pair) => [
                    display(plain(pair.key as Node, document)),
                    plain(pair.value as Node | null, document),
                ]),
        );
    }
    if (!isScalar(node)) return null;
    if (tag !== undefined) return new Tag(tag, [node.source ?? String(node.value)]);
    return node.value as Unresolved;
}

// What people search for is the message of authentik's parser; ours says the same in other words.
function parserMessage(code: string, message: string): string {
    return code === "BAD_INDENT" || /flow sequence|flow-collection|end with a \]/i.test(message)
        ? `while parsing a flow sequence: expected ',' or ']', but got '<stream end>' (${message})`
        : message;
}
