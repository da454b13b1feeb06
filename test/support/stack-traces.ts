import { createRequire } from "node:module";

/**
 * Spares Pulumi's notes of where each promise and each resource was made; they take twice the time of the program.
 * Errors that say something keep their stack, translated through source maps as ever.
 */
export function spareStackTraces(): void {
    const internals = createRequire(__filename)("@pulumi/pulumi/runtime/debuggable") as Internals;
    const noting = internals.debuggablePromise;
    internals.debuggablePromise = (promise, context) => {
        const { stackTraceLimit } = Error;
        Error.stackTraceLimit = 0;
        try {
            return noting(promise, context);
        } finally {
            Error.stackTraceLimit = stackTraceLimit;
        }
    };
    const translated = Error.prepareStackTrace?.bind(Error);
    Error.prepareStackTrace = (error, frames): unknown =>
        error.message === "" ? "Error" : translated?.(error, frames);
}

/** Of the Pulumi SDK, which calls it for each property of each resource. */
interface Internals {
    debuggablePromise: (this: void, promise: Promise<unknown>, context?: unknown) => Promise<unknown>;
}
