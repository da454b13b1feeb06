import type { PulumiFn } from "@pulumi/pulumi/automation";
import {
    authentikInstance,
    authentikSecrets,
    authentikVolumes,
    blueprintFiles,
    Blueprints,
    type ConfigInput,
    type ContainerTransform,
    type Context,
    Credentials,
    declarations,
    DockerHost,
    Networks,
    Outpost,
    Postgres,
    Redis,
    Server,
    stackConfig,
    Worker,
} from "../../../components";
import type { Bench } from "./workplace";

/** Names of the outposts. */
export const outpostNames = ["ak-outpost-proxy", "ak-outpost-ldap", "ak-outpost-radius", "ak-outpost-rac"];

const wiki = { externalHost: "http://wiki.localhost:9080", internalHost: "http://wiki:8000" };
const machine = { name: "machine", protocol: "ssh", host: "machine:22" } as const;

/** An outpost of each type, and something behind it. */
const declared = {
    outposts: [
        { name: "ak-outpost-proxy", type: "proxy", networks: ["backend"] },
        { name: "ak-outpost-ldap", type: "ldap", networks: ["backend"] },
        { name: "ak-outpost-radius", type: "radius", networks: ["backend"] },
        { name: "ak-outpost-rac", type: "rac", networks: ["backend"] },
    ],
    applications: [
        { slug: "wiki", name: "Wiki", provider: { type: "proxy", outpost: "ak-outpost-proxy", ...wiki } },
        { slug: "directory", name: "Directory", provider: { type: "ldap", outpost: "ak-outpost-ldap" } },
        { slug: "wifi", name: "Wifi", provider: { type: "radius", outpost: "ak-outpost-radius" } },
        {
            slug: "machine",
            name: "Machine",
            provider: { type: "rac", outpost: "ak-outpost-rac", endpoints: [machine] },
        },
    ],
} satisfies Pick<ConfigInput, "outposts" | "applications">;

/** What tests vary of the program below. */
export interface LibraryArgs {
    prefix: string;
    /** Port of this machine that leads to the server. */
    port: number;
    /** By `postgres`, `redis`, `server`, `worker` or the name of an outpost. */
    transform: Record<string, ContainerTransform>;
}

/** An authentik made of the components one by one, with an outpost of each type, and without the proof at the end. */
export function libraryProgram({ images }: Bench, { prefix, port, transform }: LibraryArgs): PulumiFn {
    return async () => {
        const runtime = await DockerHost.observed({ prefix });
        const context: Context = { prefix, credentials: new Credentials(), protectData: false, runtime };
        const url = `http://authentik.localhost:${port}`;
        const config = stackConfig({
            version: "2025.8.4",
            url,
            admin: { email: "admin@example.com" },
            ...declared,
        });
        const networks = new Networks(`${prefix}networks`, { networks: config.networks, context });
        const place = { networks, context };
        const postgres = new Postgres(`${prefix}postgres`, {
            image: images.postgres,
            databases: ["authentik"],
            transform: transform["postgres"],
            ...place,
        });
        const redis = new Redis(`${prefix}redis`, {
            image: images.redis,
            index: 1,
            consumers: {},
            transform: transform["redis"],
            ...place,
        });
        const secrets = authentikSecrets(`${prefix}authentik`, context, config, {});
        const { authentik } = postgres.databases;
        if (authentik === undefined) throw new Error("no database");
        const instance = authentikInstance({
            version: config.version,
            image: images.server,
            postgres: authentik,
            redis: redis.connection,
            secretKey: secrets.secretKey,
            settings: {},
            volumes: authentikVolumes(`${prefix}authentik`, context, networks),
            blueprints: {},
        });
        const ports = [{ port, ip: "127.0.0.1" }];
        const server = new Server(`${prefix}server`, { instance, ports, transform: transform["server"], ...place });
        new Worker(`${prefix}worker`, { instance, transform: transform["worker"], ...place });
        const { applied } = new Blueprints(`${prefix}blueprints`, {
            instance,
            server,
            ...declarations(config, server.internalUrl),
            userBlueprints: {},
            files: blueprintFiles(secrets),
            revision: authentik.revision,
            ...place,
        });
        for (const { name, type, networks: on } of config.outposts) {
            const token = secrets.outposts[name] ?? missing(name);
            const own = { name, type, on, token, image: images[type], transform: transform[name] };
            new Outpost(`${prefix}${name}`, { ...own, server, url, after: [applied], ...place });
        }
    };
}

function missing(outpost: string): never {
    throw new Error(`${outpost} has no token`);
}
