import { z } from "zod";
import { section, text } from "../ground/fields";
import { privateKeyIn } from "./pem";

/** Name of the secret that is the private key of `postgres.external.clientCertificate`. */
export const clientKeySecret = "postgres-client-key";

/** What stands for each secret where a preview has none. */
export const placeholder = "placeholder-for-a-secret";

/** What is wrong with the text of a secret of one's own: it goes into files, URLs and SQL, a key only into a file. */
export function secretProblem(name: string, text: string): string | undefined {
    if (name !== clientKeySecret) return /^[!#-&(-[\]-~]{8,}$/.test(text) ? undefined : printable;
    if (text === placeholder || privateKeyIn(text) !== undefined) return undefined;
    const set = `pulumi config set --secret --path 'secrets["${clientKeySecret}"]' < file.key`;
    return `must be a private key as PEM with its line breaks, without a passphrase; \`${set}\` takes it from a file`;
}

const printable = "must be at least 8 printable characters without quotes or backslashes";

/** Names a stack in full. */
export const stackName = {
    pattern: /^[\w.-]+\/[\w.-]+\/[\w.-]+$/,
    error: "must be organization/project/stack, such as organization/authentik-stack/prod",
} as const;

const output = section({ stack: text(stackName.error, stackName.pattern), output: z.string().min(1) });

/** Where a secret is read from: an output of another stack, or a part of one. */
export type SecretOutput = z.infer<typeof output>;

/** Whether a secret is to be read from another stack. */
export function isSecretOutput(value: unknown): value is SecretOutput {
    return typeof value === "object" && value !== null && "stack" in value;
}

const orElse = ", or {stack, output} to read it from another stack";

/** Secrets of one's own, by name. */
export const ownSecrets = z
    .record(z.string(), z.union([z.string(), output], { error: printable + orElse }))
    .superRefine((secrets, context) => {
        for (const [name, value] of Object.entries(secrets)) {
            const problem = typeof value === "string" ? secretProblem(name, value) : undefined;
            if (problem !== undefined) context.addIssue({ code: "custom", path: [name], message: problem + orElse });
        }
    })
    .default({})
    .describe("secrets of your own instead of generated ones, by name; docs/secrets.md says where from");
