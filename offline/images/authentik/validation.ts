import { display, ErrorDetail, python } from "./log";
import type { FieldRule, Model } from "./models";
import type { Fields, Json, Store, Stored } from "./store";

/** What is wrong with the fields of an object, by field. */
export type FieldErrors = Record<string, ErrorDetail[]>;

/** Checks the fields given for an object (new, or `existing`) against its model and returns those that it knows. */
export async function validate(
    store: Store,
    model: Model,
    fields: Fields,
    existing?: Stored,
): Promise<{ known: Fields; errors: FieldErrors }> {
    const { rules } = model;
    if (rules === undefined) return { known: fields, errors: {} };
    const errors: FieldErrors = {};
    for (const [field, rule] of Object.entries(rules)) {
        const value = fields[field];
        const wrong =
            value === undefined
                ? rule.required && existing === undefined
                    ? new ErrorDetail("This field is required.", "required")
                    : undefined
                : await fault(store, model, field, rule, value, existing);
        if (wrong !== undefined) errors[field] = [wrong];
    }
    const known = Object.fromEntries(Object.entries(fields).filter(([field]) => field in rules));
    if (model.name.endsWith(".proxyprovider") && !("internal_host" in errors)) {
        const { mode = "proxy", internal_host: host = "" } = { ...existing?.data, ...known };
        if (mode === "proxy" && (host === "" || host === null)) {
            errors["internal_host"] = [
                new ErrorDetail("Internal host cannot be empty when forward auth is disabled.", "invalid"),
            ];
        }
    }
    return { known, errors };
}

async function fault(
    store: Store,
    model: Model,
    field: string,
    rule: FieldRule,
    value: Json,
    existing?: Stored,
): Promise<ErrorDetail | undefined> {
    if (value === null) return rule.required ? new ErrorDetail("This field may not be null.", "null") : undefined;
    if (value === "" && rule.required && rule.reference === undefined)
        return new ErrorDetail("This field may not be blank.", "blank");
    if (rule.email && value !== "" && !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(display(value))) {
        return new ErrorDetail("Enter a valid email address.", "invalid");
    }
    if (rule.choices !== undefined && !rule.choices.includes(display(value))) {
        return new ErrorDetail(`${python(value).replaceAll("'", '"')} is not a valid choice.`, "invalid_choice");
    }
    if (rule.unique && (await taken(store, model, field, value, existing)))
        return new ErrorDetail("This field must be unique.", "unique");
    if (rule.reference === undefined) return undefined;
    if (rule.many !== Array.isArray(value)) {
        return new ErrorDetail(
            rule.many ? `Expected a list of items but got type "${typeof value}".` : "Incorrect type.",
            "incorrect_type",
        );
    }
    for (const key of Array.isArray(value) ? value : [value]) {
        if (key === null) return new ErrorDetail("This field may not be null.", "null");
        if ((await store.first(rule.reference, { pk: key })) === undefined) {
            return new ErrorDetail(`Invalid pk "${display(key)}" - object does not exist.`, "does_not_exist");
        }
    }
    return undefined;
}

async function taken(store: Store, model: Model, field: string, value: Json, existing?: Stored): Promise<boolean> {
    return (await store.find(model.name, { [field]: value })).some((other) => other.pk !== existing?.pk);
}
