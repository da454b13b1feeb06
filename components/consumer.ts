import type { types } from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { OidcEndpoints } from "../authentik/oidc";
import type { ApplicationOutput } from "../authentik/providers";
import type { AuthentikOutputs, AuthentikReference, DatabaseOutput, OutpostOutput, RedisOutput } from "./outputs";

/** A part of what an application has to know. */
type Part<K extends keyof ApplicationOutput> = NonNullable<ApplicationOutput[K]>;

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
    const { url, part: oidc } = partOf(authentik, slug, "oidc", "oidc");
    // Another stack sees the whole output as secret because parts of it are; most of it may be shown.
    const plain = pulumi.unsecret(oidc);
    return {
        url,
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
 * What the application of a SAML provider in another stack has to know: entity id, metadata and endpoints.
 *
 * @param slug as the other stack's `applications` has it.
 * @throws pulumi.RunError (when it is used) that names the stack and what to configure there.
 * @example
 * const { entityId, metadata, ssoRedirect } = samlProvider(reference, "nextcloud");
 */
export function samlProvider(authentik: AuthentikReference, slug: string): Fields<Part<"saml">> {
    const { entityId, metadata, ssoPost, ssoRedirect, slo } = pulumi.unsecret(
        partOf(authentik, slug, "saml", "saml").part,
    );
    return { entityId, metadata, ssoPost, ssoRedirect, slo };
}

/**
 * The LDAP directory of an application in another stack, and the account with which the application binds. The address is
 * that of the outpost: `outpostAccess`.
 *
 * @param slug as the other stack's `applications` has it.
 * @throws pulumi.RunError (when it is used) that names the stack and what to configure there.
 * @example
 * const { baseDn, bindDn, bindPassword } = ldapDirectory(reference, "nas");
 */
export function ldapDirectory(authentik: AuthentikReference, slug: string): Fields<Part<"ldap">> {
    const { part } = partOf(authentik, slug, "ldap", "ldap");
    const { baseDn, bindDn } = pulumi.unsecret(part);
    return { baseDn, bindDn, bindPassword: pulumi.secret(part.bindPassword) };
}

/**
 * The shared secret of a RADIUS client in another stack. Secret. The address is that of the outpost: `outpostAccess`.
 *
 * @param slug as the other stack's `applications` has it.
 * @throws pulumi.RunError (when it is used) that names the stack and what to configure there.
 * @example
 * const secret = radiusSecret(reference, "wifi");
 */
export function radiusSecret(authentik: AuthentikReference, slug: string): pulumi.Output<string> {
    return pulumi.secret(partOf(authentik, slug, "radius", "radius").part.sharedSecret);
}

/**
 * How a proxy of one's own asks the outpost of an application in another stack: settings of nginx, Caddy, Traefik and Nginx
 * Proxy Manager.
 *
 * @param slug as the other stack's `applications` has it.
 * @throws pulumi.RunError (when it is used) that names the stack and what to configure there.
 * @example
 * const caddyfile = proxySnippets(reference, "dashboard").caddy;
 */
export function proxySnippets(authentik: AuthentikReference, slug: string): pulumi.Output<Part<"snippets">> {
    return pulumi.unsecret(partOf(authentik, slug, "snippets", "proxy, forward_single or forward_domain").part);
}

/**
 * An outpost of another stack, as a program has it that runs or reaches it.
 *
 * @example
 * const { token, addresses }: OutpostAccess = outpostAccess(reference, "ak-outpost-home");
 */
export interface OutpostAccess {
    /** The token authentik knows it by. Secret. */
    token: pulumi.Output<string>;
    /** URL at which containers reach it, by name of the network; none of an outpost that runs elsewhere. */
    addresses: pulumi.Output<Record<string, string>>;
    /** Slugs of the applications it protects. */
    applications: pulumi.Output<string[]>;
    /** For an outpost that runs elsewhere: how to run it. */
    snippets: pulumi.Output<OutpostOutput["snippets"]>;
}

/**
 * An outpost of another stack, with its token.
 *
 * @param name as the other stack's `outposts` has it.
 * @throws pulumi.RunError (when it is used) that names the stack and what to configure there.
 * @example
 * const { token } = outpostAccess(reference, "ak-outpost-garage");
 * const files = secretFiles(1000, { AUTHENTIK_TOKEN: token });
 */
export function outpostAccess(authentik: AuthentikReference, name: string): OutpostAccess {
    const found = entry(authentik, "outposts", name, `add it to \`outposts\` ${inConfiguration}`);
    const plain = pulumi.unsecret(found);
    return {
        token: pulumi.secret(found.token),
        addresses: plain.addresses,
        applications: plain.applications,
        snippets: plain.apply(({ snippets }) => snippets),
    };
}

/**
 * The administrator of another stack's authentik, as the first install made it.
 *
 * @example
 * const { username, password } = adminAccount(reference);
 */
export function adminAccount({ admin }: AuthentikReference): Fields<AuthentikOutputs["admin"]> {
    return { username: pulumi.unsecret(admin).username, password: pulumi.secret(admin.password) };
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

/**
 * Name of a volume of another stack.
 *
 * @param what it holds, as the other stack's output `volumes` has it, e.g. `media`.
 * @throws pulumi.RunError (when it is used) that names the stack and the volumes that there are.
 * @example
 * const mounts = [{ type: "volume", source: volumeName(reference, "backups"), target: "/backups", readOnly: true }];
 */
export function volumeName(authentik: AuthentikReference, what: string): pulumi.Output<string> {
    return entry(authentik, "volumes", what, "choose one of these");
}

const inConfiguration = "in its configuration, and run `pulumi up` there";

type Kind = "applications" | "databases" | "redis" | "networks" | "outposts" | "volumes";

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

/**
 * A part of what an application has to know.
 *
 * @param types the types of provider that have it.
 */
function partOf<K extends keyof ApplicationOutput>(
    authentik: AuthentikReference,
    slug: string,
    key: K,
    types: string,
): { url: pulumi.Output<string>; part: pulumi.Output<Part<K>> } {
    const cure = `add it to \`applications\`, with a provider of type ${types}, ${inConfiguration}`;
    const application = entry(authentik, "applications", slug, cure);
    const read = ([stack, found]: [string, ApplicationOutput]): Part<K> => {
        const part = found[key];
        if (part !== undefined) return part;
        throw new pulumi.RunError(
            `in the stack ${stack} the provider of the application ${slug} is not of type ${types}`,
        );
    };
    return {
        url: pulumi.unsecret(application).url,
        part: pulumi.all([authentik.stack, application]).apply<Part<K>>(read),
    };
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
