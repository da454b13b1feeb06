import { parseDocument, stringify } from "yaml";
import { placeholder } from "../../config/secrets";
import { ToolError } from "../progress";
import { isSecure } from "../stack/encrypted";

/** The address of no Docker engine. */
export const nowhere = "tcp://127.0.0.1:1";

/** The configuration of a stack that is only previewed, never brought up. */
export interface ThrowawayConfiguration {
    /** The configuration without its secrets, as YAML. */
    text: string;
    /** A placeholder for each secret, by its path in the form of `pulumi config set --path`. */
    secrets: Record<string, string>;
}

/**
 * Removes the encrypted values and everything that leads to a Docker engine or a registry from a stack's configuration, so that a
 * preview needs neither a key nor an engine.
 *
 * A key that is encrypted as a whole, such as all `secrets` at once, becomes an empty object: its content is unknown
 * without the key.
 *
 * @throws ToolError when the text is not valid YAML.
 */
export function throwawayConfiguration(text: string): ThrowawayConfiguration {
    const document = parseDocument(text);
    const [error] = document.errors;
    if (error !== undefined) throw new ToolError(`The configuration is not valid YAML: ${error.message}`);
    const { config = {} } = (document.toJS() ?? {}) as { config?: Record<string, unknown> };
    const secrets: Record<string, string> = {};
    // A context or certificates would take the place of the host, or be refused beside it.
    const own = Object.entries(config).filter(([key]) => !key.startsWith("docker:"));
    const clear = own.map(([key, value]): [string, unknown] => {
        if (isSecure(value)) secrets[key] = "{}";
        return [key, isSecure(value) ? undefined : withoutSecrets(value, key, secrets)];
    });
    return { text: stringify({ config: { ...Object.fromEntries(clear), "docker:host": nowhere } }), secrets };
}

/** A value without its secrets; a placeholder is added to `secrets` for the path of each. */
function withoutSecrets(value: unknown, path: string, secrets: Record<string, string>): unknown {
    if (isSecure(value)) {
        secrets[path] = placeholder;
        return undefined;
    }
    if (Array.isArray(value))
        return (value as unknown[]).map((item, index) => withoutSecrets(item, `${path}[${index}]`, secrets));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [
            key,
            withoutSecrets(item, `${path}[${JSON.stringify(key)}]`, secrets),
        ]),
    );
}
