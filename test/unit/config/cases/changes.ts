import { devConfiguration } from "../../../support/configuration";

/** Changes to the development configuration by path, as tables of cases are made of. */
export type Changes = Record<string, unknown>;

/** Changes that are accepted; the value at a path then is the one given. */
export type Accepted = [what: string, changes: Changes, path?: (string | number)[], value?: unknown];

/** Changes that are refused, with what the error says at a key. */
export type Refused = [what: string, changes: Changes, key: string, cure: string];

export const external = { host: "db.example.com" };
export const dataSecrets = { "database/authentik": "short" };
export const redisOnly = () => ({ "redis.external": { host: "redis.example.com" }, consumers: undefined });
export const first = ["applications", 0];

export function proxied(provider: Changes): Changes {
    const type = (provider.type ?? "proxy") as string;
    const internal = type === "proxy" ? { internalHost: "http://organizr:80" } : {};
    const common = { type, outpost: "ak-outpost-organizr", externalHost: "https://organizr.example.com" };
    return { "applications[0].provider": { ...common, ...internal, ...provider } };
}

export function added(provider: Changes, more: Changes = {}, outposts: Changes = {}): Changes {
    const applications = [
        ...(devConfiguration().applications as unknown[]),
        { slug: "wiki", name: "Wiki", provider, ...more },
    ];
    return { applications, ...outposts };
}

export const oidc = (provider: Changes, more: Changes = {}) => added({ type: "oidc", ...provider }, more);
export const redirects = (...redirectUris: unknown[]) => oidc({ redirectUris });

export function ldap(baseDn: string): Changes {
    const outposts = [
        ...(devConfiguration().outposts as unknown[]),
        { name: "ak-ldap", type: "ldap", networks: ["frontend"] },
    ];
    return added({ type: "ldap", outpost: "ak-ldap", baseDn }, {}, { outposts });
}

export function embedded(provider: Changes, more: Changes = {}): Changes {
    return added(
        { outpost: "embedded", cookieDomain: "example.com", type: "forward_domain", ...provider },
        {},
        { url: "https://auth.example.com", ...more },
    );
}

export const baseDn = ["applications", 2, "provider", "baseDn"];
export const domain = { type: "forward_domain", externalHost: "https://auth.example.com" };
export const redirectProblem = "applications[2].provider.redirectUris[0]";
