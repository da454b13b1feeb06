import type { types } from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { OidcEndpoints } from "../authentik/oidc";
import type { AuthentikOutputs, AuthentikReference, DatabaseOutput, RedisOutput } from "./outputs";

/** Fields of another stack's output, each on its own: only what is said to be secret is. */
type Fields<T> = { [K in keyof T]: pulumi.Output<T[K]> };

/**
 * A client of OpenID Connect, as the stack of its application gets it.
 *
 * @example
 * const { issuer, clientId, clientSecret }: OidcClientReference = oidcClient(reference, "paperless");
 */
export interface OidcClientReference extends Fields<OidcEndpoints> {
    /** URL at which a browser reaches the application. */
    url: pulumi.Output<string>;
    clientId: pulumi.Output<string>;
    /** Secret; empty for a public client. */
    clientSecret: pulumi.Output<string>;
    /** The settings that the preset has for the application; empty without a preset. */
    environment: {
        /** The values without the client secret in them. */
        plain: pulumi.Output<Record<string, string>>;
        /** The values with the client secret in them. Secret. */
        secret: pulumi.Output<Record<string, string>>;
    };
}

/**
 * The OIDC client of an application in another stack.
 *
 * @param slug as the other stack's `applications` has it.
 * @throws pulumi.RunError (when it is used) that names the stack and what to configure there.
 * @example
 * const client = oidcClient(reference, "paperless");
 * return client.discovery;
 */
export function oidcClient(authentik: AuthentikReference, slug: string): OidcClientReference {
    const application = entry(
        authentik,
        "applications",
        slug,
        `add it to \`applications\`, with a provider of type oidc, ${inConfiguration}`,
    );
    const oidc = pulumi.all([authentik.stack, application]).apply(([stack, { oidc: client }]) => {
        if (client !== undefined) return client;
        throw new pulumi.RunError(`in the stack ${stack} the provider of the application ${slug} is not of type oidc`);
    });
    // Another stack sees the whole output as secret because parts of it are; most of it may be shown.
    const plain = pulumi.unsecret(oidc);
    return {
        url: pulumi.unsecret(application).url,
        issuer: plain.issuer,
        discovery: plain.discovery,
        authorize: plain.authorize,
        token: plain.token,
        userinfo: plain.userinfo,
        jwks: plain.jwks,
        endSession: plain.endSession,
        clientId: plain.clientId,
        clientSecret: pulumi.secret(oidc.clientSecret),
        environment: {
            plain: plain.apply(({ environment, clientSecret }) => pick(environment, clientSecret, false)),
            secret: pulumi.secret(oidc.apply(({ environment, clientSecret }) => pick(environment, clientSecret, true))),
        },
    };
}

/**
 * The database of a consumer in another stack's PostgreSQL. The consumer's container has to be on the network `db`.
 *
 * @param consumer as the other stack's `consumers` has it.
 * @throws pulumi.RunError (when it is used) that names the stack and what to configure there.
 * @example
 * const { host, port, database, user, password } = consumerDatabase(reference, "paperless");
 */
export function consumerDatabase(authentik: AuthentikReference, consumer: string): Fields<DatabaseOutput> {
    const found = entry(authentik, "databases", consumer, `add it to \`consumers\` ${inConfiguration}`);
    const { host, port, database, user } = pulumi.unsecret(found);
    return { host, port, database, user, password: pulumi.secret(found.password) };
}

/**
 * The user of a consumer in another stack's Redis, and the database set aside for it. The consumer's container has to be on
 * the network `db`.
 *
 * @param consumer as the other stack's `consumers` has it, with a `redisIndex`.
 * @throws pulumi.RunError (when it is used) that names the stack and what to configure there.
 * @example
 * const { url } = consumerRedis(reference, "paperless");
 */
export function consumerRedis(
    authentik: AuthentikReference,
    consumer: string,
): Fields<RedisOutput> & { /** All of it as one URL. Secret. */ url: pulumi.Output<string> } {
    const found = entry(authentik, "redis", consumer, `give it a \`redisIndex\` in \`consumers\` ${inConfiguration}`);
    const { host, port, index, user } = pulumi.unsecret(found);
    const password = pulumi.secret(found.password);
    const login = password.apply(encodeURIComponent);
    const url = pulumi.interpolate`redis://${user}:${login}@${host}:${port}/${index}`;
    return { host, port, index, user, password, url };
}

/**
 * Name of a network of another stack.
 *
 * @param role as the other stack's `networks` has it, e.g. `db`.
 * @throws pulumi.RunError (when it is used) that names the stack and the roles that there are.
 * @example
 * const networksAdvanced = [{ name: networkName(reference, "frontend") }];
 */
export function networkName(authentik: AuthentikReference, role: string): pulumi.Output<string> {
    return entry(authentik, "networks", role, "choose one of these");
}

const inConfiguration = "in its configuration, and run `pulumi up` there";

type Kind = "applications" | "databases" | "redis" | "networks";

function entry<K extends Kind>(
    authentik: AuthentikReference,
    key: K,
    name: string,
    cure: string,
): pulumi.Output<AuthentikOutputs[K][string]> {
    // Each of them is a record by name; TypeScript cannot follow which one through an output.
    const all: pulumi.Output<unknown> = authentik[key];
    const read = ([stack, found]: [string, unknown]): AuthentikOutputs[K][string] => {
        const known = found as Record<string, AuthentikOutputs[K][string] | undefined>;
        const value = known[name];
        if (value !== undefined) return value;
        const names = Object.keys(known).join(", ");
        const there = names === "" ? "there are none" : `there are ${names}`;
        throw new pulumi.RunError(`the stack ${stack} has no ${name} among its ${key} (${there}); ${cure}`);
    };
    return pulumi.all([authentik.stack, all]).apply(read);
}

/** The values that hold the secret, or those that do not; without a secret none does. */
function pick(values: Record<string, string>, secret: string, holding: boolean): Record<string, string> {
    const holds = (value: string) => secret !== "" && value.includes(secret);
    return Object.fromEntries(Object.entries(values).filter(([, value]) => holds(value) === holding));
}

/** Environment variables, known or not yet. */
type Variables = pulumi.Input<Record<string, pulumi.Input<string | number>>>;

/**
 * Secrets of a container as files, and the environment variables that name these files.
 *
 * @example
 * const { variables, uploads }: SecretFiles = secretFiles(1000, { DB_PASS: new pulumi.Config().requireSecret("password") });
 */
export interface SecretFiles {
    /** `<KEY>_FILE` with the path of the file: not secret. */
    variables: pulumi.Output<Record<string, string>>;
    /** The files, readable by their owner alone: `uploads` of a docker.Container. Secret. */
    uploads: pulumi.Output<types.input.ContainerUpload[]>;
}

/**
 * Hands secrets to a container whose image reads `<KEY>_FILE` where it reads `<KEY>`.
 *
 * @param owner user inside the container that reads the files, as a numeric id.
 * @param secrets by environment variable; later ones override earlier ones.
 * @returns files `/run/secrets/<key in lower case>` of mode 0400.
 * @example
 * const secrets = secretFiles(1000, { DB_PASS: consumerDatabase(reference, "wiki").password });
 * const container = new docker.Container("wiki", {
 *     image: "ghcr.io/requarks/wiki:2.5",
 *     envs: containerEnvs(secrets.variables),
 *     uploads: secrets.uploads,
 * });
 */
export function secretFiles(owner: number, ...secrets: Variables[]): SecretFiles {
    const all = merged(secrets);
    return {
        // Their names are not secret.
        variables: pulumi
            .unsecret(all)
            .apply((values) => Object.fromEntries(Object.keys(values).map((key) => [`${key}_FILE`, pathOf(key)]))),
        uploads: pulumi.secret(all).apply((values) =>
            Object.entries(values).map(([key, content]) => ({
                file: pathOf(key),
                content: String(content),
                owner: String(owner),
                group: String(owner),
                permissions: "0400",
            })),
        ),
    };
}

/**
 * Environment variables as a docker.Container takes them; later ones override earlier ones. Not for secrets: whoever can
 * inspect the container sees them.
 *
 * @example
 * const envs = containerEnvs(client.environment.plain, { DB_TYPE: "postgres", DB_PORT: 5432 });
 */
export function containerEnvs(...variables: Variables[]): pulumi.Output<string[]> {
    return merged(variables).apply((values) => Object.entries(values).map(([key, value]) => `${key}=${value}`));
}

function merged(variables: Variables[]): pulumi.Output<Record<string, string | number>> {
    const known = variables.map((values): pulumi.Output<Record<string, string | number>> => pulumi.output(values));
    return pulumi.all(known).apply((list) => Object.assign({}, ...list) as Record<string, string | number>);
}

function pathOf(key: string): string {
    return `/run/secrets/${key.toLowerCase()}`;
}
