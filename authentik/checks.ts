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
    /** Status the answer must have. */
    status: number;
    /** What the address that it redirects to must contain. Default: anything. */
    leads?: string;
    /** What one object of the answer's `results` must contain; a list is read to its end. Default: anything. */
    result?: Record<string, unknown>;
    /** Fields of that object that must not be empty. Default: none. */
    filled?: string[];
    /** Where it does not hold, that explains why authentik refuses a blueprint. Default: false. */
    isCause?: true;
}
