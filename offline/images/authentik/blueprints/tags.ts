import { readFileSync } from "node:fs";
import { display, log, messageOf } from "../log";
import type { Fields, Json, Store, Stored } from "../store";
import { modelNamed } from "../models";
import { Tag, type Entry, type Unresolved, type UnresolvedFields } from "./document";
import { EntryInvalid } from "./errors";
import { atIndex, condition, format, truth } from "./functions";

/** Where a value is resolved: the database, what earlier entries made, the blueprint's context, the loops around. */
export interface Scope {
    store: Store;
    made: Map<string, Stored>;
    context: UnresolvedFields;
    /** Keys that came from the database: authentik knows these as UUIDs, a key written as text it does not. */
    fromDatabase: Set<Json>;
    entry: Entry;
    /** Is told what an import changes. */
    note?: ((object: Stored, what: string) => void) | undefined;
    loops: [Json, Json][];
}

/** The value with every tag in it resolved. */
export async function resolve(value: Unresolved, scope: Scope): Promise<Json> {
    if (value instanceof Tag) return resolveTag(value, scope);
    if (Array.isArray(value)) return inOrder(value, scope);
    if (typeof value === "object" && value !== null) return resolveFields(value, scope);
    return value;
}

/** Fields with every tag in them resolved. */
export async function resolveFields(value: UnresolvedFields, scope: Scope): Promise<Fields> {
    const resolved: Fields = {};
    for (const [key, item] of Object.entries(value)) resolved[key] = await resolve(item, scope);
    return resolved;
}

async function inOrder(values: Unresolved[], scope: Scope): Promise<Json[]> {
    const resolved: Json[] = [];
    for (const item of values) resolved.push(await resolve(item, scope));
    return resolved;
}

async function resolveTag({ name, args }: Tag, scope: Scope): Promise<Json> {
    const [first = null, second = null, third = null] = args;
    const text = display(first);
    const argument = (index: number) => resolve(args[index] ?? null, scope);
    switch (name) {
        case "KeyOf":
            return keyOf(text, scope);
        case "File":
            return fileText(text, second as Json);
        case "Env":
            return process.env[text] ?? (second as Json);
        case "Context":
            return resolve(scope.context[text] ?? second, scope);
        case "ParseJSON":
            return JSON.parse(text) as Json;
        case "Format":
            return format(text, await inOrder(args.slice(1), scope));
        case "Find":
            return (await find(args, scope))?.pk ?? null;
        case "FindObject":
            return (await find(args, scope))?.data ?? null;
        case "If":
            return args.length === 1
                ? truth(await argument(0))
                : resolve(truth(await argument(0)) ? second : third, scope);
        case "Condition":
            return condition(text.toUpperCase(), (await inOrder(args.slice(1), scope)).map(truth));
        case "Enumerate":
            return enumerate(await argument(0), display(second).toUpperCase(), third, scope);
        case "Index":
            return scope.loops.at(-1 - Number(text))?.[0] ?? null;
        case "Value":
            return scope.loops.at(-1 - Number(text))?.[1] ?? null;
        case "AtIndex":
            return atIndex(await argument(0), await argument(1), args.length > 2 ? await argument(2) : undefined);
        default:
            throw new Error(
                `yaml.constructor.ConstructorError: could not determine a constructor for the tag '!${name}'`,
            );
    }
}

function keyOf(id: string, scope: Scope): Json {
    const pk = scope.made.get(id)?.pk;
    if (pk === undefined) throw new EntryInvalid(keyOfMessage(id));
    scope.fromDatabase.add(pk);
    return pk;
}

/** authentik's message for a `!KeyOf` without a target. */
export function keyOfMessage(id: string): string {
    return `KeyOf: failed to find entry with \`id\` of \`${id}\` and a model instance`;
}

function fileText(path: string, fallback: Json): Json {
    try {
        return readFileSync(path, "utf8").trim();
    } catch (error) {
        log("warning", "Failed to read file. Falling back to default value", { path, exc: messageOf(error) });
        return fallback;
    }
}

async function find([model = null, ...conditions]: Unresolved[], scope: Scope): Promise<Stored | undefined> {
    const name = display(await resolve(model, scope));
    if (
        modelNamed(name) === undefined &&
        !/^authentik_(core\.(provider|propertymapping|source)|flows\.stage|policies\.policy)$/.test(name)
    ) {
        throw new EntryInvalid(`No installed app with label or model '${name}'.`);
    }
    const wanted: Fields = {};
    for (const pair of conditions) {
        const [key = null, value = null] = (await resolve(pair, scope)) as Json[];
        // As Django does it, `attributes__name` is a field inside of another.
        const [field = "", ...inside] = display(key).split("__");
        wanted[field] = inside.reduceRight<Json>((inner, name) => ({ [name]: inner }), value);
    }
    const found = await scope.store.first(name.toLowerCase(), wanted);
    if (found !== undefined) scope.fromDatabase.add(found.pk);
    return found;
}

async function enumerate(iterable: Json, output: string, body: Unresolved, scope: Scope): Promise<Json> {
    const items: [Json, Json][] = Array.isArray(iterable)
        ? iterable.map((item, index) => [index, item])
        : typeof iterable === "object" && iterable !== null
          ? Object.entries(iterable)
          : [];
    const results: Json[] = [];
    for (const item of items) results.push(await resolve(body, { ...scope, loops: [...scope.loops, item] }));
    if (output === "SEQ") return results;
    return Object.assign(
        {},
        ...results.map((item) => (Array.isArray(item) ? { [display(item[0])]: item[1] } : item)),
    ) as Fields;
}
