/** The images a stack runs. */
export interface Images {
    server: string;
    proxy: string;
    ldap: string;
    radius: string;
    rac: string;
    postgres: string;
    redis: string;
}

/**
 * The official images of an authentik release, and the PostgreSQL and Redis it is run with.
 *
 * @param version e.g. `2025.8.4`; server and outposts always share it.
 */
export function officialImages(version: string): Images {
    return {
        server: `ghcr.io/goauthentik/server:${version}`,
        proxy: `ghcr.io/goauthentik/proxy:${version}`,
        ldap: `ghcr.io/goauthentik/ldap:${version}`,
        radius: `ghcr.io/goauthentik/radius:${version}`,
        rac: `ghcr.io/goauthentik/rac:${version}`,
        postgres: "postgres:16-alpine",
        redis: "redis:7-alpine",
    };
}
