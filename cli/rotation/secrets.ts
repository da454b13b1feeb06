import { loadConfig } from "../../config/load";
import type { Config } from "../../config/schema";
import { isSecretOutput, secretsOf, type StackSecret } from "../../config/secrets";
import { runPulumi } from "../engine/pulumi-command";
import { keyOf } from "../project";
import { type OpenStack, projectName } from "../workplace";
import { ToolError } from "../progress";

/** A stack's secrets, without their values. */
export interface KnownSecrets {
    secrets: StackSecret[];
    /** Secrets that the user supplies; they are not generated. */
    supplied: Config["secrets"];
    /** How often each was rotated; a missing one was never rotated. */
    rotation: Record<string, number>;
}

/**
 * Finds out which secrets a stack has, from everything that Pulumi merges into its configuration.
 *
 * @throws RunError with every problem in the configuration.
 */
export async function readSecrets({ stack, workplace, options }: OpenStack): Promise<KnownSecrets> {
    const file = options.configFile === undefined ? [] : ["--config-file", options.configFile];
    // Without --show-secrets, no key that contains a secret could be read at all.
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
 * The next rotation numbers, with which the named secrets are generated again.
 *
 * @throws ToolError for unknown names, and for secrets that are not generated.
 */
export function nextRotation(known: KnownSecrets, asked: string[], stack: string): Record<string, number> {
    const names: string[] = known.secrets.map(({ name }) => name);
    const unknownNames = asked.filter((name) => !names.includes(name));
    if (unknownNames.length > 0)
        throw new ToolError(
            `The stack ${stack} has no secret ${unknownNames.join(", ")}. It has: ${names.join(", ")}.`,
        );
    const own = asked.flatMap((name) => ownText(name, known.supplied[name], stack));
    if (own.length > 0) throw new ToolError(own.join("\n"));
    return Object.fromEntries(asked.map((name) => [name, (known.rotation[name] ?? 0) + 1]));
}

/** How to change a secret that is not generated. */
function ownText(name: string, value: Config["secrets"][string] | undefined, stack: string): string[] {
    if (value === undefined) return [];
    if (isSecretOutput(value))
        return [
            `The secret ${name} is the output ${value.output} of the stack ${value.stack}: change it there, then run \`npm start -- ${stack}\`.`,
        ];
    const set = `npm run pulumi -- config set --stack ${stack} --secret --path '${keyOf(`secrets["${name}"]`)}'`;
    return [
        `You supply the secret ${name} yourself: set another value with \`${set}\`, then run \`npm start -- ${stack}\`.`,
    ];
}

/** Every secret, one per line: where it comes from, and how often it was rotated. */
export function listText({ secrets, supplied, rotation }: KnownSecrets): string {
    const width = Math.max(...secrets.map(({ name }) => name.length));
    return secrets
        .map(({ name }) => `  ${name.padEnd(width)}  ${originText(supplied[name], rotation[name] ?? 0)}`)
        .join("\n");
}

function originText(value: Config["secrets"][string] | undefined, rotated: number): string {
    if (value === undefined) return `generated${rotated === 0 ? "" : `, rotation ${rotated}`}`;
    return isSecretOutput(value) ? `the output ${value.output} of the stack ${value.stack}` : "supplied by you";
}

/** What people and other stacks have to do after the rotation; empty if nothing. */
export function followUps({ secrets }: KnownSecrets, asked: string[], stack: string): string[] {
    const text = {
        sessions: "everyone has to sign in again",
        administrator: `read it with \`npm run --silent output -- admin.password --stack ${stack}\``,
        others: "its users are refused until they have the new one; run `pulumi up` in their stacks",
    };
    return secrets.flatMap(({ name, knownTo }) =>
        knownTo !== undefined && asked.includes(name) ? [`${name}: ${text[knownTo]}`] : [],
    );
}
