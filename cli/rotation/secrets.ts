import { loadConfig } from "../../config/load";
import { credentialNames } from "../../config/credential-names";
import { isSecretOutput } from "../../config/own-secrets";
import type { Config } from "../../config/schema";
import { runPulumi } from "../engine/cli";
import { type OpenStack, projectName } from "../environment";
import { ToolError } from "../progress";

/** A stack's secrets, as far as one may know them. */
export interface KnownSecrets {
    names: string[];
    /** Secrets of the user's own, which are not generated. */
    supplied: Config["secrets"];
    /** How often each was rotated; none: never. */
    rotation: Record<string, number>;
}

/**
 * Reads which secrets a stack has: from everything that Pulumi merges into its configuration.
 *
 * @throws RunError with every problem of the configuration.
 */
export async function readSecrets({ stack, workplace, options }: OpenStack): Promise<KnownSecrets> {
    const file = options.configFile === undefined ? [] : ["--config-file", options.configFile];
    // Without the values no key could be read in which a secret is.
    const args = ["config", "--json", "--show-secrets", "--stack", stack.name, ...file];
    const text = await runPulumi(workplace, args, stack.workspace.workDir);
    const given = JSON.parse(text) as Record<string, { value?: string; secret: boolean }>;
    const config = loadConfig({
        namespace: projectName,
        values: Object.fromEntries(Object.entries(given).map(([key, { value = "" }]) => [key, value])),
        isSecret: (key) => given[key]?.secret === true,
    });
    return { names: credentialNames(config), supplied: config.secrets, rotation: config.rotation };
}

/**
 * The numbers that make the named secrets anew.
 *
 * @throws ToolError for names that the stack does not have, and for secrets that are not generated.
 */
export function nextRotation(known: KnownSecrets, asked: string[], stack: string): Record<string, number> {
    const unknown = asked.filter((name) => !known.names.includes(name));
    if (unknown.length > 0)
        throw new ToolError(
            `The stack ${stack} has no secret ${unknown.join(", ")}. It has: ${known.names.join(", ")}.`,
        );
    const own = asked.flatMap((name) => ownText(name, known.supplied[name], stack));
    if (own.length > 0) throw new ToolError(own.join("\n"));
    return Object.fromEntries(asked.map((name) => [name, (known.rotation[name] ?? 0) + 1]));
}

/** How a secret that is not generated gets another value. */
function ownText(name: string, value: Config["secrets"][string] | undefined, stack: string): string[] {
    if (value === undefined) return [];
    if (isSecretOutput(value))
        return [
            `The secret ${name} is the output ${value.output} of the stack ${value.stack}: change it there, then run \`npm start -- ${stack}\`.`,
        ];
    const set = `npm run pulumi -- config set --stack ${stack} --secret --path 'authentik-stack:secrets["${name}"]'`;
    return [`The secret ${name} is your own: set another with \`${set}\`, then run \`npm start -- ${stack}\`.`];
}

/** Every secret, one a line: where it comes from, and how often it was rotated. */
export function listText({ names, supplied, rotation }: KnownSecrets): string {
    const width = Math.max(...names.map(({ length }) => length));
    return names
        .map((name) => `  ${name.padEnd(width)}  ${originText(supplied[name], rotation[name] ?? 0)}`)
        .join("\n");
}

function originText(value: Config["secrets"][string] | undefined, rotated: number): string {
    if (value === undefined) return `generated${rotated === 0 ? "" : `, rotation ${rotated}`}`;
    return isSecretOutput(value) ? `the output ${value.output} of the stack ${value.stack}` : "your own";
}

/** What the rotation asks of people and of other stacks; empty when it asks nothing. */
export function followUps(asked: string[], stack: string): string[] {
    return asked.flatMap((name) => {
        if (name === "secret-key") return ["secret-key: everybody has to sign in again"];
        if (name === "admin-password")
            return [`admin-password: read it with \`npm run --silent output -- admin.password --stack ${stack}\``];
        const isUsedElsewhere =
            /^(redis|application)\//.test(name) || (name.startsWith("database/") && name !== "database/authentik");
        return name === "api-token" || isUsedElsewhere
            ? [`${name}: whoever uses it is refused until it has the new one; run \`pulumi up\` in its stack`]
            : [];
    });
}
