import { applicationSecret } from "../authentik/application-secret";
import type { Config } from "./schema";

/** The names of every secret that a configuration leads to: what `secrets` and `rotation` may name. */
export function credentialNames(config: Config): string[] {
    return [
        "secret-key",
        "admin-password",
        "api-token",
        "postgres",
        "database/authentik",
        "redis",
        ...config.consumers.flatMap(({ name, redisIndex }) => [
            `database/${name}`,
            ...(redisIndex === undefined ? [] : [`redis/${name}`]),
        ]),
        ...config.outposts.map(({ name }) => `outpost/${name}`),
        ...config.applications
            .filter((application) => applicationSecret(application) !== undefined)
            .map(({ slug }) => `application/${slug}`),
    ];
}
