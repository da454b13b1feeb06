import { isDeepStrictEqual } from "node:util";
import { display, ErrorDetail, python } from "../log";
import { modelNamed } from "../models";
import { create, remove, update } from "../save";
import { type Fields, type Json, type Store, type Stored, textOf } from "../store";
import { validate } from "../validation";
import { passwordMatches } from "../passwords";
import { applied, blueprintAt } from "./instances";
import { fields, parseBlueprint, tagsIn, type Blueprint, type Entry } from "./document";
import { EntryInvalid, Traceback } from "./errors";
import { keyOfMessage, resolve, resolveFields, type Scope } from "./tags";

/** One log line of an import: the message, and what it is about. */
export interface ImportLog {
    level: "debug" | "warning";
    event: string;
    attributes: Fields;
}

/** Thrown if a blueprint is refused, with everything that was logged until then. */
export class BlueprintInvalid extends Error {
    constructor(readonly logs: ImportLog[]) {
        super(
            logs
                .filter(({ level }) => level === "warning")
                .map(({ event }) => event)
                .join("; "),
        );
    }
}

/** Applies the blueprint of an instance and marks it as applied; throws where it is refused. */
export async function applyInstance(store: Store, instance: Stored): Promise<void> {
    const path = textOf(instance, "path");
    await applyBlueprint(store, path === "" ? parseBlueprint(textOf(instance, "content")) : blueprintAt(path));
    await store.update(instance, applied(path === "" ? textOf(instance, "content") : path));
}

const metaModel = "authentik_blueprints.metaapplyblueprint";

/** Applies every entry of a blueprint through `store`; throws where one is refused, and the caller rolls back. */
export async function applyBlueprint(store: Store, blueprint: Blueprint, note?: Scope["note"]): Promise<void> {
    const logs: ImportLog[] = [];
    const say = (level: ImportLog["level"], event: string, attributes: Fields = {}) => {
        logs.push({ level, event, attributes });
    };
    if (blueprint.version !== 1) {
        say("warning", "Invalid blueprint version");
        throw new BlueprintInvalid(logs);
    }
    // One at a time: on the real server, two imports at once can create an object twice. A rehearsal must be reliable.
    await store.query("SELECT pg_advisory_xact_lock(1001)");
    const scope: Omit<Scope, "entry"> = {
        store,
        made: new Map(),
        context: blueprint.context,
        note,
        fromDatabase: new Set<Json>(),
        loops: [],
    };
    for (const entry of blueprint.entries) {
        const attributes: Fields = {};
        try {
            await applyEntry({ ...scope, entry }, attributes);
            // The real server's log of a failing import has the attributes of its entries in plain text, including keys of tokens.
            say("debug", "Updated model", { model: display(entry.model), ...attributes });
        } catch (error) {
            if (!(error instanceof EntryInvalid)) throw error;
            const unknown = error.message.startsWith("App or Model");
            if (!unknown) hideBehindKeyOf(entry, logs);
            const described: Fields = unknown ? attributes : { entry: attributes, error: failures(error) };
            say("warning", unknown ? error.message : `Entry invalid: ${error.message}`, described);
            say("warning", "Blueprint validation failed");
            throw new BlueprintInvalid(logs);
        }
    }
}

// authentik prints a refused entry. Printing resolves its tags again without the other entries, and fails at the first
// !KeyOf, so the real reason is lost.
function hideBehindKeyOf(entry: Entry, logs: ImportLog[]): void {
    const [first] = [...tagsIn(entry.identifiers), ...tagsIn(entry.attrs)].filter(({ name }) => name === "KeyOf");
    if (first === undefined) return;
    const locals = logs.map(({ event, attributes }) => `${event}: ${python(attributes)}`).join("\n");
    throw new Traceback(
        `${locals}\nauthentik.blueprints.v1.exceptions.EntryInvalidError: ${keyOfMessage(display(first.args[0]))}`,
    );
}

async function applyEntry(scope: Scope, attributes: Fields): Promise<void> {
    const { entry, store, note } = scope;
    for (const condition of entry.conditions) if (!(await resolve(condition, scope))) return;
    const model = modelNamed(display(await resolve(entry.model, scope)));
    if (model === undefined) {
        const [app = "", name = ""] = display(entry.model).split(".");
        Object.assign(attributes, { app, model: name });
        throw new EntryInvalid("App or Model does not exist");
    }
    if (model.name === metaModel && note !== undefined) return;
    if (model.name === metaModel) return applyOther(store, await resolveFields(entry.attrs, scope));

    const identifiers = await resolveFields(entry.identifiers, scope);
    if (Object.keys(identifiers).length === 0) throw new EntryInvalid("No or invalid identifiers");
    const existing = await identified(store, model.name, identifiers);
    const state = display(await resolve(entry.state, scope));
    if (state === "absent") {
        if (existing === undefined) return;
        note?.(existing, "there again");
        return remove(store, existing);
    }
    if (existing !== undefined && state === "must_created")
        throw new EntryInvalid("State is set to must_created and object exists already");
    Object.assign(attributes, await resolveFields(entry.attrs, scope), identifiers);
    if (existing !== undefined && state === "created") return keep(scope, existing);

    const { pk, ...given } = attributes;
    const { known, errors } = await validate(store, model, given, existing);
    if (Object.keys(errors).length > 0) throw new EntryInvalid(`Serializer errors ${python(errors)}`, errors);
    if (existing !== undefined) {
        const changed = Object.entries(known).filter(([field, value]) => !holds(existing, field, value));
        if (changed.length > 0) note?.(existing, changed.map(([field]) => field).join(", "));
        return keep(scope, await permit(scope, await update(store, existing, known)));
    }
    if (pk !== undefined && model.name === "authentik_outposts.outpost" && !scope.fromDatabase.has(pk)) {
        throw new Traceback("AttributeError: 'str' object has no attribute 'hex'");
    }
    const key = typeof pk === "string" || typeof pk === "number" ? pk : undefined;
    const made = await create(store, model.name, known, key);
    note?.(made, "missing");
    keep(scope, await permit(scope, made));
}

/** Notes on an object who may do what with it. */
async function permit(scope: Scope, object: Stored): Promise<Stored> {
    const all = await Promise.all(scope.entry.permissions.map((one) => resolveFields(fields(one), scope)));
    const permissions = all.flatMap(({ permission, user }) =>
        user === undefined ? [] : [`${display(permission)} ${display(user)}`],
    );
    return permissions.length === 0 ? object : scope.store.update(object, { permissions });
}

function holds(object: Stored, field: string, value: Json | undefined): boolean {
    const stored = object.data[field];
    return field === "password"
        ? passwordMatches(display(value), display(stored))
        : display(stored) === display(value) || isDeepStrictEqual(stored, value);
}

function keep({ entry, made }: Scope, object: Stored): void {
    if (entry.id !== undefined) made.set(entry.id, object);
}

// Finds an object by its key, or else by all the other identifiers.
async function identified(store: Store, model: string, { pk, ...others }: Fields): Promise<Stored | undefined> {
    const byKey = pk === undefined || pk === null ? undefined : await store.first(model, { pk });
    if (byKey !== undefined || Object.keys(others).length === 0) return byKey;
    return store.first(model, others);
}

async function applyOther(store: Store, { identifiers, required }: Fields): Promise<void> {
    const wanted =
        typeof identifiers === "object" && identifiers !== null && !Array.isArray(identifiers) ? identifiers : {};
    const instance = await store.first("authentik_blueprints.blueprintinstance", wanted);
    if (instance !== undefined) {
        if (instance.data["status"] !== "successful") await applyInstance(store, instance);
    } else if (required !== false) {
        const errors = { identifiers: [new ErrorDetail("Required blueprint does not exist", "invalid")] };
        throw new EntryInvalid(`Serializer errors ${python(errors)}`, errors);
    }
}

function failures(error: EntryInvalid): Fields {
    return Object.fromEntries(
        Object.entries(error.fields).map(([field, details]) => [field, details.map(({ text }) => text)]),
    );
}
