import { loadConfig } from "../../config/load";
import type { Config } from "../../config/schema";
import { isSecretOutput, secretsOf, type StackSecret } from "../../config/secrets";
import { runPulumi } from "../engine/cli";
import { type OpenStack, projectName } from "../environment";
import { ToolError } from "../progress";

/** A stack's secrets, without their values. */
export interface KnownSecrets {
    secrets: StackSecret[];
    /** Secrets that the user supplies, which are not generated. */
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
        // Which of them are is a matter of the update.
        secretSettings: () => [],
    });
    return { secrets: secretsOf(config), supplied: config.secrets, rotation: config.rotation };
}

/**
 * The numbers with which the named secrets are generated again.
 *
 * @throws ToolError for names that the stack does not have, and for secrets that are not generated.
 */
export function nextRotation(known: KnownSecrets, asked: string[], stack: string): Record<string, number> {
    const names: string[] = known.secrets.map(({ name }) => name);
    const unknown = asked.filter((name) => !names.includes(name));
    if (unknown.length > 0)
        throw new ToolError(`The stack ${stack} has no secret ${unknown.join(", ")}. It has: ${names.join(", ")}.`);
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
export function listText({ secrets, supplied, rotation }: KnownSecrets): string {
    const width = Math.max(...secrets.map(({ name }) => name.length));
    return secrets
        .map(({ name }) => `  ${name.padEnd(width)}  ${originText(supplied[name], rotation[name] ?? 0)}`)
        .join("\n");
}

function originText(value: Config["secrets"][string] | undefined, rotated: number): string {
    if (value === undefined) return `generated${rotated === 0 ? "" : `, rotation ${rotated}`}`;
    return isSecretOutput(value) ? `the output ${value.output} of the stack ${value.stack}` : "your own";
}

/** What people and other stacks have to do after the rotation; empty when there is nothing to do. */
export function followUps({ secrets }: KnownSecrets, asked: string[], stack: string): string[] {
    const text = {
        sessions: "everybody has to sign in again",
        administrator: `read it with \`npm run --silent output -- admin.password --stack ${stack}\``,
        others: "whoever uses it is refused until it has the new one; run `pulumi up` in its stack",
    };
    return secrets.flatMap(({ name, knownTo }) =>
        knownTo !== undefined && asked.includes(name) ? [`${name}: ${text[knownTo]}`] : [],
    );
}
