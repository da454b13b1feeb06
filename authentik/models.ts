import { closest } from "fastest-levenshtein";
import { isObject } from "../ground/problems";
import table from "./model-attributes.json";
import { compare } from "./releases";

/** An attribute of one of authentik's models, as its API takes it. */
export interface Attribute {
    /**
     * JSON's name of its type, the texts that it may be, or one of authentik's own forms of text: `duration`, `uri`, and
     * `reference` and `references`, which are another object's key and a list of them.
     */
    type: string | string[];
    /** It is a list of them. Default: false. */
    many?: boolean;
    /** It may be empty (null). Default: false. */
    nullable?: boolean;
    /** The first series that has it. Default: the first of all. */
    from?: string;
    /** The last series that has it. Default: the last of all. */
    to?: string;
    /** Those of its texts that came later, with the first series that has each. Default: none. */
    later?: Record<string, string>;
}

/** Attributes by model, such as `authentik_core.application`, and by name; those that can only be read are left out. */
export type Models = Record<string, Record<string, Attribute>>;

/** The releases whose schemas the table was made from, one for each series. */
export const modelReleases = ["2025.8.4", "2025.10.4", "2025.12.6", "2026.2.0", "2026.5.6", "2026.8.3"] as const;

/**
 * Attributes that blueprints alone may write, and the API does not have. Source: `SERIALIZER_CONTEXT_BLUEPRINT` in
 * authentik/core/api/{applications,tokens,users}.py.
 */
const ofBlueprints: Models = {
    "authentik_core.application": { icon: { type: "string", to: "2026.2" } },
    "authentik_core.token": { key: { type: "string" } },
    "authentik_core.user": { password: { type: "string" } },
};

const models: Models = table;

/** The attributes of a model that can be written in some release, by name. */
export function attributesOf(model: string): Record<string, Attribute> {
    return { ...models[model], ...ofBlueprints[model] };
}

/**
 * What is wrong with an attribute that is written in a release; undefined when authentik takes it.
 *
 * @param value undefined when it is known only once authentik applies the blueprint.
 */
export function attributeProblem(model: string, name: string, value: unknown, version: string): string | undefined {
    const attributes = attributesOf(model);
    const found = attributes[name];
    if (found === undefined) {
        const names = Object.keys(attributes).filter((one) => exists(attributes[one], version));
        if (names.length === 0) return `is of ${model}, which is in no table`;
        return `is not an attribute of ${model} that can be set; use ${closest(name, names)}, or remove it`;
    }
    const { from, to } = found;
    if (!exists({ from }, version)) return `is an attribute of ${model} only from ${from} on; remove it`;
    if (!exists({ to }, version)) return `was an attribute of ${model} only up to ${to}; remove it`;
    if (value === undefined || (value === null && found.nullable === true)) return undefined;
    return valueProblem(value, found, version);
}

function exists({ from, to }: Pick<Attribute, "from" | "to"> = {}, version: string): boolean {
    return (from === undefined || compare(version, from) >= 0) && (to === undefined || compare(version, to) <= 0);
}

function valueProblem(value: unknown, { type, many, later = {} }: Attribute, version: string): string | undefined {
    if (Array.isArray(type)) {
        const choices = type.filter((choice) => exists({ from: later[choice] }, version));
        const values: unknown[] = many === true && Array.isArray(value) ? value : [value];
        const fits = Array.isArray(value) === (many ?? false) && values.every((one) => choices.includes(String(one)));
        return fits ? undefined : `must be ${many === true ? "a list of" : "one of"} ${choices.join(", ")}`;
    }
    const form = forms[type];
    return form === undefined || form.fits(value) ? undefined : `must be ${form.wanted}`;
}

const isText = (value: unknown) => typeof value === "string";
const isName = (value: unknown) => typeof value === "string" && value.trim() !== "";

/** Units of a duration. Source: authentik/lib/utils/time.py, which leaves out every part with another unit. */
const parts = "(weeks|days|hours|minutes|seconds|milliseconds|microseconds)= *-?\\d{1,9}(\\.\\d+)? *";
const duration = new RegExp(`^${parts}(;${parts})*$`, "i");

/** What a value of a type is; of the types that are not here, authentik takes everything. */
const forms: Partial<Record<string, { wanted: string; fits: (value: unknown) => boolean }>> = {
    string: { wanted: "text", fits: isText },
    boolean: { wanted: "true or false", fits: (value) => typeof value === "boolean" },
    integer: {
        wanted: "a whole number from -2147483648 to 2147483647",
        fits: (value) => Number.isInteger(value) && Math.abs(Number(value) + 0.5) < 2 ** 31,
    },
    number: { wanted: "a number", fits: (value) => typeof value === "number" },
    array: { wanted: "a list", fits: Array.isArray },
    object: { wanted: "an object", fits: isObject },
    uri: {
        wanted: "an http or https URL, such as https://app.example.com/logout",
        // The last one is how an application is hidden in some releases.
        fits: (value) => isText(value) && (/^(https?:\/\/[^\s/]\S*)?$/i.test(value) || value === "blank://blank"),
    },
    duration: {
        wanted: "a duration with units from weeks to microseconds, such as hours=1;minutes=30",
        fits: (value) => isText(value) && duration.test(value),
    },
    reference: { wanted: "the name of an object in authentik, or the slug of a flow or source", fits: isName },
    references: {
        wanted: "a list of names of objects in authentik, or of slugs of flows or sources",
        fits: (value) => Array.isArray(value) && value.every(isName),
    },
};
