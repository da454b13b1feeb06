import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { text } from "../ground/fields";

/** Certificates as PEM, one or more; `key` is where they are in the configuration. */
export function certificates(key: string) {
    const set = `\`pulumi config set --path '${key}' < file.crt\` takes it from a file`;
    return text(
        `must be certificates as PEM with their line breaks, and nothing beside them; ${set}`,
        (value) => certificatesIn(value) !== undefined,
    );
}

/** The certificates in a PEM text; undefined when there is none, one that cannot be read, or something else. */
export function certificatesIn(pem: string): [X509Certificate, ...X509Certificate[]] | undefined {
    const block = /-----BEGIN CERTIFICATE-----\n[\s\S]+?\n-----END CERTIFICATE-----/g;
    const lines = pem.replaceAll("\r\n", "\n");
    if (lines.replaceAll(block, "").includes("-----")) return undefined;
    try {
        const [first, ...others] = (lines.match(block) ?? []).map((one) => new X509Certificate(one));
        return first === undefined ? undefined : [first, ...others];
    } catch {
        return undefined;
    }
}

/** The private key in a PEM text; undefined when it is none, or one that only a passphrase opens. */
export function privateKeyIn(pem: string): KeyObject | undefined {
    try {
        return createPrivateKey(pem);
    } catch {
        return undefined;
    }
}

/** JSON of a value for a message: of what is PEM only the first line, since it is long, and may be a key. */
export function shown(value: unknown): string | undefined {
    const firstLine = /(-----BEGIN [A-Z0-9 ]+-----)[\s\S]+/g;
    return JSON.stringify(value, (_, part: unknown) =>
        typeof part === "string" ? part.replace(firstLine, "$1…") : part,
    );
}
