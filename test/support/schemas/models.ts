import table from "./models.json";

/** An attribute of one of authentik's models, as its API takes it. */
export interface Attribute {
    /** JSON's name of its type, or the texts that it may be. */
    type: string | string[];
    /** The first series that has it. Default: the first of all. */
    from?: string;
    /** The last series that has it. Default: the last of all. */
    to?: string;
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

/**
 * What is wrong with an attribute that a blueprint writes in a release; undefined when authentik takes it.
 *
 * @param value undefined when it is known only once authentik applies the blueprint.
 */
export function attributeProblem(model: string, name: string, value: unknown, version: string): string | undefined {
    const attributes = models[model];
    if (attributes === undefined) return `${model} is in no table`;
    const found = ofBlueprints[model]?.[name] ?? attributes[name];
    if (found === undefined) return `${model} has no ${name} that can be written`;
    const { from, to, type } = found;
    if (from !== undefined && numeric(version) < numeric(from)) return `${model} has ${name} from ${from} on`;
    if (to !== undefined && numeric(version) > numeric(to)) return `${model} had ${name} up to ${to}`;
    if (value === undefined || fits(value, type)) return undefined;
    return `${model}.${name} = ${JSON.stringify(value)} is no ${JSON.stringify(type)}`;
}

function fits(value: unknown, type: Attribute["type"]): boolean {
    if (Array.isArray(type)) return type.includes(String(value));
    if (type === "array") return Array.isArray(value);
    if (type === "integer" || type === "number") return typeof value === "number";
    return type === "any" || typeof value === type;
}

function numeric(version: string): number {
    const [year, month] = version.split(".");
    return Number(year) * 100 + Number(month);
}
