import { isMap, isNode, type Node, parseDocument, type Tags, visit } from "yaml";
import { attributeProblem } from "./models";

/** What a release does not take of a blueprint. Values behind a tag are known only to authentik. */
export function problemsOf(text: string, version: string): string[] {
    const customTags = (tags: Tags) => [
        ...tags,
        ...["!Env", "!File", "!Find", "!Format", "!If", "!KeyOf"].flatMap((tag) => [
            { tag, collection: "seq" as const, resolve: (node: Node) => node },
            { tag, resolve: (value: string) => value },
        ]),
    ];
    const problems: string[] = [];
    visit(parseDocument(text, { customTags }), {
        Map: (_, entry) => {
            if (!entry.has("model")) return undefined;
            const model = String(entry.get("model"));
            if (model === "authentik_blueprints.metaapplyblueprint") return visit.SKIP;
            for (const part of [entry.get("identifiers"), entry.get("attrs")])
                for (const { key, value } of isMap(part) ? part.items : []) {
                    const isKnown = isNode(value) && value.tag?.startsWith("!") !== true;
                    const problem = attributeProblem(
                        model,
                        String(key),
                        isKnown ? (value.toJSON() as unknown) : undefined,
                        version,
                    );
                    if (problem !== undefined) problems.push(problem);
                }
            return visit.SKIP;
        },
    });
    return problems;
}
