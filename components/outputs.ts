import * as pulumi from "@pulumi/pulumi";
import type { Monitoring } from "../authentik/monitoring";
import { protectedBy } from "../authentik/applications";
import { type ApplicationConfig, type ApplicationOutput, outputOf } from "../authentik/providers";
import type { OutputContext } from "../authentik/providers/kind";
import { settingsToEnvironment } from "../authentik/settings";
import { type OutpostSnippets, outpostSnippets } from "../authentik/snippets/outpost";
import type { Config, OutpostConfig } from "../config/schema";
import { isObject, type Path, valueAt } from "../ground/problems";
import type { PostgresConnection } from "./postgres-connection";
import type { ConsumerRedisConnection } from "./redis";
import type { Outpost } from "./outpost";

/**
 * A database of the shared PostgreSQL.
 *
 * @example
 * const database: DatabaseOutput = { host: "postgres", port: 5432, database: "wiki", user: "wiki", password: "..." };
 */
export interface DatabaseOutput {
    /** Name of the server on the network `db`. */
    host: string;
    port: number;
    database: string;
    user: string;
    /** Secret. */
    password: string;
}

/**
 * A Redis user, and the database set aside for it.
 *
 * @example
 * const redis: RedisOutput = { host: "redis", port: 6379, index: 2, user: "paperless", password: "..." };
 */
export interface RedisOutput {
    /** Name of the server on the network `db`. */
    host: string;
    port: number;
    /** Number of the database, 0 to 15. */
    index: number;
    user: string;
    /** Secret. */
    password: string;
}

/**
 * An outpost.
 *
 * @example
 * const outpost: OutpostOutput = {
 *     token: "...",
 *     addresses: { backend_net: "http://ak-outpost-home:9000" },
 *     applications: ["dashboard"],
 * };
 */
export interface OutpostOutput {
    /** The token authentik knows it by. Secret. */
    token: string;
    /** URL at which containers reach it, by name of the network; none of an outpost that runs elsewhere. */
    addresses: Record<string, string>;
    /** Slugs of the applications it protects. */
    applications: string[];
    /** For an outpost that runs elsewhere: how to run it. */
    snippets?: OutpostSnippets;
}

/**
 * What a stack hands to other stacks, and what `pulumi stack output` shows.
 *
 * @example
 * const { url, admin }: Pending<AuthentikOutputs> = authentik.outputs;
 */
export interface AuthentikOutputs {
    /** URL at which a browser reaches authentik. */
    url: string;
    /** authentik's release, e.g. `2025.8.4`. */
    version: string;
    /** The administrator that a first install makes; the password is secret. */
    admin: { username: string; password: string };
    /** Token of authentik's API, of the stack's own account `authentik-stack`, which has all rights. Secret. */
    apiToken: string;
    /** Outposts, by name. */
    outposts: Record<string, OutpostOutput>;
    /** What the consumer of each application needs, by slug. */
    applications: Record<string, ApplicationOutput>;
    /** Names of the networks, by role. */
    networks: Record<string, string>;
    /** Names of the volumes, by what they hold. */
    volumes: Record<string, string>;
    /** A configuration of Autorestic, which copies the volumes elsewhere. */
    autorestic: string;
    /** Databases of the shared PostgreSQL, by consumer. */
    databases: Record<string, DatabaseOutput>;
    /** Users of the shared Redis, by consumer. */
    redis: Record<string, RedisOutput>;
    /** Files for a Prometheus and a Grafana; none without a network `monitoring`. */
    monitoring?: Monitoring;
    /** PEM of the gateway's own CA, for those who should trust it; none where it certifies no name. */
    rootCertificate?: string;
}

/**
 * The same values before they are known: each leaf may be an output, and each secret is secret on its own.
 *
 * @example
 * const outputs: Pending<{ url: string }> = { url: pulumi.output("https://auth.example.com") };
 */
export type Pending<T> = T extends string | number | boolean ? pulumi.Input<T> : { [K in keyof T]: Pending<T[K]> };

/**
 * The outputs of another stack of this program: an output that is not read need not exist.
 *
 * @example
 * const reference: AuthentikReference = authentikOutputs(new pulumi.StackReference("organization/authentik-stack/prod"));
 */
export type AuthentikReference = {
    readonly [K in keyof Required<AuthentikOutputs>]: pulumi.Output<AuthentikOutputs[K]>;
} & {
    /** The other stack's name, for messages. */
    readonly stack: pulumi.Output<string>;
};

/**
 * The outputs of another stack of this program, typed.
 *
 * An output that holds a secret anywhere is secret as a whole, since that is how stacks see each other; `oidcClient`,
 * `outpostAccess`, `consumerDatabase` and the others take the parts out of it, and mark as secret only those that are.
 *
 * @throws pulumi.RunError (when an output is used) that says what to do where the other stack has none.
 * @example
 * const reference = authentikOutputs(new pulumi.StackReference("organization/authentik-stack/prod"));
 * return reference.url;
 */
export function authentikOutputs(reference: pulumi.StackReference): AuthentikReference {
    const output = <K extends keyof AuthentikOutputs>(key: K) =>
        pulumi.all([reference.name, reference.getOutput(key)]).apply(([stack, value]: [string, unknown]) => {
            if (value !== undefined) return value;
            const cure = "it has to be one of authentik-stack, and `pulumi up` has to have run there";
            throw new pulumi.RunError(`the stack ${stack} has no output ${key}; ${cure}`);
        }) as pulumi.Output<AuthentikOutputs[K]>;
    return {
        stack: reference.name,
        get url() {
            return output("url");
        },
        get version() {
            return output("version");
        },
        get admin() {
            return output("admin");
        },
        get apiToken() {
            return output("apiToken");
        },
        get outposts() {
            return output("outposts");
        },
        get applications() {
            return output("applications");
        },
        get networks() {
            return output("networks");
        },
        get volumes() {
            return output("volumes");
        },
        get autorestic() {
            return output("autorestic");
        },
        get databases() {
            return output("databases");
        },
        get redis() {
            return output("redis");
        },
        get monitoring() {
            return reference.getOutput("monitoring") as pulumi.Output<Monitoring | undefined>;
        },
        get rootCertificate() {
            return reference.getOutput("rootCertificate") as pulumi.Output<string | undefined>;
        },
    };
}

/** An outpost as others see it. */
export function outpostOutput(outpost: Outpost, applications: ApplicationConfig[]): Pending<OutpostOutput> {
    const { token, addresses } = outpost;
    return { token, addresses, applications: protectedBy(outpost.outpost, applications).map(({ slug }) => slug) };
}

/** An outpost that runs elsewhere. */
export function outpostElsewhere(
    { name, type, ports, settings, memory, cpus }: OutpostConfig,
    { version, url, applications }: Pick<Config, "version" | "url" | "applications">,
    image: pulumi.Input<string>,
    token: pulumi.Output<string>,
): Pending<OutpostOutput> {
    const variables = settingsToEnvironment(settings);
    const write = (known: string) =>
        outpostSnippets({ name, type, version, url, ports, variables, memory, cpus, image: known }, pulumi.getStack());
    return {
        token: pulumi.secret(token),
        addresses: {},
        applications: protectedBy(name, applications).map(({ slug }) => slug),
        snippets: typeof image === "string" ? write(image) : pulumi.output(image).apply(write),
    };
}

/**
 * What the consumer of an application needs.
 *
 * @param secret the application's secret, where it has one: values made from it become secret, all others stay plain.
 */
export function applicationOutput(
    application: ApplicationConfig,
    secret: pulumi.Output<string> | undefined,
    context: Omit<OutputContext, "secret">,
): Pending<ApplicationOutput> {
    const write = (text: string) => outputOf(application, { ...context, secret: text });
    return secret === undefined ? write("") : withSecret(write, secret);
}

/** Put in the place of a secret to find the values that are made from it; no other text contains it. */
const mark = "<the secret of the application>";

function withSecret<T extends object>(write: (secret: string) => T, secret: pulumi.Output<string>): Pending<T> {
    const fill = (value: unknown, path: Path): unknown => {
        if (isObject(value)) return mapValues({ ...value }, (part, key) => fill(part, [...path, key]));
        if (typeof value !== "string" || !value.includes(mark)) return value;
        return secret.apply((text) => valueAt(write(text), path));
    };
    return fill(write(mark), []) as Pending<T>;
}

/** A connection as consumers get it. */
export function databaseOutput({ host, port, database, user, password }: PostgresConnection): Pending<DatabaseOutput> {
    return { host, port, database, user, password: pulumi.secret(password) };
}

/** A connection as consumers get it. */
export function redisOutput({ host, port, index, user, password }: ConsumerRedisConnection): Pending<RedisOutput> {
    return { host, port, index, user, password: pulumi.secret(password) };
}

/** A record with every value converted. */
export function mapValues<From, To>(
    record: Record<string, From>,
    convert: (value: From, key: string) => To,
): Record<string, To> {
    return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, convert(value, key)]));
}
