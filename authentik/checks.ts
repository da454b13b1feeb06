import { secretPaths } from "./blueprints/document";

/**
 * A request that authentik must answer in a certain way; probe.py asks until it does.
 *
 * @example
 * const check: Check = { name: "live", url: `${server.internalUrl}/-/health/live/`, status: 200 };
 */
export interface Check {
    /** What a message says when it does not hold. */
    name: string;
    /** As a container on the networks of the job reaches it. */
    url: string;
    /** `Host` of the request. Default: the URL's. */
    host?: string;
    /** File with a bearer token. Default: none. */
    token?: string;
    /** Status the answer must have. Default: any. */
    status?: number;
    /** Redirects are followed, with cookies, as a browser does. Default: false. */
    follows?: true;
    /** It is asked once, when all others hold; what keeps it from an answer is no more than a warning. Default: false. */
    isAdvice?: true;
    /** Whose certificate is not checked. Default: false. */
    isInsecure?: boolean;
    /** What one object of the answer's `results` must contain; a list is read to its end. Default: anything. */
    result?: Record<string, unknown>;
    /** Fields of that object that must not be empty. Default: none. */
    filled?: string[];
    /** Where it does not hold, that explains why authentik refuses a blueprint. Default: false. */
    isCause?: true;
}

/** An object of authentik that a provider looks up is in a list of the API. */
export function listed(
    name: string,
    list: string,
    result: Record<string, string>,
    server: string,
    filters: Record<string, string> = {},
): Check {
    const url = `${server}/api/v3/${list}/?${new URLSearchParams({ ...result, ...filters }).toString()}`;
    return { name, url, token: secretPaths.apiToken, status: 200, result, isCause: true };
}
