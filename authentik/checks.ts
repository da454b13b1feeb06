import type { ApplicationConfig } from "../config/applications";
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

/**
 * What the API must say once our blueprints took. `ak apply_blueprint` exits with 0 in cases where it did not do what
 * the file says, e.g. when an object that it looks up is missing and the field may be empty.
 *
 * @param server URL of authentik's server inside its networks.
 */
export function blueprintChecks(
    server: string,
    outposts: { name: string; type: string }[],
    applications: ApplicationConfig[],
): Check[] {
    const api = `${server}/api/v3`;
    const token = adminSecrets.token;
    const query = (value: string) => encodeURIComponent(value);
    return [
        { name: "the administrator's API token", url: `${api}/core/users/me/`, token, status: 200 },
        ...applications.map(({ slug, name }) => ({
            name: `application ${slug}`,
            url: `${api}/core/applications/?superuser_full_list=true&slug=${query(slug)}`,
            token,
            status: 200,
            result: { slug, name, provider_obj: { name: slug } },
        })),
        ...outposts.map(({ name, type }) => ({
            name: `outpost ${name} with its token`,
            url: `${api}/outposts/instances/`,
            token: outpostTokenPath(name),
            status: 200,
            result: {
                name,
                type,
                providers_obj: applications
                    .filter(({ provider }) => provider.outpost === name)
                    .map(({ slug }) => ({ name: slug })),
            },
        })),
    ];
}

/**
 * What must be answered when a person could sign in: the login page, and a redirect to it by every outpost for every
 * application. An outpost is healthy before the worker has granted it its applications.
 */
export function servingChecks(
    server: string,
    outposts: { outpost: string; internalUrl: string }[],
    applications: ApplicationConfig[],
): Check[] {
    return [
        { name: "the login page", url: `${server}/if/flow/default-authentication-flow/`, status: 200 },
        ...applications.flatMap(({ slug, provider }) =>
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
