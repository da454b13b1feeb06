import { readFileSync } from "node:fs";
import { basename } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { sharedCertificates } from "../authentik/certificates";
import { declarations } from "../authentik/declarations";
import { isFloating, officialImages } from "../authentik/images";
import { monitoring, type Scraped } from "../authentik/monitoring";
import { releaseOf } from "../authentik/releases";
import { allRoles, type ImageKey, isCreatedHere, type RoleName, roles } from "../authentik/roles";
import type { Config } from "../config/schema";
import { additionsTo } from "../config/containers";
import { withAdditions } from "./additions";
import { autoresticText } from "./autorestic";
import { Backups } from "./backups";
import { Blueprints } from "./blueprints";
import { Credentials, suppliedSecrets } from "./credentials";
import { type Context, releaseData } from "./context";
import { authentikInstance, authentikVolumes, withBlueprintReads } from "./instance";
import { Gateway } from "./gateway";
import { Networks } from "./networks";
import { Offsite } from "./offsite";
import { guardRelease } from "./release-guard";
import { Outpost } from "./outpost";
import { connectPostgres } from "./postgres";
import { connectRedis } from "./redis";
import {
    applicationOutput,
    type AuthentikOutputs,
    databaseOutput,
    mapValues,
    outpostElsewhere,
    outpostOutput,
    type Pending,
    redisOutput,
} from "./outputs";
import { authentikSecrets, blueprintFiles, rememberedBy } from "./secrets";
import { runtimeOf } from "./runtime";
import { Server, Worker } from "./server";
import { stackIdentity } from "../engine/labels";
import { dockerProviderOf } from "../engine/provider";
import { type ContainerTransform, type Runtime, secretsOf } from "../engine/workload";
import { Serving } from "./serving";
import { markSetUp } from "./setup";

/** The arguments of a stack: the configuration, and what comes with it. */
export interface AuthentikStackArgs {
    /** Plain, since it decides which resources there are; `stackConfig` checks it and fills in what is left out. */
    config: Config;
    /** Images that are known only later, e.g. of a build. Default: those of the configuration. */
    images?: Partial<Record<ImageKey, pulumi.Input<string>>>;
    /** Settings that are delivered as files, such as `email.username`, beside those that authentik calls secrets. Default: none. */
    secretSettings?: string[];
    /**
     * What runs the workloads; it has the prefix of the configuration. Default: the Docker host of the provider among the
     * options, without a look at what runs already.
     */
    runtime?: Runtime;
    /**
     * Changes what containers are made with, by `server`, `worker`, `postgres`, `redis`, `backup`, `offsite`, `gateway` or the name of an outpost, for what
     * the configuration has no key for: docs/library.md. Default: nothing is changed.
     *
     * @example
     * const args: AuthentikStackArgs = { config, transform: { server: (args) => void (args.dns = ["192.0.2.53"]) } };
     */
    transform?: Record<string, ContainerTransform>;
}

/**
 * One complete authentik: PostgreSQL, Redis, server, worker, outposts and what they protect.
 *
 * @throws pulumi.RunError, before any resource is made, when `transform` names a container that this stack does not have.
 * @example
 * const config = stackConfig({ url: "https://auth.example.com", admin: { email: "admin@example.com" } });
 * const runtime = await DockerHost.observed({ prefix: config.prefix });
 * const { outputs } = new AuthentikStack("authentik", { config, runtime });
 * return outputs.url; // known once a person could sign in
 */
export class AuthentikStack extends pulumi.ComponentResource {
    /** What other stacks read. */
    public readonly outputs: Pending<AuthentikOutputs>;

    public constructor(name: string, args: AuthentikStackArgs, opts?: pulumi.ComponentResourceOptions) {
        checkTransform(args);
        // For policies, which do not see the option that keeps the volumes.
        super("authentik-stack:index:AuthentikStack", name, { protectData: args.config.protectData }, opts);
        const child = { parent: this };
        const { config, transform = {} } = args;
        const { version, url, applications, outposts } = config;
        const images = { ...officialImages(version), ...config.images, ...args.images };
        const context = contextOf(name, args, child);
        const additions = (role: RoleName, container: string = role) => additionsTo(container, role, config.containers);

        const networks = new Networks(`${name}-networks`, { networks: config.networks, context }, child);
        // Whatever asks the databases before authentik does finds them by the same names.
        const { hosts, dns } = additions("worker");
        const place = { networks, context };
        const asking = { ...place, reach: { hosts, dns } };
        const postgres = connectPostgres(
            `${name}-postgres`,
            { config, images, additions: additions("postgres"), transform: transform.postgres, ...asking },
            child,
        );
        const redis = connectRedis(
            `${name}-redis`,
            { config, images, additions: additions("redis"), transform: transform.redis, ...asking },
            child,
        );

        const volumes = authentikVolumes(name, context, this);
        const secrets = authentikSecrets(name, context, config, child);
        const own = args.images?.server ?? config.images.server;
        const use = {
            version,
            allowUntested: config.allowUntested,
            isFloating: isFloating(own, version),
            consumers: Object.keys(postgres.consumers),
            isOwn: isCreatedHere(config.postgres),
        };
        const guard = { use, image: images.postgres, ...asking };
        const guarded = guardRelease(`${name}-release`, { postgres: postgres.connection, ...guard }, child);
        const instance = authentikInstance({
            ...config,
            image: images.server,
            postgres: { ...postgres.connection, dependsOn: [...postgres.connection.dependsOn, guarded] },
            redis: releaseOf(version).needsRedis ? redis?.connection : undefined,
            secretKey: secrets.secretKey,
            email: { ...config.email, password: secrets.email },
            secretSettings: args.secretSettings,
            volumes,
        });
        const forServer = withAdditions(instance, additions("server"));
        const applying = withBlueprintReads(instance, config.blueprints.variables, secrets.blueprints);
        const forWorker = withAdditions(applying, additions("worker"));
        const server = new Server(
            `${name}-server`,
            { instance: forServer, ...place, ...config.server, transform: transform.server },
            child,
        );
        const worker = new Worker(
            `${name}-worker`,
            { instance: forWorker, ...place, ...config.worker, transform: transform.worker },
            child,
        );

        const declared = {
            ...declarations(config, server.internalUrl),
            files: blueprintFiles(
                secrets,
                sharedCertificates(config).map((one) => one.name),
            ),
            userBlueprints: readBlueprints(config.blueprints.files),
        };
        const blueprints = new Blueprints(
            `${name}-blueprints`,
            { instance: forWorker, ...place, ...declared, server, revision: postgres.connection.revision },
            child,
        );
        const setUp = markSetUp(
            `${name}-set-up`,
            {
                instance: withAdditions(instance, additions("worker")),
                ...place,
                revision: postgres.connection.revision,
            },
            { parent: this, dependsOn: [blueprints.applied] },
        );
        const connected = { ...place, server, url, after: [blueprints.applied, ...setUp] };
        const tokenOf = (outpost: string) => secrets.outposts[outpost] ?? missing(outpost);
        const running = outposts
            .filter(({ run }) => run)
            .map((outpost) => {
                const own = {
                    image: images[outpost.type],
                    on: outpost.networks,
                    token: tokenOf(outpost.name),
                    remembered: rememberedBy(outpost.name, applications, secrets),
                    additions: additions(outpost.type, outpost.name),
                    transform: transform[outpost.name],
                };
                return new Outpost(`${name}-${outpost.name}`, { ...outpost, ...connected, ...own }, child);
            });
        const gateway =
            config.gateway &&
            new Gateway(
                `${name}-gateway`,
                {
                    ...{ config, ...place, server, outposts: running, image: images.gateway },
                    keys: secrets.certificates,
                    additions: additions("gateway"),
                    transform: transform.gateway,
                },
                child,
            );
        if (gateway === undefined) releaseData(`${name}-gateway`, "gateway", context, child);
        const { run: backsUp, restic, ...schedule } = config.backup;
        const backups =
            backsUp && postgres.reader !== undefined
                ? new Backups(
                      `${name}-backups`,
                      {
                          ...{ ...place, schedule, version, volumes, secretKey: secrets.secretKey },
                          gateway: gateway?.volume,
                          image: images.postgres,
                          postgres: postgres.reader,
                          databases: ["authentik", ...Object.keys(postgres.consumers)],
                          additions: additions("backup"),
                          transform: transform.backup,
                          // A first backup of an unfinished database helps nobody.
                          after: [blueprints.applied],
                      },
                      child,
                  )
                : undefined;
        if (backups === undefined) releaseData(`${name}-backups`, "backups", context, child);
        if (backups !== undefined && restic !== undefined && secrets.restic !== undefined)
            new Offsite(
                `${name}-offsite`,
                {
                    ...{ ...place, restic, schedule, volume: backups.volume, image: images.restic, ...secrets.restic },
                    secretKey: secrets.secretKey,
                    additions: additions("offsite"),
                    transform: transform.offsite,
                    after: [backups.running.healthy],
                },
                child,
            );
        const serving = new Serving(
            `${name}-serving`,
            {
                ...place,
                server,
                worker,
                outposts: running,
                gateway,
                after: setUp,
                applications,
                files: declared.files,
                secrets: secretsOf([...(forWorker.files ?? []), ...declared.files]),
            },
            child,
        );

        context.runtime.releaseWorkloads(name, { parent: this, dependsOn: [serving] });

        const scraped: Scraped[] = [
            { host: `${config.prefix}${roles.server.host}`, role: "server" },
            { host: `${config.prefix}${roles.worker.host}`, role: "worker" },
            ...running.map(({ host }) => ({ host, role: "outpost" as const })),
        ];

        this.outputs = {
            // Known once a person could sign in.
            url: serving.once(url),
            version,
            admin: { username: "akadmin", password: secrets.adminPassword },
            apiToken: secrets.apiToken,
            outposts: Object.fromEntries([
                ...running.map((outpost) => [outpost.outpost, outpostOutput(outpost, applications)] as const),
                ...outposts
                    .filter(({ run }) => !run)
                    .map(
                        (outpost) =>
                            [
                                outpost.name,
                                outpostElsewhere(outpost, config, images[outpost.type], tokenOf(outpost.name)),
                            ] as const,
                    ),
            ]),
            applications: Object.fromEntries(
                applications.map((application) => [
                    application.slug,
                    applicationOutput(application, secrets.applications[application.slug], {
                        base: url,
                        outposts: [...running, server.embedded],
                    }),
                ]),
            ),
            networks: networks.names,
            volumes: {
                ...{ ...volumes, ...postgres.volumes, ...redis?.volumes },
                ...(backups === undefined ? {} : { backups: backups.volume }),
                ...(gateway && { gateway: gateway.volume }),
            },
            ...(gateway?.rootCertificate && { rootCertificate: gateway.rootCertificate }),
            ...(networks.monitoring.length > 0 && { monitoring: monitoring(pulumi.getStack(), scraped) }),
            autorestic: autoresticText({
                names: config,
                backups:
                    backups === undefined
                        ? undefined
                        : {
                              stack: stackIdentity(pulumi.getProject(), config.prefix),
                              resource: `${name}-backups-container`,
                          },
            }),
            databases: mapValues(postgres.consumers, databaseOutput),
            redis: mapValues(redis?.consumers ?? {}, redisOutput),
        };
        this.registerOutputs({ url });
    }
}

function contextOf(name: string, { config, runtime }: AuthentikStackArgs, opts: pulumi.ResourceOptions): Context {
    const supplied = suppliedSecrets(name, config.secrets, opts);
    const credentials = new Credentials({ supplied, rotation: config.rotation });
    const { prefix, protectData, volumes } = config;
    const provider = dockerProviderOf(opts.parent);
    return { prefix, credentials, protectData, volumes, runtime: runtime ?? runtimeOf(config, { provider }) };
}

/** A transform of a misspelt name would silently change nothing. */
function checkTransform({ config, transform = {} }: AuthentikStackArgs): void {
    const services = allRoles.filter(({ host, needed }) => host !== undefined && needed(config));
    const known = [...services, ...config.outposts.filter(({ run }) => run)].map(({ name }) => name);
    const unknown = Object.keys(transform).filter((name) => !known.includes(name));
    if (unknown.length === 0) return;
    const cure = `this stack has the containers ${known.join(", ")}`;
    throw new pulumi.RunError(`transform names ${unknown.join(", ")}, which this stack does not run; ${cure}`);
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
