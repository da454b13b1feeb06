/** Where an OIDC client finds what it needs. */
export interface OidcEndpoints {
    issuer: string;
    /** The discovery document, which names all the others. */
    discovery: string;
    authorize: string;
    token: string;
    userinfo: string;
    jwks: string;
    endSession: string;
}

/**
 * The endpoints of an application's OIDC provider, as authentik's discovery document names them.
 *
 * authentik takes the host from the request, so this holds for clients that reach it at the same URL as browsers.
 *
 * @param base URL at which browsers reach authentik; a slash at its end makes no difference.
 * @param slug the application's slug.
 */
export function oidcEndpoints(base: string, slug: string): OidcEndpoints {
    const all = `${base.replace(/\/+$/, "")}/application/o/`;
    const issuer = `${all}${slug}/`;
    return {
        issuer,
        discovery: `${issuer}.well-known/openid-configuration`,
        authorize: `${all}authorize/`,
        token: `${all}token/`,
        userinfo: `${all}userinfo/`,
        jwks: `${issuer}jwks/`,
        endSession: `${issuer}end-session/`,
    };
}
