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
    /** Where an https URL is asked for, whatever its name leads to. Default: where that does. */
    at?: string;
    /** File with a bearer token. Default: none. */
    token?: string;
    /** Status that the answer must have. Not for advice, which takes any. */
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

/** What an outpost must answer a device, or the server say of an outpost; devices.py asks until it does. */
export type DeviceCheck = { name: string; url: string; status?: undefined; isAdvice?: undefined } & (
    | {
          /** A bind at `url` and a search. */
          asks: "ldap";
          /** User name with which the application binds, and whom it finds. */
          account: string;
          finds: string;
          baseDn: string;
          /** File with the password. */
          secret: string;
          /** Where the server is asked whether the account may enter, if it is refused. */
          server: string;
          token: string;
          application: string;
          /** Whether authentik may refuse it: who may enter is not configured. */
          mayBeDenied: boolean;
      }
    | {
          /** A refusal at `url`, signed with the shared secret of one whose networks the asking address is in. */
          asks: "radius";
          clients: { networks: string[]; secret: string }[];
      }
    | {
          /** That the server at `url` hears from an outpost. */
          asks: "connection";
          outpost: string;
          token: string;
      }
);

/** The files with secrets that checks read. */
export function secretsIn(checks: (Check | DeviceCheck)[]): string[] {
    return checks.flatMap((check) => [
        ...("token" in check && check.token !== undefined ? [check.token] : []),
        ...("secret" in check ? [check.secret] : []),
        ...("clients" in check ? check.clients.map(({ secret }) => secret) : []),
    ]);
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
