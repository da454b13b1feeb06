import * as pulumi from "@pulumi/pulumi";
import { servingChecks } from "../authentik/checks";
import { declarations, protectedBy } from "../authentik/declarations";
import { releaseOf } from "../authentik/releases";
import type { Config } from "../config/schema";
import { Blueprints } from "./blueprints";
import { Credentials } from "./credentials";
import { connectPostgres, connectRedis } from "./data";
import type { Environment } from "./environment";
import { officialImages } from "./images";
import { authentikInstance, authentikVolumes } from "./instance";
import { Networks } from "./networks";
import { Outpost } from "./outpost";
import { type AuthentikOutputs, databaseOutput, mapValues, type Pending, redisOutput } from "./outputs";
import { authentikSecrets, blueprintFiles } from "./secrets";
import { Server } from "./server";
import { Serving } from "./serving";
import { Worker } from "./worker";

/** The arguments of a stack: the configuration, and what comes with it. */
export interface AuthentikStackArgs {
    config: Config;
    /** The values of `settings` are delivered as files, since one of them is secret. Default: false. */
    secretSettings?: boolean;
    /** The provider's `docker:host`. Default: DOCKER_HOST, or the local engine. */
    dockerHost?: string;
}

/** One complete authentik: PostgreSQL, Redis, server, worker, outposts and what they protect. */
export class AuthentikStack extends pulumi.ComponentResource {
    /** What other stacks read. */
    public readonly outputs: Pending<AuthentikOutputs>;

    public constructor(name: string, args: AuthentikStackArgs, opts?: pulumi.ComponentResourceOptions) {
        super("authentik-stack:index:AuthentikStack", name, {}, opts);
        const child = { parent: this };
        const { config, dockerHost, secretSettings } = args;
        const { version, url, applications } = config;
        const images = { ...officialImages(version), ...config.images };
        const credentials = new Credentials({ supplied: config.secrets, rotation: config.rotation });
        const environment: Environment = {
            prefix: config.prefix,
            credentials,
            protectData: config.protectData,
            dockerHost,
        };

        const networks = new Networks(`${name}-networks`, { networks: config.networks, environment }, child);
        const shared = { config, networks, environment };
        const postgres = connectPostgres(`${name}-postgres`, { ...shared, image: images.postgres }, child);
        const redis = connectRedis(`${name}-redis`, { ...shared, image: images.redis }, child);

        const volumes = authentikVolumes(name, environment, this);
        const outpostNames = config.outposts.map((outpost) => outpost.name);
        const secrets = authentikSecrets(name, credentials, outpostNames, child);
        const instance = authentikInstance({
            version,
            image: images.server,
            postgres: postgres.connection,
            redis: releaseOf(version).needsRedis ? redis.connection : undefined,
            secretKey: secrets.secretKey,
            settings: config.settings,
            secretSettings,
            volumes,
            blueprints: config.blueprints.folder,
        });
        const authentik = { instance, networks, environment };
        const server = new Server(
            `${name}-server`,
            { ...authentik, ports: config.server.ports, limits: limits(config.server) },
            child,
        );
        const worker = new Worker(`${name}-worker`, { ...authentik, limits: limits(config.worker) }, child);

        const declared = declarations(config, server.internalUrl);
        const files = blueprintFiles(secrets);
        const revision = postgres.connection.revision;
        const blueprints = new Blueprints(
            `${name}-blueprints`,
            { ...authentik, ...declared, server, files, revision },
            child,
        );
        const outposts = config.outposts.map((outpost) => {
            const token = secrets.outposts[outpost.name] ?? missingToken(outpost.name);
            const place = {
                on: outpost.networks,
                ports: outpost.ports,
                limits: limits(outpost),
                networks,
                environment,
            };
            const connected = { image: images.proxy, server, token, url, after: [blueprints.applied] };
            return new Outpost(`${name}-${outpost.name}`, { outpost: outpost.name, ...place, ...connected }, child);
        });
        const running = {
            server: server.running,
            worker: worker.running,
            ...Object.fromEntries(outposts.map((outpost) => [outpost.outpost, outpost.running])),
        };
        const serving = new Serving(
            `${name}-serving`,
            {
                image: images.server,
                networks,
                running,
                checks: servingChecks(server.internalUrl, outposts, applications),
                environment,
            },
            child,
        );

        this.outputs = {
            // Known once a person could sign in.
            url: serving.once(url),
            version,
            admin: { username: "akadmin", password: secrets.adminPassword },
            apiToken: secrets.apiToken,
            outposts: mapValues(
                Object.fromEntries(outposts.map((outpost) => [outpost.outpost, outpost])),
                (outpost, key) => ({
                    token: secrets.outposts[key] ?? missingToken(key),
                    addresses: outpost.addresses,
                    applications: protectedBy(key, applications).map(({ slug }) => slug),
                }),
            ),
            applications: Object.fromEntries(
                applications.map(({ slug, provider }) => [slug, { url: provider.externalHost }]),
            ),
            networks: networks.names,
            volumes: {
                ...volumes,
                ...(postgres.volume && { postgres: postgres.volume }),
                ...(redis.volume && { redis: redis.volume }),
            },
            databases: mapValues(postgres.consumers, databaseOutput),
            redis: mapValues(redis.consumers, redisOutput),
        };
        this.registerOutputs({ url });
    }
}

function limits({ memory, cpus }: { memory?: string; cpus?: number }) {
    return { memory, cpus };
}

function missingToken(outpost: string): never {
    throw new Error(`outpost ${outpost} has no token`);
}
