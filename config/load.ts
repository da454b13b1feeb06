import { existsSync, readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { z } from "zod";
import { isSecretAttribute } from "../authentik/attributes";
import { fitsFile, isReference, isSecretSetting, leavesOf, type SettingsTree } from "../authentik/settings";
import {
    formatPath,
    formatProblems,
    isObject,
    type Problem,
    problemsOf,
    unknownKey,
    valueAt,
} from "../ground/problems";
import { checkRules } from "./rules";
import { type Config, type ConfigInput, schema } from "./schema";

/** A stack's configuration as Pulumi hands it over. */
export interface GivenConfig {
    /** Name of the project, which every key of this program begins with. */
    namespace: string;
    /** Values by key: text, or JSON for everything else. */
    values: Record<string, string>;
    /** Whether the value of a key was set as a secret, wholly or in part. */
    isSecret: (key: string) => boolean;
    /** Which settings were set as secrets; undefined when that is not known. */
    secretSettings: () => string[] | undefined;
    /** Which parts of a key the stack's file holds in plain text beside encrypted ones, as paths of keys. Default: nobody knows of any. */
    inClear?: (key: "settings" | "secrets") => string[];
}

/**
 * Reads and checks the stack's configuration: the only place that does.
 *
 * @param given Default: what Pulumi hands to the program that it runs.
 * @throws pulumi.RunError that lists every problem, each with key, value and cure, before any resource is registered.
 */
export function loadConfig(given: GivenConfig = givenToProgram()): Config {
    const { namespace } = given;
    refuseOthers(given);
    const isSet = (key: string) => given.isSecret(`${namespace}:${key}`);
    const { input, problems } = readKeys(given);
    const sound = parseKeys(input, problems);
    const encrypted = isSet("settings") ? given.secretSettings() : [];
    // Pulumi only says that something in a key is encrypted, not what.
    const isInClear = (key: "settings" | "secrets") => {
        const known = given.inClear?.(key) ?? [];
        return (part: string) => !isSet(key) || known.includes(part);
    };
    problems.push(
        ...checkRules(sound),
        ...secretsInClear(input, isInClear("secrets")),
        ...(sound.settings === undefined ? [] : settingProblems(sound.settings, isInClear("settings"), encrypted)),
    );
    if (problems.length > 0) throw new pulumi.RunError(formatProblems(problems, namespace, (key) => hides(key, isSet)));
    return sound as Config;
}

/** A copy of this project may have another name, as `pulumi new` asks for one; its files then still have keys with the first one. */
function refuseOthers({ namespace, values }: GivenConfig): void {
    const first = "authentik-stack";
    if (namespace === first || !Object.keys(values).some((name) => name.startsWith(`${first}:`))) return;
    throw new pulumi.RunError(
        `The project is called ${namespace} in Pulumi.yaml, so each key of its configuration begins with ${namespace}:, but the ` +
            `stack's file has keys that begin with ${first}:. Rename them: ` +
            `sed -i 's/${first}:/${namespace}:/' Pulumi.*.yaml Pulumi.*.example`,
    );
}

function givenToProgram(): GivenConfig {
    return {
        namespace: pulumi.getProject(),
        values: pulumi.runtime.allConfig(),
        isSecret: isConfigSecret,
        secretSettings,
        inClear,
    };
}

/**
 * The configuration of an AuthentikStack from plain values, for programs that use the components as a library: defaults
 * are filled in, and everything is checked as in a stack's file. Only `secrets` may be outputs.
 *
 * @throws pulumi.RunError that lists every problem, each with key, value and cure.
 * @example
 * const checked = stackConfig({ url: "https://auth.example.com", admin: { email: "admin@example.com" }, prefix: "staging-" });
 */
export function stackConfig(input: ConfigInput): Config {
    const { secrets, ...given } = withValues(input) as ConfigInput;
    const problems = Object.keys(given)
        .filter((key) => !Object.hasOwn(schema.shape, key))
        .map((key): Problem => ({ key: formatPath([key]), value: undefined, cure: unknownKey }));
    // Outputs are unknown here: their keys are checked, their values are not.
    const known = (given: object) => Object.entries(given).filter(([, value]) => !isPending(value));
    const checked = isObject(secrets) ? Object.fromEntries(known(secrets)) : secrets;
    const sound = parseKeys({ ...given, secrets: checked }, problems);
    if (sound.secrets !== undefined && isObject(secrets)) sound.secrets = secrets;
    problems.push(...checkRules(sound));
    const isSet = (key: string) => key === "settings";
    if (problems.length > 0)
        throw new pulumi.RunError(formatProblems(problems, "stackConfig", (key) => hides(key, isSet)));
    return sound as Config;
}

/** The same without keys that have no value, which a program may well have: they are as if they were missing. */
function withValues(value: unknown): unknown {
    if (Array.isArray(value)) return Array.from(value, withValues);
    if (!isObject(value) || isPending(value)) return value;
    return Object.fromEntries(
        Object.entries(value).flatMap(([key, inner]) => (inner === undefined ? [] : [[key, withValues(inner)]])),
    );
}

/** A value that is only known later. */
function isPending(value: unknown): boolean {
    return pulumi.Output.isInstance(value) || value instanceof Promise;
}

/**
 * The settings that the stack's file holds encrypted, each by its name such as `email.password`. Pulumi tells the program only
 * that something in `settings` is; undefined where the file does not have them, as with Pulumi ESC, or encrypts them all as one.
 */
export function secretSettings(): string[] | undefined {
    const found = leavesInFile("settings");
    const encrypted = found?.filter(isEncrypted).map(({ name }) => name.replace(/\.?secure$/, ""));
    return encrypted?.includes("") === true ? undefined : encrypted;
}

function inClear(key: string): string[] {
    const found = leavesInFile(key) ?? [];
    return found.filter((leaf) => !isEncrypted(leaf)).map(({ path }) => formatPath([key, ...path]));
}

/** What the stack's file has in a key; undefined where it does not have that key. */
function leavesInFile(key: string): ReturnType<typeof leavesOf> | undefined {
    const file = `Pulumi.${pulumi.getStack()}.yaml`;
    if (!existsSync(file)) return undefined;
    const written = parse(readFileSync(file, "utf8")) as { config?: Record<string, unknown> } | null;
    const found = written?.config?.[`${pulumi.getProject()}:${key}`];
    return isObject(found) ? leavesOf(found) : undefined;
}

function isEncrypted({ path }: { path: (string | number)[] }): boolean {
    return path.at(-1) === "secure";
}

// Exported by the runtime, but missing from its declarations: the only way to learn that a value was set as a secret.
const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret: (key: string) => boolean };

const mustBeStructured = "must be an object, a list, or true or false; set its parts with `pulumi config set --path`";

/** Keys whose value is text; Pulumi hands every other one over as JSON. */
const textKeys = new Set(
    Object.entries(schema.shape)
        .filter(([, field]) => {
            const inner = field instanceof z.ZodDefault ? field.unwrap() : field;
            return inner instanceof z.ZodString || inner instanceof z.ZodEnum;
        })
        .map(([key]) => key),
);

/** A value that no message may show: what was set as a secret, and what should have been. */
function hides(key: string, isSet: (top: string) => boolean): boolean {
    const [top = key, ...levels] = key.split(/[.[\]]+/);
    const [, , ...ofOutpost] = levels;
    const setting = top === "settings" ? levels : top === "outposts" && levels[1] === "settings" ? ofOutpost : [];
    const isSecret =
        isSecretSetting(setting.join(".").toLowerCase()) ||
        (levels.includes("attributes") && isSecretAttribute(levels.at(-1) ?? ""));
    return top === "secrets" || isSet(top) || isSecret;
}

/** Keys that have another place now, and what to do about each. */
const movedKeys = {
    "gateway.certificates": "has another place now: move the list, as it is, to the key `certificates`",
};

/** The keys that are sound, each checked by itself; what is wrong with the others is added to the problems. */
function parseKeys(input: Record<string, unknown>, problems: Problem[]): Partial<Config> {
    const sound: Record<string, unknown> = {};
    for (const [key, field] of Object.entries(schema.shape)) {
        if (problems.some((problem) => problem.key === key)) continue;
        // Pulumi.yaml has a default for every key, so that Pulumi does not ask: of a section that may be missing, an empty one.
        const isMissing =
            field instanceof z.ZodOptional && isObject(input[key]) && Object.keys(input[key]).length === 0;
        const parsed = field.safeParse(isMissing ? undefined : input[key]);
        if (parsed.success) sound[key] = parsed.data;
        else problems.push(...problemsOf(parsed.error, key, input[key], movedKeys));
    }
    return { ...sound, ...movedFrom(input, sound) };
}

/** What a moved list has, as if it were moved already: what else is said would be about keys of it. Undefined where it is wrong itself. */
function movedFrom(input: Record<string, unknown>, { certificates = [] }: Partial<Config>): Partial<Config> {
    const list = valueAt(input, ["gateway", "certificates"]);
    if (list === undefined) return {};
    const moved = schema.shape.certificates.safeParse(list);
    return { certificates: moved.data && [...certificates, ...moved.data] };
}

/** Every value under the namespace: text where the schema wants text, else JSON as Pulumi keeps objects. */
function readKeys({ namespace, values }: GivenConfig): { input: Record<string, unknown>; problems: Problem[] } {
    const input: Record<string, unknown> = {};
    const problems: Problem[] = [];
    for (const [name, text] of Object.entries(values)) {
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

/** What authentik calls a secret belongs encrypted, and what becomes a file has to be a text that all of authentik reads so. */
function settingProblems(
    tree: SettingsTree,
    isInClear: (key: string) => boolean,
    encrypted: string[] | undefined,
): Problem[] {
    const leaves = leavesOf(tree).map((leaf) => ({ ...leaf, key: formatPath(["settings", ...leaf.path]) }));
    const secret = leaves.filter(({ name }) => isSecretSetting(name));
    const inClear = secret.filter(({ key, value }) => !isReference(value) && isInClear(key));
    if (inClear.length > 0)
        return inClear.map(({ key }) => ({
            key,
            value: "",
            cure: `is a secret of authentik in plain text; choose a new value and set it with \`pulumi config set --secret --path '${key}'\``,
        }));
    if (encrypted === undefined && secret.length === 0)
        return [
            {
                key: "settings",
                value: "",
                cure: "are encrypted as a whole, but none of them is a secret of authentik; set them in plain text, and encrypt single values with `pulumi config set --secret --path`",
            },
        ];
    return leaves
        .filter(
            ({ name, value }) => encrypted?.includes(name) === true && !isSecretSetting(name) && !fitsFile(name, value),
        )
        .map(({ key, value }) => ({
            key,
            value,
            cure: `is set as a secret, but parts of authentik cannot read it from a file; set it in plain text with \`pulumi config set --path '${key}'\``,
        }));
}

/** Secrets belong encrypted: a text under `secrets` that the stack's file holds in plain text is a problem. */
function secretsInClear({ secrets }: Record<string, unknown>, isInClear: (key: string) => boolean): Problem[] {
    if (!isObject(secrets)) return [];
    const texts = Object.entries(secrets).filter(([, value]) => !isObject(value));
    const named = texts.map(([name]) => ({ name, key: formatPath(["secrets", name]) }));
    return named
        .filter(({ key }) => isInClear(key))
        .map(({ name, key }) => ({
            key,
            value: "",
            cure: `is in plain text; choose a new value and set it with \`pulumi config set --secret --path 'secrets[${JSON.stringify(name)}]'\``,
        }));
}
