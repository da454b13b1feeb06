import { parseDocument, stringify } from "yaml";
import { placeholder } from "../../config/secrets";
import { ToolError } from "../progress";

/** A Docker engine that is not there. */
export const nowhere = "tcp://127.0.0.1:1";

/** A configuration for a stack that is never brought up. */
export interface ThrowawayConfiguration {
    /** What is left of it without secrets, as YAML. */
    text: string;
    /** A placeholder for each secret, by its path as `pulumi config set --path` takes it. */
    secrets: Record<string, string>;
}

/**
 * Takes what is encrypted out of a stack's configuration, and the way to its Docker host, so that a preview needs
 * neither a key nor an engine.
 *
 * A key that is a secret as a whole, such as all `secrets` at once, becomes an empty object: what is in it, nobody can
 * tell without the key.
 *
 * @throws ToolError when the text is no valid YAML.
 */
export function throwawayConfiguration(text: string): ThrowawayConfiguration {
    const document = parseDocument(text);
    const [error] = document.errors;
    if (error !== undefined) throw new ToolError(`The configuration is no valid YAML: ${error.message}`);
    const { config = {} } = (document.toJS() ?? {}) as { config?: Record<string, unknown> };
    const secrets: Record<string, string> = {};
    const clear = Object.entries(config).map(([key, value]): [string, unknown] => {
        if (isSecure(value)) secrets[key] = "{}";
        return [key, isSecure(value) ? undefined : withoutSecrets(value, key, secrets)];
    });
    return { text: stringify({ config: { ...Object.fromEntries(clear), "docker:host": nowhere } }), secrets };
}

/** A value with nothing where a secret was; each secret's path gets a placeholder. */
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

/** True for what Pulumi encrypted. */
function isSecure(value: unknown): value is { secure: string } {
    return typeof value === "object" && value !== null && Object.keys(value).join() === "secure";
}
