import { applicationSecret } from "../authentik/application-secret";
import { releaseOf } from "../authentik/releases";
import type { Config } from "./schema";
import { clientKeySecret } from "./own-secrets";

/** The keys that decide which secrets there are. */
export const decidesCredentials = ["version", "postgres", "redis", "consumers", "outposts", "applications"] as const;

type Deciding = Pick<Config, (typeof decidesCredentials)[number]>;

/** The names of every secret that a configuration leads to: what `secrets` and `rotation` may name. */
export function credentialNames(config: Deciding): string[] {
    const { postgres, redis, consumers } = config;
    return [
        "secret-key",
        "admin-password",
        "api-token",
        ...(isMadeHere(postgres) ? ["postgres"] : []),
        ...(isHandedOver(postgres) ? [] : ["database/authentik"]),
        ...(postgres.external?.clientCertificate === undefined ? [] : [clientKeySecret]),
        ...(isHandedOver(redis) || !usesRedis(config) ? [] : ["redis"]),
        ...consumers.flatMap(({ name, redisIndex }) => [
            `database/${name}`,
            ...(redisIndex === undefined ? [] : [`redis/${name}`]),
        ]),
        ...config.outposts.map(({ name }) => `outpost/${name}`),
        ...config.applications
            .filter((application) => applicationSecret(application) !== undefined)
            .map(({ slug }) => `application/${slug}`),
    ];
}

/** Releases after 2025.8 need no Redis, but consumers may. */
export function usesRedis({ version, consumers }: Pick<Config, "version" | "consumers">): boolean {
    return releaseOf(version).needsRedis || consumers.some(({ redisIndex }) => redisIndex !== undefined);
}

type Service = Pick<Config["postgres"], "external" | "stack"> | Pick<Config["redis"], "external" | "stack">;

function isMadeHere({ external, stack }: Service): boolean {
    return external === undefined && stack === undefined;
}

/** The password comes with the connection, from another stack. */
function isHandedOver({ external, stack }: Service): boolean {
    return external === undefined && stack !== undefined;
}
