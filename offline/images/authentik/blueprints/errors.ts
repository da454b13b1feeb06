import type { ErrorDetail } from "../log";

/** An entry that authentik refuses: the reason, and the fields that are wrong. */
export class EntryInvalid extends Error {
    constructor(
        message: string,
        readonly fields: Record<string, ErrorDetail[]> = {},
    ) {
        super(message);
    }
}

/** A failure that authentik does not catch: it ends `ak apply_blueprint` with a traceback. */
export class Traceback extends Error {}
