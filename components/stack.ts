import { readFileSync } from "node:fs";
import { basename } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { declarations } from "../authentik/declarations";
import { officialImages } from "../authentik/images";
import { releaseOf } from "../authentik/releases";
import { usesRedis } from "../authentik/roles";
import type { Config } from "../config/schema";
import { Blueprints } from "./blueprints";
import { Credentials, suppliedSecrets } from "./credentials";
import { connectPostgres, connectRedis } from "./data";
import type { Environment } from "./environment";
import { authentikInstance, authentikVolumes } from "./instance";
import { Networks } from "./networks";
import { Outpost } from "./outpost";
import {
    applicationOutput,
    type AuthentikOutputs,
    databaseOutput,
    mapValues,
    outpostOutput,
    type Pending,
    redisOutput,
} from "./outputs";
import { authentikSecrets, blueprintFiles, rememberedBy } from "./secrets";
import { Server } from "./server";
import { secretsOf } from "../engine/workload";
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
        const { config } = args;
        const { version, url, applications, outposts } = config;
        const images = { ...officialImages(version), ...config.images };
        const environment = environmentOf(name, args, child);

        const networks = new Networks(`${name}-networks`, { networks: config.networks, environment }, child);
        const place = { networks, environment };
        const postgres = connectPostgres(`${name}-postgres`, { config, images, ...place }, child);
        const redis = usesRedis(config)
            ? connectRedis(`${name}-redis`, { config, images, ...place }, child)
            : undefined;

        const volumes = authentikVolumes(name, environment, this);
        const secrets = authentikSecrets(name, environment, config, child);
        const instance = authentikInstance({
            ...config,
            image: images.server,
            postgres: postgres.connection,
            redis: releaseOf(version).needsRedis ? redis?.connection : undefined,
            secretKey: secrets.secretKey,
            secretSettings: args.secretSettings,
            volumes,
        });
        const authentik = { instance, ...place };
        const server = new Server(`${name}-server`, { ...authentik, ...config.server }, child);
        const worker = new Worker(`${name}-worker`, { ...authentik, ...config.worker }, child);

        const declared = {
            ...declarations(config, server.internalUrl),
            files: blueprintFiles(secrets),
            userBlueprints: readBlueprints(config.blueprints.files),
        };
        const blueprints = new Blueprints(
            `${name}-blueprints`,
            { ...authentik, ...declared, server, revision: postgres.connection.revision },
            child,
        );
        const connected = { ...place, server, url, after: [blueprints.applied] };
        const running = outposts.map((outpost) => {
            const own = {
                image: images[outpost.type],
                on: outpost.networks,
                token: secrets.outposts[outpost.name] ?? missing(outpost.name),
                remembered: rememberedBy(outpost.name, applications, secrets),
            };
            return new Outpost(`${name}-${outpost.name}`, { ...outpost, ...connected, ...own }, child);
        });
        const serving = new Serving(
            `${name}-serving`,
            {
                ...authentik,
                server,
                worker,
                outposts: running,
                applications,
                secrets: secretsOf([...(instance.files ?? []), ...declared.files]),
            },
            child,
        );

        this.outputs = {
            // Known once a person could sign in.
            url: serving.once(url),
            version,
            admin: { username: "akadmin", password: secrets.adminPassword },
            apiToken: secrets.apiToken,
            outposts: Object.fromEntries(
                running.map((outpost) => [outpost.outpost, outpostOutput(outpost, applications)]),
            ),
            applications: Object.fromEntries(
                applications.map((application) => [
                    application.slug,
                    applicationOutput(application, secrets.applications[application.slug], {
                        base: url,
                        outposts: running,
                    }),
                ]),
            ),
            networks: networks.names,
            volumes: { ...volumes, ...postgres.volumes, ...redis?.volumes },
            databases: mapValues(postgres.consumers, databaseOutput),
            redis: mapValues(redis?.consumers ?? {}, redisOutput),
        };
        this.registerOutputs({ url });
    }
}

function environmentOf(
    name: string,
    { config, dockerHost }: AuthentikStackArgs,
    opts: pulumi.ResourceOptions,
): Environment {
    const supplied = suppliedSecrets(name, config.secrets, opts);
    const credentials = new Credentials({ supplied, rotation: config.rotation });
    return { prefix: config.prefix, credentials, protectData: config.protectData, dockerHost };
}

/** The user's own blueprint files, by the path under which authentik finds them. */
function readBlueprints(files: string[]): Record<string, string> {
    return Object.fromEntries(
        files.map((path, index) => [`authentik-stack/own/${index}-${basename(path)}`, readFileSync(path, "utf8")]),
    );
}

function missing(outpost: string): never {
    throw new Error(`outpost ${outpost} has no token`);
}
