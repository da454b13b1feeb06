import * as pulumi from "@pulumi/pulumi";
import { isSecretOutput, secretProblem, type SecretOutput } from "../config/own-secrets";
import type { Config } from "../config/schema";

/**
 * The secrets of one's own by name: as they are given, or read from another stack's outputs.
 *
 * @throws pulumi.RunError (when one is used) that names stack and output where that holds no secret that serves.
 */
export function suppliedSecrets(
    name: string,
    secrets: Config["secrets"],
    opts: pulumi.ResourceOptions,
): Record<string, pulumi.Input<string>> {
    const references = new Map<string, pulumi.StackReference>();
    const referenceTo = (stack: string) => {
        const title = `${name}-secrets-of-${stack.replaceAll("/", "-")}`;
        const reference = references.get(stack) ?? new pulumi.StackReference(title, { name: stack }, opts);
        references.set(stack, reference);
        return reference;
    };
    return Object.fromEntries(
        Object.entries(secrets).map(([key, value]) => [
            key,
            isSecretOutput(value) ? readSecret(key, value, referenceTo(value.stack)) : value,
        ]),
    );
}

function readSecret(key: string, { stack, output }: SecretOutput, reference: pulumi.StackReference) {
    const [top = output, ...path] = output.split(".");
    const found = reference.getOutput(top);
    const secret = pulumi.all([found, pulumi.isSecret(found)]).apply(([value, isSecret]: [unknown, boolean]) => {
        const refuse = (problem: string) =>
            new pulumi.RunError(
                `the output ${output} of the stack ${stack}, which is to be the secret ${key}, ${problem}`,
            );
        const text = path.reduce(partOf, value);
        if (text === undefined) throw refuse("does not exist; export it there, and run `pulumi up` there");
        if (!isSecret) throw refuse("is in clear there; export `pulumi.secret(...)` of a new value");
        const problem = typeof text === "string" ? secretProblem(key, text) : "must be text";
        if (problem !== undefined) throw refuse(problem);
        return text as string;
    });
    return pulumi.secret(secret);
}

function partOf(value: unknown, key: string): unknown {
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
