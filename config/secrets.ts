import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { z } from "zod";
import { type ApplicationConfig, kindOf } from "../authentik/providers";
import { isCreatedHere, type StackFacts, usesRedis } from "../authentik/roles";
import { section, text } from "../ground/fields";
import { resticKeyNeededBy, resticKeySecret } from "./restic";

/** Name of the secret that is the private key of `postgres.external.clientCertificate`. */
export const clientKeySecret = "postgres-client-key";

/**
 * Name of a secret: what `secrets` and `rotation` in the configuration call it.
 *
 * @example
 * const name: SecretName = "outpost/ak-outpost-organizr";
 */
export type SecretName =
    | "secret-key"
    | "admin-password"
    | "api-token"
    | "postgres"
    | "redis"
    | "backup"
    | "restic-password"
    | typeof resticKeySecret
    | typeof clientKeySecret
    | "email-password"
    | `${"database" | "redis" | "outpost" | "application" | "blueprint" | "certificate"}/${string}`;

/** A secret of a stack. */
export interface StackSecret {
    name: SecretName;
    /** What in the configuration needs the user to supply it. Default: it is generated unless they do. */
    neededBy?: string;
    /** Who has to know a new value, or what it does to people. Default: the stack alone. */
    knownTo?: "sessions" | "administrator" | "others";
}

/** The keys that decide which secrets there are. */
export const decidesSecrets = [
    ...(["version", "postgres", "redis", "consumers", "outposts", "applications"] as const),
    ...(["email", "blueprints", "backup", "certificates"] as const),
] as const;

/** What of a configuration decides which secrets there are. */
export interface SecretFacts extends StackFacts {
    postgres: { external?: { clientCertificate?: string }; stack?: unknown };
    redis: { external?: { password: boolean }; stack?: unknown };
    consumers: { name: string; redisIndex?: number }[];
    outposts: { name: string; type: string }[];
    applications: ApplicationConfig[];
    email?: { user?: string };
    blueprints?: { secrets: string[] };
    certificates?: { name: string }[];
    backup?: { run?: boolean; restic?: { repository: string; user?: string } };
}

/** Every secret that a configuration leads to: the one list of them. */
export function secretsOf(config: SecretFacts): StackSecret[] {
    const { postgres, redis, consumers, outposts, applications, email, blueprints, certificates } = config;
    const external = (service: "postgres" | "redis") =>
        config[service].external === undefined ? undefined : `${service}.external`;
    return [
        { name: "secret-key", knownTo: "sessions" },
        { name: "admin-password", knownTo: "administrator" },
        { name: "api-token", knownTo: "others" },
        ...(isCreatedHere(postgres) ? [{ name: "postgres" } as const] : []),
        ...(isCreatedHere(postgres) && config.backup?.run !== false ? [{ name: "backup" } as const] : []),
        ...(isHandedOver(postgres) ? [] : [{ name: "database/authentik", neededBy: external("postgres") } as const]),
        ...(postgres.external?.clientCertificate === undefined
            ? []
            : [{ name: clientKeySecret, neededBy: "postgres.external.clientCertificate" } as const]),
        ...(isHandedOver(redis) || redis.external?.password === false || !usesRedis(config)
            ? []
            : [{ name: "redis", neededBy: external("redis") } as const]),
        ...consumers.flatMap(({ name, redisIndex }): StackSecret[] => [
            { name: `database/${name}`, knownTo: "others" },
            ...(redisIndex === undefined ? [] : [{ name: `redis/${name}`, knownTo: "others" } as const]),
        ]),
        ...outposts.map(({ name }): StackSecret => ({ name: `outpost/${name}` })),
        ...applications.flatMap((application): StackSecret[] => {
            const { secret } = kindOf(application);
            if (secret?.exists(application) !== true) return [];
            const neededBy = secret.origin === "supplied" ? `the application ${application.slug}` : undefined;
            return [{ name: `application/${application.slug}`, neededBy, knownTo: "others" }];
        }),
        ...(email?.user === undefined ? [] : [{ name: "email-password", neededBy: "email.user" } as const]),
        ...(blueprints?.secrets ?? []).map((secret): StackSecret => ({
            name: `blueprint/${secret}`,
            neededBy: "blueprints.secrets",
        })),
        ...(config.backup?.restic === undefined ? [] : resticSecrets(config.backup.restic)),
        ...(certificates ?? []).map((one): StackSecret => ({
            name: `certificate/${one.name}`,
            neededBy: "certificates",
        })),
    ];
}

/** Supplied, since they have to be known where this stack's state is lost. */
function resticSecrets(to: { repository: string; user?: string }): StackSecret[] {
    const neededBy = resticKeyNeededBy(to);
    return [
        { name: "restic-password", neededBy: "backup.restic" },
        ...(neededBy === undefined ? [] : [{ name: resticKeySecret, neededBy } as const]),
    ];
}

/** The password comes with the connection, from another stack. */
function isHandedOver({ external, stack }: { external?: unknown; stack?: unknown }): boolean {
    return external === undefined && stack !== undefined;
}

/** The value of each secret in a preview without the real ones. */
export const placeholder = "placeholder-for-a-secret";

/**
 * What is wrong with the text of a supplied secret. Passwords of data services and people are whatever these accept, since
 * nobody can choose the one of a server that is there already; authentik reads all from files, without blanks at either end.
 * Tokens and keys go into HTTP headers and URLs; the key of a certificate only into a file.
 */
export function secretProblem(name: string, text: string): string | undefined {
    // Whatever the blueprint is for, such as a private key.
    if (name.startsWith("blueprint/")) return /\S/.test(text) ? undefined : "must not be blank";
    // Python's smtplib sends nothing else. Source: SMTP.auth in its smtplib.py.
    if (name === "email-password" && /[^\0-\x7f]/.test(text))
        return "must be in ASCII, since authentik's mail client sends nothing else; set another at the mail server";
    // The rules of backup.restic tell which of the two it has to be.
    if (name === resticKeySecret && text.includes("-----BEGIN ")) return sshKeyProblem(text);
    if (/^(redis|email-password|admin-password|postgres|backup|restic-.*)$|^(database|redis)\//.test(name))
        return /^[^\s\p{Cc}\p{Cs}]([^\p{Cc}\p{Cs}]*[^\s\p{Cc}\p{Cs}])?$/u.test(text) &&
            (mayBeShort(name) || text.length >= 8)
            ? undefined
            : oneLine(mayBeShort(name));
    if (!isKey(name)) return /^[!#-&(-[\]-~]{8,}$/.test(text) ? undefined : printable;
    if (text === placeholder || privateKeyIn(text) !== undefined) return undefined;
    const set = `pulumi config set --secret --path 'secrets["${name}"]' < file.key`;
    return `must be a private key as PEM with its line breaks, without a passphrase; \`${set}\` takes it from a file`;
}

/** Whether it is the private key of a certificate. */
export function isKey(name: string): boolean {
    return name === clientKeySecret || name.startsWith("certificate/");
}

/** An external server may have them already. */
function mayBeShort(name: string): boolean {
    return ["database/authentik", "redis", "email-password", "restic-password", resticKeySecret].includes(name);
}

/** Why it is no private key that ssh uses without asking; undefined when it is one. Source: PROTOCOL.key of OpenSSH. */
export function sshKeyProblem(text: string): string | undefined {
    const [, body] =
        /^-----BEGIN OPENSSH PRIVATE KEY-----\n([\s\S]+)\n-----END OPENSSH PRIVATE KEY-----\s*$/.exec(
            text.replaceAll("\r\n", "\n"),
        ) ?? [];
    const isOpen = body !== undefined && Buffer.from(body, "base64").toString("latin1").startsWith(openKey);
    if (isOpen || privateKeyIn(text) !== undefined) return undefined;
    const set = `pulumi config set --secret --path 'secrets["${resticKeySecret}"]' < id_ed25519`;
    return `must be a private key of ssh with its line breaks, without a passphrase; \`${set}\` takes it from a file`;
}

/** How one begins whose cipher is none. */
const openKey = "openssh-key-v1\0\0\0\0\x04none";

function oneLine(isShort: boolean): string {
    const what = isShort ? "a text" : "at least 8 printable characters";
    return `must be ${what} on one line, without blanks at its start and end`;
}

const printable = "must be at least 8 printable characters without quotes or backslashes";

/** The full name of a stack. */
export const stackName = text(
    "must be organization/project/stack, such as organization/authentik-stack/prod",
    /^[\w.-]+\/[\w.-]+\/[\w.-]+$/,
);

const output = section({ stack: stackName, output: z.string().min(1) });

/** Where a secret is read from: an output of another stack, or a part of one. */
export type SecretOutput = z.infer<typeof output>;

/** Whether a secret is to be read from another stack. */
export function isSecretOutput(value: unknown): value is SecretOutput {
    return typeof value === "object" && value !== null && "stack" in value;
}

const orElse = ", or {stack, output} to read it from another stack";

/** Secrets that the user supplies, by name. */
export const suppliedSecrets = z
    .record(z.string(), z.union([z.string(), output], { error: printable + orElse }))
    .superRefine((secrets, context) => {
        for (const [name, value] of Object.entries(secrets)) {
            const problem = typeof value === "string" ? secretProblem(name, value) : undefined;
            if (problem !== undefined) context.addIssue({ code: "custom", path: [name], message: problem + orElse });
        }
    })
    .default({})
    .describe("your own secrets instead of generated ones, by name; see docs/secrets.md");

/** Certificates as PEM, one or more. */
export const certificates = text(
    "must be certificates as PEM with their line breaks, and nothing else; `pulumi config set --path '{key}' < file.crt` takes it from a file",
    (value) => certificatesIn(value) !== undefined,
);

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

/** The private key in a PEM text; undefined when there is none, or it needs a passphrase. */
export function privateKeyIn(pem: string): KeyObject | undefined {
    try {
        return createPrivateKey(pem);
    } catch {
        return undefined;
    }
}
