import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { claimsOf, readToken, signToken, type Signer } from "../jwt";
import { display } from "../log";
import type { Request } from "../server/http";
import { goRedirect, type Reply } from "../server/replies";
import type { Fields } from "../store";
import { version } from "../version";
import type { ProxyApplication } from "./applications";

const validId = /^[0-9a-f-]{36}$/;

/** One browser at one application: who it is once signed in, kept as a file so that it outlives the outpost's process. */
export class Visit {
    claims: Fields | undefined;
    idToken = "";

    constructor(
        private readonly application: ProxyApplication,
        readonly id: string,
    ) {
        try {
            const { claims, idToken, expires } = JSON.parse(readFileSync(this.file, "utf8")) as {
                claims: Fields;
                idToken: string;
                expires: number;
            };
            if (expires > Date.now()) [this.claims, this.idToken] = [claims, idToken];
        } catch {
            // No file: this browser has not signed in yet.
        }
    }

    /** Set-Cookie, for a visit that is not signed in yet. */
    cookie(): { "set-cookie": string[] } {
        return {
            "set-cookie": [this.application.cookie(this.id, this.application.provider.access_token_validity + 1)],
        };
    }

    /** Remembers who signed in. */
    begin(claims: Fields, idToken: string): void {
        [this.claims, this.idToken] = [claims, idToken];
        mkdirSync(tmpdir(), { recursive: true });
        const expires = Date.now() + this.application.provider.access_token_validity * 1000;
        writeFileSync(this.file, JSON.stringify({ claims, idToken, expires }), { mode: 0o600 });
    }

    /** Forgets who signed in. */
    end(): void {
        rmSync(this.file, { force: true });
    }

    private get file(): string {
        return join(tmpdir(), `session_${this.application.cookieName}_${this.id}`);
    }
}

/** The visit that a request belongs to, or a new one. */
export function openVisit(application: ProxyApplication, { cookies }: Request): Visit {
    const id = cookies.get(application.cookieName) ?? "";
    return new Visit(application, validId.test(id) ? id : randomUUID());
}

/** Redirects to the sign-in, and afterwards back to the requested path (without its query, as on the real one). */
export function signInAgain({ externalHost }: ProxyApplication, { path }: Request, visit: Visit): Reply {
    return goRedirect(
        `${externalHost}/outpost.goauthentik.io/start?rd=${encodeURIComponent(externalHost + path)}`,
        visit.cookie(),
    );
}

/** Where a browser signs in: at the server, under the address that browsers know. */
export function authorizeUrl(application: ProxyApplication, visit: Visit, wanted: string | null): string {
    const { provider, externalHost, credentials } = application;
    const target =
        wanted !== null && URL.canParse(wanted) && application.serves(new URL(wanted).host) ? wanted : externalHost;
    const exp = Math.floor(Date.now() / 1000) + 3600;
    const query = new URLSearchParams({
        client_id: provider.client_id,
        redirect_uri: callbackUrl(application),
        response_type: "code",
        scope: provider.scopes_to_request.join(" "),
        state: signToken(
            { iss: `goauthentik.io/outpost/${provider.client_id}`, sid: visit.id, redirect: target, exp },
            stateSigner(application),
        ),
    });
    return `${credentials.browserHost}/application/o/authorize/?${query.toString()}`;
}

/** The browser's return from the sign-in: the code becomes an identity. */
export async function takeCode(application: ProxyApplication, visit: Visit, { query }: Request): Promise<Reply> {
    const { provider, credentials } = application;
    const state = readToken(query.get("state") ?? "", stateSigner(application));
    if (state === undefined || state["sid"] !== visit.id) return { status: 400 };
    const response = await fetch(`${credentials.host}/application/o/token/`, {
        method: "POST",
        body: new URLSearchParams({
            grant_type: "authorization_code",
            code: query.get("code") ?? "",
            redirect_uri: callbackUrl(application),
            client_id: provider.client_id,
            client_secret: provider.client_secret,
        }),
        signal: AbortSignal.timeout(10_000),
    });
    if (response.status !== 200) return { status: 400 };
    const { id_token: idToken } = (await response.json()) as { id_token: string };
    visit.begin(claimsOf(idToken) ?? {}, idToken);
    return goRedirect(display(state["redirect"]), {
        "set-cookie": [application.cookie(visit.id, provider.access_token_validity - 1)],
    });
}

/** The headers that tell an application who is signed in. */
export function identityHeaders(
    { provider, outpost, credentials }: ProxyApplication,
    { claims = {}, idToken }: Visit,
): Record<string, string> {
    const joined = (name: string) => (Array.isArray(claims[name]) ? claims[name].map(display).join("|") : "");
    return {
        "x-authentik-username": display(claims["preferred_username"]),
        "x-authentik-groups": joined("groups"),
        "x-authentik-entitlements": joined("entitlements"),
        "x-authentik-email": display(claims["email"]),
        "x-authentik-name": display(claims["name"]),
        "x-authentik-uid": display(claims["sub"]),
        "x-authentik-jwt": idToken,
        "x-authentik-meta-jwks": `${credentials.host}/application/o/${provider.assigned_application_slug}/jwks/`,
        "x-authentik-meta-outpost": outpost.name,
        "x-authentik-meta-provider": provider.name,
        "x-authentik-meta-app": provider.assigned_application_slug,
        "x-authentik-meta-version": `goauthentik.io/outpost/${version}`,
    };
}

function callbackUrl({ externalHost }: ProxyApplication): string {
    return `${externalHost}/outpost.goauthentik.io/callback?X-authentik-auth-callback=true`;
}

function stateSigner({ provider }: ProxyApplication): Signer {
    return { algorithm: "HS256", secret: provider.cookie_secret };
}
