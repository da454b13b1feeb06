import { display } from "../log";
import type { Json } from "../store";
import { EntryInvalid } from "./errors";

/** `!AtIndex`: one item of a list or a mapping. */
export function atIndex(object: Json, index: Json, fallback: Json | undefined): Json {
    const found = Array.isArray(object)
        ? object.at(Number(index))
        : typeof object === "object" && object !== null
          ? object[display(index)]
          : undefined;
    const value = found ?? fallback;
    if (value === undefined)
        throw new EntryInvalid(
            `${Array.isArray(object) ? "Index out of range" : "Key does not exist"}: ${display(index)}`,
        );
    return value;
}

/** `!Condition`: combines several conditions. */
export function condition(mode: string, values: boolean[]): boolean {
    const odd = values.filter(Boolean).length % 2 === 1;
    const results: Record<string, boolean> = {
        AND: values.every(Boolean),
        NAND: !values.every(Boolean),
        OR: values.some(Boolean),
        NOR: !values.some(Boolean),
        XOR: odd,
        XNOR: !odd,
    };
    const result = results[mode];
    if (result === undefined) throw new EntryInvalid(`'${mode}'`);
    return result;
}

/** `!Format`: %s and %d filled in, as Python does it. */
export function format(text: string, args: Json[]): string {
    return text
        .replaceAll(/%[sd]/g, () => {
            const [next] = args.splice(0, 1);
            if (next === undefined) throw new EntryInvalid("not enough arguments for format string");
            return next === null ? "None" : display(next);
        })
        .replaceAll("%%", "%");
}

/** Whether Python treats a value as true. */
export function truth(value: Json): boolean {
    if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
    return value !== null && value !== false && value !== 0 && value !== "";
}
