import * as pulumi from "@pulumi/pulumi";
import { mediaFolder, releaseOf } from "../authentik/releases";
import { listenVariables } from "../authentik/roles";
import { secretVariables, type SettingsTree, settingsToEnvironment } from "../authentik/settings";
import { type EmailConfig, emailSettings } from "../config/email";
import { type Context, dataVolume } from "./context";
import { type PostgresConnection, postgresAccess } from "./postgres-connection";
import { type RedisConnection, redisAccess } from "./redis";
import type { Process, WorkloadFile } from "../engine/workload";

/**
 * Names of the volumes with authentik's own files.
 *
 * @example
 * const { media }: AuthentikVolumes = authentikVolumes("auth", context, networks);
 */
export interface AuthentikVolumes {
    /** Uploaded files, e.g. icons. */
    media: pulumi.Output<string>;
    /** Templates of e-mails. */
    templates: pulumi.Output<string>;
    /** Certificates that authentik imports. */
    certificates: pulumi.Output<string>;
}

/**
 * Makes the volumes with authentik's own files: `ak_media`, `ak_templates` and `ak_certs` behind the prefix, or those that the
 * context names.
 *
 * @param name what the names of their resources begin with.
 * @param parent of their resources.
 * @example
 * const volumes = authentikVolumes("auth", context, networks);
 */
export function authentikVolumes(name: string, context: Context, parent: pulumi.Resource): AuthentikVolumes {
    return {
        media: dataVolume(`${name}-media`, "media", context, { parent }),
        templates: dataVolume(`${name}-templates`, "templates", context, { parent }),
        certificates: dataVolume(`${name}-certificates`, "certificates", context, { parent }),
    };
}

/** What makes one authentik of its image. */
export interface InstanceArgs {
    /** authentik's release, e.g. `2025.8.4`; plain, since it decides what there is. */
    version: string;
    /** The image of that release. */
    image: pulumi.Input<string>;
    /** URL at which browsers reach it, for releases that want to know it. Default: they find it out by themselves. */
    url?: string;
    postgres: PostgresConnection;
    /** Only for releases that need one: up to 2025.8. */
    redis: RedisConnection | undefined;
    /** Signs cookies and tokens; constant for as long as the database lives. Secret, whether or not it is marked so. */
    secretKey: pulumi.Input<string>;
    /**
     * authentik's settings as its documentation names them, e.g. `{ log_level: "debug" }`. Plain; what is known only later
     * can be added to `variables` and `files` of the instance.
     */
    settings: SettingsTree;
    /** Settings that are delivered as files, such as `email.username`, beside those that authentik calls secrets. Default: none. */
    secretSettings?: string[];
    volumes: Record<keyof AuthentikVolumes, pulumi.Input<string>>;
    /** The server that it sends mail through, with the password of `user`, secret whether or not it is marked so. Default: none. */
    email?: EmailConfig & { password?: pulumi.Input<string> };
    /** A folder of the Docker host, as an absolute path, with the user's own blueprints. Default: none. */
    blueprints: { folder?: string };
}

/**
 * What server, worker and the jobs of one authentik share: image, settings, secret files and mounts.
 *
 * @example
 * // A setting that is known only later.
 * const more: Instance = { ...instance, variables: { ...instance.variables, AUTHENTIK_EMAIL__HOST: mail.address } };
 */
export type Instance = Pick<Process, "image" | "variables" | "files" | "mounts" | "hosts" | "dns" | "shm"> & {
    version: string;
    dependsOn: pulumi.Resource[];
};

/**
 * The instance that its arguments describe; no resource is made.
 *
 * @example
 * const instance = authentikInstance({
 *     version: "2025.8.4",
 *     image: officialImages("2025.8.4").server,
 *     postgres: database,
 *     redis: redis.connection,
 *     secretKey: context.credentials.secret("secret-key", "auth", {}),
 *     settings: { log_level: "debug" },
 *     volumes: authentikVolumes("auth", context, networks),
 *     blueprints: {},
 * });
 */
export function authentikInstance(args: InstanceArgs): Instance {
    const { postgres, redis, volumes, email } = args;
    const toPostgres = postgresAccess(postgres);
    const toRedis = redis && redisAccess(redis);
    const settings = {
        ...settingsToEnvironment(args.settings),
        ...(email === undefined ? {} : settingsToEnvironment(emailSettings(email))),
    };
    const secretSettings = secretVariables(args.settings, args.secretSettings ?? []).map(
        (key): [string, WorkloadFile] => [key, secretFile(key.toLowerCase(), pulumi.secret(settings[key] ?? ""))],
    );
    const { storage, hasBaseUrl } = releaseOf(args.version);
    const files: [string, WorkloadFile][] = [
        ["AUTHENTIK_SECRET_KEY", secretFile("secret_key", args.secretKey)],
        ["AUTHENTIK_POSTGRESQL__PASSWORD", toPostgres.password],
        ...(toRedis?.password
            ? [["AUTHENTIK_REDIS__PASSWORD", toRedis.password] satisfies [string, WorkloadFile]]
            : []),
        ...(email?.password === undefined
            ? []
            : [
                  ["AUTHENTIK_EMAIL__PASSWORD", secretFile("email_password", email.password)] satisfies [
                      string,
                      WorkloadFile,
                  ],
              ]),
        ...secretSettings,
    ];
    // Files may have been copied into them, or the volumes be those of another installation.
    const owner = { user: "1000", image: args.image, optional: true };
    return {
        version: args.version,
        image: args.image,
        variables: {
            ...toPostgres.variables,
            ...toRedis?.variables,
            // There is no Docker socket to discover anything through.
            AUTHENTIK_OUTPOSTS__DISCOVER: "false",
            ...settingsToEnvironment(storage),
            ...listenVariables("server", args.version),
            ...(hasBaseUrl && args.url !== undefined ? { AUTHENTIK_WEB__BASE_URL: args.url } : {}),
            ...settings,
            ...Object.fromEntries(files.map(([key, file]) => [key, `file://${file.path}`])),
        },
        files: [...files.map(([, file]) => file), ...toPostgres.certificates, ...(toRedis?.certificates ?? [])],
        mounts: [
            { source: volumes.media, target: mediaFolder, owner },
            { source: volumes.templates, target: "/templates", owner },
            { source: volumes.certificates, target: "/certs", owner },
            ...(args.blueprints.folder === undefined
                ? []
                : [{ source: args.blueprints.folder, target: "/blueprints/custom", readOnly: true }]),
        ],
        dependsOn: [...postgres.dependsOn, ...(redis?.dependsOn ?? [])],
    };
}

/** The instance of worker and job, which apply blueprints: with what `!Env` and `!File` read in the user's own. */
export function withBlueprintReads(
    instance: Instance,
    variables: Record<string, string | number | boolean>,
    secrets: Record<string, pulumi.Input<string>>,
): Instance {
    const texts = Object.entries(variables).map(([name, value]) => [name, String(value)]);
    const files = Object.entries(secrets).map(([name, content]) => secretFile(`blueprints/${name}`, content));
    return {
        ...instance,
        variables: { ...instance.variables, ...(Object.fromEntries(texts) as Record<string, string>) },
        files: [...(instance.files ?? []), ...files],
    };
}

function secretFile(name: string, content: pulumi.Input<string>): WorkloadFile {
    return { path: `/run/secrets/${name}`, content };
}
