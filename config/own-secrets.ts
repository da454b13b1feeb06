import { z } from "zod";
import { section, text } from "./fields";

/** What a secret of one's own must look like: it goes into files, URLs and SQL. */
export const secretForm = {
    pattern: /^[!#-&(-[\]-~]{8,}$/,
    error: "must be at least 8 printable characters without quotes or backslashes",
} as const;

/** Names a stack in full. */
export const stackName = {
    pattern: /^[\w.-]+\/[\w.-]+\/[\w.-]+$/,
    error: "must be organization/project/stack, such as organization/authentik-stack/prod",
} as const;

const output = section({ stack: text(stackName.error, stackName.pattern), output: z.string().min(1) });

/** Where a secret is read from: an output of another stack, or a part of one. */
export type SecretOutput = z.infer<typeof output>;

const error = `${secretForm.error}, or {stack, output} to read it from another stack`;

/** Secrets of one's own, by name. */
export const ownSecrets = z
    .record(z.string(), z.union([text(error, secretForm.pattern), output], { error }))
    .default({})
    .describe("secrets of your own instead of generated ones, by name; docs/secrets.md says where from");
