import type { Stack } from "@pulumi/pulumi/automation";
import { nameOf } from "../../../cli/stack/events";

/** Every value that the stack's state holds of generated secrets, by the resource's name. */
export async function secretValues(stack: Stack): Promise<Map<string, string>> {
    const { deployment } = (await stack.exportStack()) as {
        deployment: { resources: { urn: string; type: string; outputs?: { result?: unknown } }[] };
    };
    const generated = deployment.resources.filter(({ type }) => type.startsWith("random:"));
    return new Map(generated.map(({ urn, outputs }) => [nameOf(urn), plaintext(outputs?.result)]));
}

/** Names of the secrets that a text shows: in plain text, URL-encoded, or as base64 of anything that contains them. */
export function findLeaks(text: string, secrets: Map<string, string>): string[] {
    return [...secrets].filter(([, value]) => formsOf(value).some((form) => text.includes(form))).map(([name]) => name);
}

function formsOf(value: string): string[] {
    return [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1), ...base64Forms(value)];
}

/** Base64 depends on how many bytes stand before: of the three possible forms the part that depends on nothing else. */
function base64Forms(value: string): string[] {
    return [0, 1, 2].flatMap((before) => {
        const encoded = Buffer.from("\0".repeat(before) + value);
        const text = encoded.toString("base64");
        const inner = text.slice(Math.ceil((before * 4) / 3), Math.floor((encoded.length * 4) / 3) - 1);
        return [inner, inner.replaceAll("+", "-").replaceAll("/", "_")];
    });
}

/** A secret as the exported state holds it: JSON inside a marked object. */
function plaintext(value: unknown): string {
    const { plaintext: json } = value as { plaintext?: string };
    const text = (json === undefined ? value : JSON.parse(json)) as unknown;
    if (typeof text !== "string" || text.length < 20) throw new Error("a generated secret is no long text");
    return text;
}
