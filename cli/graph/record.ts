import * as pulumi from "@pulumi/pulumi";
import { parseDocument } from "yaml";
import { AuthentikStack } from "../../components/stack";
import { loadConfig } from "../../config/load";
import type { Config } from "../../config/schema";
import { placeholder } from "../../config/secrets";
import { isObject } from "../../ground/problems";
import { holdsSecret, isSecure } from "../stack/encrypted";
import { projectName } from "../workplace";
import type { Declared } from "./topology";

/**
 * The configuration of a stack's file, checked as the program checks it; what is encrypted there stands for itself.
 *
 * @throws Error that lists every problem, each with key, value and cure.
 */
export function configurationOf(text: string): Config {
    const { config = {} } = (parseDocument(text).toJS() ?? {}) as { config?: Record<string, unknown> };
    const own = Object.entries(config);
    const secret = own.filter(([, value]) => holdsSecret(value)).map(([key]) => key);
    const values = own.map(([key, value]): [string, string] => {
        const clear = isSecure(value) ? {} : withPlaceholders(value);
        return [key, typeof clear === "string" ? clear : JSON.stringify(clear)];
    });
    return loadConfig({
        namespace: projectName,
        values: Object.fromEntries(values),
        isSecret: (key) => secret.includes(key),
        secretSettings: () => undefined,
    });
}

/**
 * What the program declares for a configuration, without Pulumi's engine and without Docker: the program runs against nothing, and
 * every resource is noted.
 */
export async function declaredBy(config: Config): Promise<Declared[]> {
    const declared: Declared[] = [];
    await pulumi.runtime.setMocks(
        {
            call: ({ inputs }) => inputs as Record<string, unknown>,
            newResource: ({ type, name, inputs }) => {
                const clear = Object.entries(inputs as Record<string, unknown>).map(([key, value]) => [
                    key,
                    pulumi.runtime.unwrapRpcSecret(value) as unknown,
                ]);
                declared.push({ type, name, id: name, inputs: Object.fromEntries(clear) as Record<string, unknown> });
                const state = inputs as Record<string, unknown>;
                return { id: name, state: { ...state, result: placeholder, outputs: {}, output: {} } };
            },
        },
        projectName,
        "graph",
        true,
        "organization",
    );
    await pulumi.runtime.runInPulumiStack(() => {
        // Nothing is made here, so nothing is done before it.
        pulumi.runtime.registerStackTransformation(({ props, opts }) => ({
            props,
            opts: { ...opts, hooks: undefined },
        }));
        const { prefix } = config;
        new AuthentikStack(`${prefix}authentik`, { config });
        return Promise.resolve({});
    });
    await pulumi.runtime.disconnect();
    return declared;
}

function withPlaceholders(value: unknown): unknown {
    if (isSecure(value)) return placeholder;
    if (Array.isArray(value)) return value.map(withPlaceholders);
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withPlaceholders(part)]));
}
