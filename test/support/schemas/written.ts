import { isMap, isNode, isSeq, type Node, parseDocument, type Tags, visit } from "yaml";
import { attributeProblem } from "../../../authentik/models";

/** What a release does not take of a blueprint. Values behind a tag are known only to authentik. */
export function problemsOf(text: string, version: string): string[] {
    const customTags = (tags: Tags) => [
        ...tags,
        ...["!AtIndex", "!Condition", "!Env", "!File", "!Find", "!FindObject", "!Format", "!If", "!KeyOf"].flatMap(
            (tag) => [
                { tag, collection: "seq" as const, resolve: (node: Node) => node },
                { tag, resolve: (value: string) => value },
            ],
        ),
    ];
    const problems: string[] = [];
    visit(parseDocument(text, { customTags }), {
        Map: (_, entry) => {
            if (!entry.has("model")) return undefined;
            const model = String(entry.get("model"));
            if (model === "authentik_blueprints.metaapplyblueprint") return visit.SKIP;
            for (const part of [entry.get("identifiers"), entry.get("attrs")])
                for (const { key, value } of isMap(part) ? part.items : []) {
                    const name = String(key);
                    const problem = attributeProblem(model, name, isTagged(value) ? undefined : plain(value), version);
                    if (problem !== undefined) problems.push(`${name} ${problem}`);
                }
            return visit.SKIP;
        },
    });
    return problems;
}

function isTagged(node: unknown): boolean {
    return isNode(node) && node.tag?.startsWith("!") === true;
}

/** A value whose parts behind a tag, such as `!Find`, are the text that they stand for. */
function plain(node: unknown): unknown {
    if (isTagged(node)) return "found by authentik";
    if (isSeq(node)) return node.items.map(plain);
    return isNode(node) ? (node.toJSON() as unknown) : node;
}
