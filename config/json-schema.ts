import { z } from "zod";
import { schema } from "./schema";

/** The parts of a JSON schema that are read here. */
export interface Node {
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

/** The configuration's keys as a JSON schema. */
export function keySchema(): Node {
    return z.toJSONSchema(schema, { target: "draft-7", io: "input", unrepresentable: "any" }) as Node;
}

/**
 * docs/configuration.schema.json: a JSON schema of the files `Pulumi.<stack>.yaml`, with which editors complete keys and mark
 * mistakes. It knows the form of values, not the rules between keys; and no key is required in it, since a Pulumi ESC
 * environment may have it.
 */
export function stackFileSchema(): object {
    const keys = Object.entries(keySchema().properties ?? {});
    return {
        $schema: "http://json-schema.org/draft-07/schema#",
        title: "Pulumi.<stack>.yaml of authentik-stack",
        type: "object",
        additionalProperties: false,
        properties: {
            config: {
                description: "the stack's configuration, with keys such as authentik-stack:url",
                type: "object",
                properties: Object.fromEntries(keys.map(([key, node]) => [`authentik-stack:${key}`, topLevel(node)])),
                // Those of providers, such as docker:host.
                patternProperties: { "^(?!authentik-stack:)[^:]+:[^:]+$": {} },
                additionalProperties: false,
            },
            // Source: pulumi/pulumi, sdk/go/common/workspace/project.go, ProjectStack.
            environment: { description: "environments of Pulumi ESC whose values are added to the configuration" },
            secretsprovider: { description: "what encrypts the secrets; Pulumi writes it", type: "string" },
            encryptedkey: { description: "the encrypted key of the secrets; Pulumi writes it", type: "string" },
            encryptionsalt: { description: "the salt of the passphrase; Pulumi writes it", type: "string" },
        },
    };
}

/** `pulumi config set` without `--path` writes all but text as text: `"false"`, or an object in JSON. */
function topLevel(node: Node): object {
    const { type = "object" } = node;
    if (type === "string") return encryptable(node);
    const pattern = type === "boolean" ? "^(true|false)$" : "^\\s*[{\\[]";
    return { ...encryptable(node), type: [type, "string"], pattern };
}

/** A schema that takes `{secure: ...}`, which stands for an encrypted text, wherever it takes any text. */
function encryptable(node: Node): object {
    const each = (nodes: Node[]) => nodes.map(encryptable);
    const isText = node.type === "string" && node.enum === undefined && node.const === undefined;
    return {
        ...node,
        ...(node.properties && { properties: mapped(node.properties) }),
        ...(node.items && { items: encryptable(node.items) }),
        ...(node.oneOf && { oneOf: each(node.oneOf) }),
        ...(node.anyOf && { anyOf: each(node.anyOf) }),
        ...(typeof node.additionalProperties === "object" && {
            additionalProperties: encryptable(node.additionalProperties),
        }),
        ...(isText && { type: ["string", "object"], ...secure }),
    };
}

const secure = {
    properties: {
        secure: { type: "string", description: "the encrypted text; `pulumi config set --secret` writes it" },
    },
    required: ["secure"],
    additionalProperties: false,
};

function mapped(nodes: Record<string, Node>): Record<string, object> {
    return Object.fromEntries(Object.entries(nodes).map(([key, node]) => [key, encryptable(node)]));
}
