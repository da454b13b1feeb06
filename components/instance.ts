import * as pulumi from "@pulumi/pulumi";
import { mediaFolder, releaseOf } from "../authentik/releases";
import { listenVariables } from "../authentik/roles";
import { secretVariables, type SettingsTree, settingsToEnvironment } from "../authentik/settings";
import { type Context, dataVolume } from "./context";
import { type PostgresConnection, postgresAccess } from "./postgres";
import { type RedisConnection, redisAccess } from "./redis";
import type { Process, WorkloadFile } from "../engine/workload";

/** Names of the volumes with authentik's own files. */
export interface AuthentikVolumes {
    /** Uploaded files, e.g. icons. */
    media: pulumi.Output<string>;
    /** Templates of e-mails. */
    templates: pulumi.Output<string>;
    /** Certificates that authentik imports. */
    certificates: pulumi.Output<string>;
}

/** The volumes with authentik's own files. */
export function authentikVolumes(name: string, context: Context, parent: pulumi.Resource): AuthentikVolumes {
    return {
        media: dataVolume(`${name}-media`, "ak_media", context, { parent }),
        templates: dataVolume(`${name}-templates`, "ak_templates", context, { parent }),
        certificates: dataVolume(`${name}-certificates`, "ak_certs", context, { parent }),
    };
}

export interface InstanceArgs {
    /** authentik's version, e.g. `2025.8.4`. */
    version: string;
    image: pulumi.Input<string>;
    postgres: PostgresConnection;
    /** Only for releases that need one. */
    redis: RedisConnection | undefined;
    secretKey: pulumi.Output<string>;
    settings: SettingsTree;
    /** Settings that are delivered as files, such as `email.username`, beside those that authentik calls secrets. Default: none. */
    secretSettings?: string[];
    volumes: AuthentikVolumes;
    /** A folder of the Docker host with blueprints of the user's own. Default: none. */
    blueprints: { folder?: string };
}

/** What server, worker and the jobs of one authentik share: image, settings, secret files and mounts. */
export type Instance = Pick<Process, "image" | "variables" | "files" | "mounts"> & {
    version: string;
    dependsOn: pulumi.Resource[];
};

/** The instance that its arguments describe; pure, no resource is made. */
export function authentikInstance(args: InstanceArgs): Instance {
    const { postgres, redis, volumes } = args;
    const toPostgres = postgresAccess(postgres);
    const toRedis = redis && redisAccess(redis);
    const settings = settingsToEnvironment(args.settings);
    const secretSettings = secretVariables(args.settings, args.secretSettings ?? []).map(
        (key): [string, WorkloadFile] => [key, secretFile(key.toLowerCase(), pulumi.secret(settings[key] ?? ""))],
    );
    const { mediaRoot } = releaseOf(args.version);
    const files: [string, WorkloadFile][] = [
        ["AUTHENTIK_SECRET_KEY", secretFile("secret_key", args.secretKey)],
        ["AUTHENTIK_POSTGRESQL__PASSWORD", toPostgres.password],
        ...(toRedis?.password
            ? [["AUTHENTIK_REDIS__PASSWORD", toRedis.password] satisfies [string, WorkloadFile]]
            : []),
        ...secretSettings,
    ];
    return {
        version: args.version,
        image: args.image,
        variables: {
            ...toPostgres.variables,
            ...toRedis?.variables,
            // There is no Docker socket to discover anything through.
            AUTHENTIK_OUTPOSTS__DISCOVER: "false",
            ...(mediaRoot === undefined ? {} : { AUTHENTIK_STORAGE__MEDIA__FILE__PATH: mediaRoot }),
            ...listenVariables("server", args.version),
            ...settings,
            ...Object.fromEntries(files.map(([key, file]) => [key, `file://${file.path}`])),
        },
        files: [...files.map(([, file]) => file), ...toPostgres.certificates, ...(toRedis?.certificates ?? [])],
        mounts: [
            { source: volumes.media, target: mediaFolder },
            { source: volumes.templates, target: "/templates" },
            { source: volumes.certificates, target: "/certs" },
            ...(args.blueprints.folder === undefined
                ? []
                : [{ source: args.blueprints.folder, target: "/blueprints/custom", readOnly: true }]),
        ],
        dependsOn: [...postgres.dependsOn, ...(redis?.dependsOn ?? [])],
    };
}

function secretFile(name: string, content: pulumi.Input<string>): WorkloadFile {
    return { path: `/run/secrets/${name}`, content };
}
