import { parseDocument } from "yaml";
import { z } from "zod";
import { schema } from "./schema";

/** The parts of a JSON schema that the documentation shows. */
interface Node {
    type?: string;
    description?: string;
    default?: unknown;
    enum?: string[];
    const?: string;
    properties?: Record<string, Node>;
    required?: string[];
    items?: Node;
    oneOf?: Node[];
    anyOf?: Node[];
    additionalProperties?: Node | boolean;
}

interface Row {
    key: string;
    type: string;
    fallback: string;
    description: string;
}

/** The page docs/configuration.md. */
export function configurationPage(): string {
    const rows = rowsOf("", root());
    return [
        "# Configuration",
        "",
        "Every key of the stack, made from the schema in `config/` by `npm run docs`. Set one with",
        "`pulumi config set --path 'authentik-stack:server.memory' 2g`, or write it into `Pulumi.<stack>.yaml`.",
        "`[]` stands for each item of a list. A key without a default is needed when what it belongs to is there.",
        "",
        "| Key | Type | Default | What it is |",
        "| --- | --- | --- | --- |",
        ...rows.map(
            ({ key, type, fallback, description }) => `| \`${key}\` | ${type} | ${fallback} | ${description} |`,
        ),
        "",
    ].join("\n");
}

/** Pulumi.yaml with the keys, types and descriptions that `pulumi config` shows; the rest of the file stays. */
export function projectFile(text: string): string {
    const document = parseDocument(text);
    const keys = Object.entries(root().properties ?? {}).map(([key, node]) => [key, projectKey(node)]);
    document.set("config", document.createNode(Object.fromEntries(keys)));
    return document.toString({ lineWidth: 120 });
}

function root(): Node {
    return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Node;
}

/** Without a default Pulumi itself would ask for the key, apart from everything else the program finds missing. */
function projectKey(node: Node): Record<string, unknown> {
    const type = node.type ?? "object";
    const fallback = node.default ?? (type === "string" ? "" : {});
    return {
        type,
        description: node.description,
        default: fallback,
        ...(type === "array" ? { items: { type: "object" } } : {}),
    };
}

function rowsOf(prefix: string, node: Node): Row[] {
    return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
        const key = prefix === "" ? name : `${prefix}.${name}`;
        const required = node.required?.includes(name) ?? false;
        const own = {
            key,
            type: typeOf(child),
            fallback: fallbackOf(child, required),
            description: child.description ?? "",
        };
        return [own, ...childRows(key, child)];
    });
}

function childRows(key: string, node: Node): Row[] {
    if (node.items !== undefined) return childRows(`${key}[]`, node.items);
    const variants = node.oneOf ?? [];
    if (variants.length === 0) return rowsOf(key, node);
    const rows = variants.flatMap((variant) => rowsOf(key, variant).filter((row) => row.key !== `${key}.type`));
    return rows.filter((row, index) => rows.findIndex((other) => other.key === row.key) === index);
}

function typeOf(node: Node): string {
    const variants = node.oneOf?.map((variant) => variant.properties?.type?.const).filter((name) => name !== undefined);
    if (variants !== undefined && variants.length > 0)
        return `object with \`type\`: ${variants.map((name) => `\`${name}\``).join(", ")}`;
    if (node.enum !== undefined) return node.enum.map((value) => `\`${value}\``).join(", ");
    if (node.type === "array") return "list";
    return node.type ?? "text or number";
}

function fallbackOf(node: Node, required: boolean): string {
    if (node.default === undefined) return required ? "needed" : "none";
    const isEmpty = typeof node.default === "object" && JSON.stringify(node.default).length === 2;
    return isEmpty ? "empty" : `\`${JSON.stringify(node.default)}\``;
}
