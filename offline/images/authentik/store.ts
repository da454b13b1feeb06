import { randomUUID } from "node:crypto";
import type { ClientBase, Pool } from "pg";
import { display } from "./log";

/** A value as it stands in JSON. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
/** The fields of an object. */
export type Fields = Record<string, Json>;
/** A primary key: a number for users and providers, a UUID for the rest. */
export type Key = string | number;
/** One object of authentik: its model, its key and its fields. */
export interface Stored {
    model: string;
    pk: Key;
    data: Fields;
}

interface Row {
    model: string;
    pk: string;
    data: Fields;
}

const numbered = /^authentik_core\.user$|^authentik_providers_\w+\.\w+provider$/;
const parents: Record<string, RegExp> = {
    "authentik_core.provider": /^authentik_providers_\w+\.\w+provider$/,
    "authentik_core.propertymapping": /mapping$/,
    "authentik_core.source": /^authentik_sources_\w+\.\w+source$/,
    "authentik_flows.stage": /^authentik_stages_\w+\.\w+stage$/,
    "authentik_policies.policy": /^authentik_policies_\w+\.\w+policy$/,
    "authentik_policies.policybindingmodel":
        /^authentik_(core\.(application|group|token)|flows\.flowstagebinding|sources_)/,
};

/** Objects by model in PostgreSQL: one table, the fields as JSON. */
export class Store {
    constructor(private readonly connection: ClientBase | Pool) {}

    /** Runs a statement and returns its rows. */
    async query<Result>(text: string, values: unknown[] = []): Promise<Result[]> {
        return (await this.connection.query(text, values)).rows as Result[];
    }

    /** Objects of a model (or of a parent of several models) whose fields contain `fields`, oldest first. */
    async find(model: string, fields: Fields = {}): Promise<Stored[]> {
        const { pk, ...rest } = fields;
        const rows = await this.query<Row>(
            `SELECT model, pk, data FROM authentik_object
       WHERE model ~ $1 AND data @> $2 AND ($3::text IS NULL OR pk = $3) ORDER BY id`,
            [modelPattern(model), JSON.stringify(rest), pk === undefined ? null : display(pk)],
        );
        return rows.map(stored);
    }

    /** The oldest object that matches, if any. */
    async first(model: string, fields: Fields): Promise<Stored | undefined> {
        return (await this.find(model, fields))[0];
    }

    /** Creates an object; its key is `pk`, or a new one of the model's kind. */
    async insert(model: string, data: Fields, pk?: Key): Promise<Stored> {
        const rows = await this.query<Row>(
            `INSERT INTO authentik_object (model, pk, data)
       VALUES ($1, COALESCE($2, CASE WHEN $3 THEN nextval('authentik_object_number')::text ELSE $4 END), $5)
       RETURNING model, pk, data`,
            [model, pk === undefined ? null : String(pk), numbered.test(model), randomUUID(), JSON.stringify(data)],
        );
        return stored(rows[0] as Row);
    }

    /** Writes `data` over the object's fields of the same names. */
    async update(object: Stored, data: Fields): Promise<Stored> {
        await this.query("UPDATE authentik_object SET data = data || $3 WHERE model = $1 AND pk = $2", [
            object.model,
            String(object.pk),
            JSON.stringify(data),
        ]);
        return { ...object, data: { ...object.data, ...data } };
    }

    /** Deletes the object. */
    async remove(object: Stored): Promise<void> {
        await this.query("DELETE FROM authentik_object WHERE model = $1 AND pk = $2", [
            object.model,
            String(object.pk),
        ]);
    }

    /** Tells every listener of `channel`, once the transaction is committed. */
    async notify(channel: string, payload: string): Promise<void> {
        await this.query("SELECT pg_notify($1, $2)", [channel, payload]);
    }
}

/** A text of an object's field; empty where it is none. */
export function textOf(object: { data: Fields } | undefined, field: string): string {
    const value = object?.data[field];
    return typeof value === "string" ? value : "";
}

/** The keys in a list field of an object. */
export function keysOf(object: { data: Fields } | undefined, field: string): Key[] {
    const value = object?.data[field];
    return Array.isArray(value)
        ? value.filter((item): item is Key => typeof item === "string" || typeof item === "number")
        : [];
}

function modelPattern(model: string): string {
    return parents[model]?.source ?? `^${model.replace(".", "\\.")}$`;
}

function stored(row: Row): Stored {
    return { model: row.model, pk: numbered.test(row.model) ? Number(row.pk) : row.pk, data: row.data };
}
