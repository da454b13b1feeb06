/**
 * Paperless-ngx, with its database and its Redis on the shared servers of an authentik-stack, and with sign-in through its
 * authentik. That stack's configuration needs an application `paperless` with the preset of that name, and a consumer
 * `paperless` with a Redis database:
 *
 *     applications: [{ slug: paperless, name: Paperless, launchUrl: "https://paperless.example.com",
 *                      provider: { type: oidc, preset: paperless } }]
 *     consumers: [{ name: paperless, redisIndex: 2 }]
 *
 * In your own repository, import from "authentik-stack" instead of "../../components".
 */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import {
    authentikOutputs,
    consumerDatabase,
    consumerRedis,
    containerEnvs,
    networkName,
    oidcClient,
    secretFiles,
} from "../../components";

const config = new pulumi.Config();
const name = config.require("name");
const authentik = authentikOutputs(new pulumi.StackReference(config.require("authentik")));

const client = oidcClient(authentik, "paperless");
const database = consumerDatabase(authentik, "paperless");
const redis = consumerRedis(authentik, "paperless");
const key = new random.RandomPassword(`${name}-key`, { length: 50, special: false });

// Paperless-ngx reads every PAPERLESS_<KEY> from the file that PAPERLESS_<KEY>_FILE names; its image reads the files as
// root. Source: docker/rootfs/etc/s6-overlay/s6-rc.d/init-env-file/run in github.com/paperless-ngx/paperless-ngx.
const secrets = secretFiles(0, client.environment.secret, {
    PAPERLESS_DBPASS: database.password,
    PAPERLESS_REDIS: redis.url,
    PAPERLESS_SECRET_KEY: key.result,
});

const volume = (what: string) =>
    new docker.Volume(`${name}-${what}`, { name: `${name}_${what}` }, { protect: true }).name;

const container = new docker.Container(name, {
    image: config.require("image"),
    envs: containerEnvs(client.environment.plain, secrets.variables, {
        PAPERLESS_DBENGINE: "postgresql",
        PAPERLESS_DBHOST: database.host,
        PAPERLESS_DBPORT: database.port,
        PAPERLESS_DBNAME: database.database,
        PAPERLESS_DBUSER: database.user,
    }),
    uploads: secrets.uploads,
    mounts: [
        { type: "volume", source: volume("data"), target: "/usr/src/paperless/data" },
        { type: "volume", source: volume("media"), target: "/usr/src/paperless/media" },
    ],
    // The databases are on `db`; the reverse proxy, through which authentik's URL is reached, is on `frontend`, and finds it by its name.
    networksAdvanced: ["db", "frontend"].map((role) => ({ name: networkName(authentik, role), aliases: [name] })),
    restart: "unless-stopped",
});

export const containerName = container.name;
export const url = client.url;
export const clientId = client.clientId;
