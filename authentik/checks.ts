import { type ApplicationConfig, isProxied, outpostOf } from "../config/applications";
import { adminSecrets } from "./blueprints/admin";
import { outpostTokenPath } from "./blueprints/outpost";

/** A request that authentik must answer in a certain way; probe.py asks until it does. */
export interface Check {
    /** What a message says when it does not hold. */
    name: string;
    url: string;
    /** `Host` of the request. Default: the URL's. */
    host?: string;
    /** File with a bearer token. Default: none. */
    token?: string;
    /** Status the answer must have. */
    status: number;
    /** What one object of the answer's `results` must contain. Default: anything. */
    result?: Record<string, unknown>;
}

interface OutpostName {
    name: string;
    type: string;
}

/**
 * What the API must say once our blueprints took. `ak apply_blueprint` exits with 0 in cases where it did not do what
 * the file says, e.g. when an object that it looks up is missing and the field may be empty.
 *
 * @param server URL of authentik's server inside its networks.
 */
export function blueprintChecks(server: string, outposts: OutpostName[], applications: ApplicationConfig[]): Check[] {
    const api = `${server}/api/v3`;
    const admin = { token: adminSecrets.token, status: 200 };
    return [
        { name: "the administrator's API token", url: `${api}/core/users/me/`, ...admin },
        ...applications.map(({ slug, name }) => ({
            name: `application ${slug}`,
            url: `${api}/core/applications/?superuser_full_list=true&slug=${encodeURIComponent(slug)}`,
            ...admin,
            result: { slug, name, provider_obj: { name: slug } },
        })),
        ...applications.flatMap((application) => oidcCheck(server, application)),
        ...outposts.flatMap((outpost) => outpostChecks(api, outpost, applications)),
    ];
}

function oidcCheck(server: string, { slug, provider }: ApplicationConfig): Check[] {
    const url = `${server}/application/o/${slug}/.well-known/openid-configuration`;
    return provider.type === "oidc" ? [{ name: `the OpenID configuration of ${slug}`, url, status: 200 }] : [];
}

/** The outpost exists, its own token works, and the worker has granted it its applications. */
function outpostChecks(api: string, { name, type }: OutpostName, applications: ApplicationConfig[]): Check[] {
    const own = { token: outpostTokenPath(name), status: 200 };
    const slugs = applications.filter((application) => outpostOf(application) === name).map(({ slug }) => slug);
    const result = { name, type, providers_obj: slugs.map((slug) => ({ name: slug })) };
    return [
        { name: `outpost ${name} with its token`, url: `${api}/outposts/instances/`, ...own, result },
        ...(type === "rac" ? [] : slugs).map((slug) => ({
            name: `${slug} granted to outpost ${name}`,
            url: `${api}/outposts/${type}/`,
            ...own,
            result: { name: slug },
        })),
    ];
}

/**
 * What must be answered when a person could sign in: the login page, and by every outpost a redirect to it for every
 * application that it proxies.
 */
export function servingChecks(
    server: string,
    outposts: { outpost: string; internalUrl: string }[],
    applications: ApplicationConfig[],
): Check[] {
    return [
        { name: "the login page", url: `${server}/if/flow/default-authentication-flow/`, status: 200 },
        ...applications.filter(isProxied).flatMap(({ slug, provider }) =>
            outposts
                .filter(({ outpost }) => outpost === provider.outpost)
                .map(({ outpost, internalUrl }) => ({
                    name: `${slug} behind ${outpost}`,
                    url: `${internalUrl}/outpost.goauthentik.io/start`,
                    host: new URL(provider.externalHost).host,
                    status: 302,
                })),
        ),
    ];
}
