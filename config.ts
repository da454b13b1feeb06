import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { formatPath, formatProblems, isObject, type Problem, problemsOf } from "./config/problems";
import { checkRules } from "./config/rules";
import { type Config, type ConfigInput, schema } from "./config/schema";

/**
 * Reads and checks the stack's configuration: the only place that does.
 *
 * @throws pulumi.RunError that lists every problem, each with key, value and cure, before any resource is registered.
 */
export function loadConfig(): Config {
    const namespace = pulumi.getProject();
    const { input, problems } = readKeys(namespace);
    const sound = parseKeys(input, problems);
    problems.push(...checkRules(sound), ...secretsInClear(input));
    if (problems.length > 0) throw new pulumi.RunError(formatProblems(problems, namespace, isSecret));
    return sound as Config;
}

/**
 * The configuration of an AuthentikStack from plain values, for programs that use the components as a library: defaults
 * are filled in, and everything is checked as in a stack's file. Only `secrets` may be outputs.
 *
 * @throws pulumi.RunError that lists every problem, each with key, value and cure.
 */
export function stackConfig({ secrets, ...values }: ConfigInput): Config {
    const problems = Object.keys(values)
        .filter((key) => !Object.hasOwn(schema.shape, key))
        .map((key): Problem => ({ key: formatPath([key]), value: undefined, cure: unknownKey }));
    // What is not known yet cannot be checked; what it is for can.
    const known = (given: object) => Object.entries(given).filter(([, value]) => !isPending(value));
    const checked = isObject(secrets) ? Object.fromEntries(known(secrets)) : secrets;
    const sound = parseKeys({ ...values, secrets: checked }, problems);
    if (sound.secrets !== undefined && isObject(secrets)) sound.secrets = secrets;
    problems.push(...checkRules(sound));
    const hides = (key: string) => /^(secrets|settings)\b/.test(key);
    if (problems.length > 0) throw new pulumi.RunError(formatProblems(problems, "stackConfig", hides));
    return sound as Config;
}

/** A value that is known later. */
function isPending(value: unknown): boolean {
    return pulumi.Output.isInstance(value) || value instanceof Promise;
}

/** True when the settings were set as a secret, wholly or in part: which part, Pulumi does not tell. */
export function hasSecretSettings(): boolean {
    return isConfigSecret(`${pulumi.getProject()}:settings`);
}

/**
 * The Docker host that `docker:host` names, for what the provider cannot do; undefined leaves it to DOCKER_HOST.
 *
 * @throws pulumi.RunError when it is no URL.
 */
export function dockerHost(): string | undefined {
    const host = new pulumi.Config("docker").get("host");
    if (host === undefined || /^(unix|tcp|ssh|npipe):\/\//.test(host)) return host;
    throw new pulumi.RunError(
        `docker:host = "${host}" must be a URL such as unix:///var/run/docker.sock or ssh://user@host`,
    );
}

// Exported by the runtime, but missing from its declarations: the only way to learn that a value was set as a secret.
const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret: (key: string) => boolean };

const unknownKey = "is no key of this program; docs/configuration.md lists all";
const mustBeStructured = "must be an object, a list or a switch; set its parts with `pulumi config set --path`";

/** Keys whose value is text; Pulumi hands every other one over as JSON. */
const textKeys = new Set(
    Object.entries(schema.shape)
        .filter(([, field]) => z.toJSONSchema(field, { unrepresentable: "any" }).type === "string")
        .map(([key]) => key),
);

/** A value that no message may show: what was set as a secret, and what should have been. */
function isSecret(key: string): boolean {
    const [top = key] = key.split(/[.[]/);
    return top === "secrets" || isConfigSecret(`${pulumi.getProject()}:${top}`);
}

/** The keys that are sound, each checked by itself; what is wrong with the others is added to the problems. */
function parseKeys(input: Record<string, unknown>, problems: Problem[]): Partial<Config> {
    const sound: Record<string, unknown> = {};
    for (const [key, field] of Object.entries(schema.shape)) {
        if (problems.some((problem) => problem.key === key)) continue;
        const parsed = field.safeParse(input[key]);
        if (parsed.success) sound[key] = parsed.data;
        else problems.push(...problemsOf(parsed.error, key, input[key]));
    }
    return sound;
}

/** Every value under the namespace: text where the schema wants text, else JSON as Pulumi keeps objects. */
function readKeys(namespace: string): { input: Record<string, unknown>; problems: Problem[] } {
    const input: Record<string, unknown> = {};
    const problems: Problem[] = [];
    for (const [name, text] of Object.entries(pulumi.runtime.allConfig())) {
        if (!name.startsWith(`${namespace}:`)) continue;
        const key = name.slice(namespace.length + 1);
        if (!Object.hasOwn(schema.shape, key)) {
            problems.push({ key: formatPath([key]), value: text, cure: unknownKey });
            continue;
        }
        try {
            input[key] = textKeys.has(key) ? text : JSON.parse(text);
        } catch {
            problems.push({ key, value: text, cure: mustBeStructured });
        }
    }
    return { input, problems };
}

/** Secrets belong encrypted: a value under `secrets` that the stack's file holds in clear is a problem. */
function secretsInClear(input: Record<string, unknown>): Problem[] {
    const { secrets } = input;
    if (typeof secrets !== "object" || secrets === null || isConfigSecret(`${pulumi.getProject()}:secrets`)) return [];
    return Object.keys(secrets).map((key) => ({
        key: `secrets.${key}`,
        value: "",
        cure: `is in clear; choose a new value and set it with \`pulumi config set --secret --path 'secrets["${key}"]'\``,
    }));
}
