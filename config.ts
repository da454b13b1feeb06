import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { formatProblems, type Path, type Problem, problemsOf } from "./config/problems";
import { checkRules } from "./config/rules";
import { type Config, schema } from "./config/schema";

/**
 * Reads and checks the stack's configuration: the only place that does.
 *
 * @throws pulumi.RunError that lists every problem, each with key, value and cure, before any resource is registered.
 */
export function loadConfig(): Config {
    const namespace = pulumi.getProject();
    const isSecret = (key: string) => isConfigSecret(`${namespace}:${key.split(/[.[]/)[0] ?? key}`);
    const { input, problems } = readKeys(namespace);
    const parsed = schema.safeParse(input);
    const found = [
        ...problems,
        ...(parsed.success ? checkRules(parsed.data) : problemsOf(parsed.error, input, knownPaths())),
        ...secretsInClear(input, isSecret),
    ];
    if (!parsed.success || found.length > 0) throw new pulumi.RunError(formatProblems(found, namespace, isSecret));
    return parsed.data;
}

/** True when the settings were set as a secret, wholly or in part: which part, Pulumi does not tell. */
export function hasSecretSettings(): boolean {
    return isConfigSecret(`${pulumi.getProject()}:settings`);
}

/** The Docker host that `docker:host` names, for what the provider cannot do; undefined leaves it to DOCKER_HOST. */
export function dockerHost(): string | undefined {
    return new pulumi.Config("docker").get("host");
}

// Exported by the runtime, but missing from its declarations: the only way to learn that a value was set as a secret.
const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret: (key: string) => boolean };

const mustBeStructured = "must be an object, a list or a switch; set its parts with `pulumi config set --path`";

/** Keys whose value is text; Pulumi hands every other one over as JSON. */
const textKeys = new Set(
    Object.entries(schema.shape)
        .filter(([, field]) => z.toJSONSchema(field, { unrepresentable: "any" }).type === "string")
        .map(([key]) => key),
);

/** Every value under the namespace: text where the schema wants text, else JSON as Pulumi keeps objects. */
function readKeys(namespace: string): { input: Record<string, unknown>; problems: Problem[] } {
    const input: Record<string, unknown> = {};
    const problems: Problem[] = [];
    for (const [name, text] of Object.entries(pulumi.runtime.allConfig())) {
        if (!name.startsWith(`${namespace}:`)) continue;
        const key = name.slice(namespace.length + 1);
        try {
            input[key] = textKeys.has(key) ? text : JSON.parse(text);
        } catch {
            if (key in schema.shape) problems.push({ key, value: text, cure: mustBeStructured });
            else input[key] = text;
        }
    }
    return { input, problems };
}

/** Secrets belong encrypted: a value under `secrets` that the stack's file holds in clear is a problem. */
function secretsInClear(input: Record<string, unknown>, isSecret: (key: string) => boolean): Problem[] {
    if (typeof input.secrets !== "object" || input.secrets === null || isSecret("secrets")) return [];
    return Object.keys(input.secrets).map((key) => ({
        key: `secrets.${key}`,
        value: "[in clear]",
        cure: `is in clear; choose a new value and set it with \`pulumi config set --secret --path 'secrets["${key}"]'\``,
    }));
}

/** Paths of the schema's keys, to name the neighbours of an unknown one. */
function knownPaths(): Path[] {
    return Object.keys(schema.shape).map((key) => [key]);
}
