import { z } from "zod";
import { isObject } from "../ground/problems";

/** A value of a setting; authentik writes a list with commas. */
export type SettingsLeaf = string | number | boolean | (string | number)[];

/** A tree of authentik settings, as its documentation writes them: `{email: {host: "mail", port: 25}}`. */
export interface SettingsTree {
    [key: string]: SettingsLeaf | SettingsTree | SettingsTree[];
}

/** One setting: where it is, by its path in the configuration and by authentik's own name. */
interface Leaf {
    path: (string | number)[];
    /** Levels in lower case with dots between them, e.g. `email.password`; numbers for the items of a list. */
    name: string;
    value: unknown;
}

/**
 * Settings that authentik's documentation calls secrets, or that hold one: by their whole name, a number standing for `*`.
 *
 * Source: its page "Configuration", and authentik/lib/default.yml.
 */
const secretNames = [
    "email.password",
    "postgresql.read_replicas.*.password",
    "postgresql.conn_options",
    "broker.url",
    "cache.url",
    "channel.url",
    "result_backend.url",
    "error_reporting.sentry_dsn",
];

/** The same by their last level, wherever they are: keys of S3 storages, and what has no other meaning. */
const secretEndings =
    /(^|\.)(\w+_)?(password|passphrase|secret|secret_key|private_key|access_key|token|security_token)$/;

/** Whether authentik calls a setting a secret, such as `email.password`. */
export function isSecretSetting(name: string): boolean {
    return secretNames.includes(name.replaceAll(/\.\d+(?=\.)/g, ".*")) || secretEndings.test(name);
}

/** What the stack sets itself, by the beginning of the setting's name: the configuration has a key for each. */
const ownSettings: [name: string, instead: string][] = [
    ["secret_key", "the secret `secret-key`"],
    ...["host", "port", "name", "user", "password", "sslmode", "sslrootcert", "sslcert", "sslkey"].map(
        (name): [string, string] => [`postgresql.${name}`, "`postgres.external`"],
    ),
    ["redis", "`redis.external` and `redis.index`"],
    ["outposts.discover", "`outposts`, whose containers this stack runs"],
    ["outposts.docker_image_base", "`images`"],
    ["web.path", "`url`, below which authentik has no path here"],
    ["listen.http", "`server.ports`"],
    ["storage.media.file.path", "nothing: uploaded files are in a volume of this stack"],
    ["blueprints_dir", "`blueprints`"],
    ["bootstrap_password", "the secret `admin-password`"],
    ["bootstrap_password_hash", "the secret `admin-password`"],
    ["bootstrap_token", "the secret `api-token`"],
    ["bootstrap_email", "`admin.email`"],
];

/** The same of an outpost, which has all else from authentik's API. Source: internal/config/struct.go. */
const ownOutpostSettings: typeof ownSettings = [
    ["host", "`url`"],
    ["host_browser", "`url`"],
    ["insecure", "nothing: it reaches authentik at `url`, or inside the networks of the stack"],
    ["token", "the secret `outpost/<name>`"],
    ["log_level", "`config.logLevel`"],
    ["secret_key", "nothing: an outpost has none"],
    ["listen.http", "`ports`"],
    ["listen.ldap", "`ports`"],
    ["listen.radius", "`ports`"],
];

/** A tree of authentik's settings. */
export const settings = settingsTree(ownSettings, "log_level: debug");

/** A tree of settings that an outpost reads itself. */
export const outpostSettings = settingsTree(ownOutpostSettings, "debug: true");

/** A tree of settings; each wrong leaf is reported with its own path. */
function settingsTree(own: typeof ownSettings, example: string) {
    return z
        .custom<SettingsTree>(isObject, { error: `must be an object, such as {${example}}` })
        .superRefine((tree, context) => {
            const leaves = leavesOf(tree);
            const names = leaves.map(({ name }) => name);
            for (const [index, leaf] of leaves.entries()) {
                const message = problemOf(leaf, names.indexOf(leaf.name) < index, own);
                if (message !== undefined) context.addIssue({ code: "custom", path: leaf.path, message });
            }
        });
}

function problemOf({ name, value }: Leaf, isRepeated: boolean, owned: typeof ownSettings): string | undefined {
    if (name.includes("__")) return "has two underscores in its name; write it as nested keys";
    // Numbers are levels of their own: postgresql.read_replicas.0.host.
    if (!/^[a-z][a-z0-9_]*(\.([a-z][a-z0-9_]*|\d+))*$/.test(name))
        return "must be named as an authentik setting, such as log_level";
    const own = owned.find(([start]) => name === start || name.startsWith(`${start}.`));
    if (own !== undefined) return `is set by this stack itself; use ${own[1]} instead`;
    if (owned === ownOutpostSettings && isSecretSetting(name)) return "is a secret that no outpost reads; remove it";
    if (isRepeated) return "is set twice: names of settings are the same in either case";
    const isText = ["string", "number", "boolean"].includes(typeof value);
    if (!isText && !isList(value))
        return "must be text, a number, true or false, a list of texts, or an object of these";
    if (isList(value) && value.some((item) => String(item).includes(",")))
        return "must be a list of texts without commas, since authentik reads a list with commas between its items";
    return undefined;
}

/** Every leaf of a tree of settings. */
export function leavesOf(tree: object, path: (string | number)[] = []): Leaf[] {
    const entries = Array.isArray(tree) ? [...tree.entries()] : Object.entries(tree);
    return entries.flatMap(([key, value]: [string | number, unknown]) => {
        const here = [...path, key];
        const isBranch = isObject(value) || (Array.isArray(value) && value.some(isObject));
        return isBranch ? leavesOf(value, here) : [{ path: here, name: here.join(".").toLowerCase(), value }];
    });
}

function isList(value: unknown): value is (string | number)[] {
    return Array.isArray(value) && value.every((item) => ["string", "number"].includes(typeof item));
}

/**
 * Flattens a settings tree to the environment variables authentik reads: `{a: {b: 1}}` is `AUTHENTIK_A__B=1`.
 *
 * Source: authentik's configuration page, "All of these variables can be set using environment variables";
 * two underscores separate levels.
 *
 * @returns variable names with their values as text: booleans as `true` and `false`, lists with commas.
 */
export function settingsToEnvironment(tree: SettingsTree): Record<string, string> {
    return Object.fromEntries(leavesOf(tree).map(({ name, value }) => [variableOf(name), String(value)]));
}

/**
 * The variables whose values have to be delivered as files. The others must not be: authentik's Go half reads files only for
 * settings that are text, and fails or goes on with none for all others. Source: internal/config/config.go, as run.
 *
 * @param more names of settings that are secret here, beside those that authentik calls so.
 */
export function secretVariables(tree: SettingsTree, more: string[]): string[] {
    const secret = leavesOf(tree).filter(
        ({ name, value }) => !isReference(value) && (isSecretSetting(name) || more.includes(name)),
    );
    return secret.map(({ name }) => variableOf(name));
}

/** A value that says where authentik finds the real one. */
export function isReference(value: unknown): boolean {
    return value === "" || (typeof value === "string" && /^(file|env):\/\//.test(value));
}

/** Whether a setting that authentik does not call a secret can be a file: it is text, and no list of the Go half. */
export function fitsFile(name: string, value: unknown): boolean {
    return typeof value === "string" && !/^(true|false|[\d.]+)$/i.test(value) && !/^(listen|log)\./.test(name);
}

/** The environment variable of a setting, such as `AUTHENTIK_EMAIL__HOST` of `email.host`. */
export function variableOf(name: string): string {
    return `AUTHENTIK_${name.toUpperCase().replaceAll(".", "__")}`;
}
