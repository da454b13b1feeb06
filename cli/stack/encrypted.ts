import { isObject } from "../../ground/problems";

/** Whether a value of a stack's file is one that Pulumi encrypted. */
export function isSecure(value: unknown): boolean {
    return isObject(value) && Object.keys(value).join() === "secure";
}

/** Whether a value is encrypted, as a whole or in part. */
export function holdsSecret(value: unknown): boolean {
    return isSecure(value) || (typeof value === "object" && value !== null && Object.values(value).some(holdsSecret));
}
