import { claimsOf, readToken, webKey } from "../jwt";
import { display } from "../log";
import { randomKey } from "../passwords";
import { type Store, type Stored, textOf } from "../store";
import { since } from "../version";
import { mayEnter } from "./access";
import type { Context } from "./context";
import { loginRedirect } from "./flows";
import { allowsGrant, clientOf, openidConfiguration, signerOf, speaksOidc } from "./oidc-metadata";
import { codes } from "./oidc-token";
import { cookie, json, page, redirect, type Reply } from "./replies";
import { openSession, sessionCookie, signedIn } from "./sessions";

/** Endpoints under an application's slug: its OpenID configuration, its keys, the end of its session. */
export async function applicationEndpoint({ store, request }: Context, slug: string, endpoint: string): Promise<Reply> {
    const application = await store.first("authentik_core.application", { slug });
    const provider = await providerOf(store, application);
    if (provider === undefined) return page(404, "Not Found", "There is no such application.");
    if (endpoint === "jwks/") {
        const { certificate } = await signerOf(store, provider);
        return json(200, { keys: certificate === undefined ? [] : [webKey(certificate)] });
    }
    if (endpoint === "end-session/") return redirect("/if/flow/default-provider-invalidation-flow/");
    return json(200, await openidConfiguration(store, provider, slug, request.origin));
}

/** The authorization endpoint: to the login, back to the client with a code, or a page that says no. */
export async function authorize(context: Context): Promise<Reply> {
    const { store, request } = context;
    const asked = (name: string) => request.query.get(name) ?? "";
    const provider = await clientOf(store, asked("client_id"));
    if (provider === undefined)
        return page(400, "Invalid client identifier", "The client identifier (client_id) is missing or invalid.");
    if (!mayRedirect(provider, asked("redirect_uri")))
        return page(
            400,
            "Redirect URI Error",
            "The request fails due to a missing, invalid, or mismatching redirection URI (redirect_uri).",
        );
    const target = new URL(asked("redirect_uri"));
    if (request.query.has("state")) target.searchParams.set("state", asked("state"));
    if (!allowsGrant(provider, "authorization_code")) {
        target.searchParams.set("error", "unauthorized_client");
        return redirect(target.href);
    }
    const user = await signedIn(context);
    const session = await openSession(context);
    const headers = { "set-cookie": [sessionCookie(context, session)] };
    if (user === undefined) return loginRedirect(request.url, headers);
    const application = await store.first("authentik_core.application", { provider: provider.pk });
    if (!(await mayEnter(store, application, user))) {
        const csrf = cookie("authentik_csrf", randomKey(32), "Max-Age=31449600; Path=/; SameSite=Lax");
        const cookies: Record<string, string[]> = since("2026.2") ? {} : { "set-cookie": [csrf] };
        return page(200, "Permission denied", "Request has been denied.", cookies);
    }
    const code = randomKey(32);
    const grant = {
        client: provider.pk,
        user: user.pk,
        redirect_uri: asked("redirect_uri"),
        scope: asked("scope"),
        nonce: asked("nonce"),
    };
    const challenge = { challenge: asked("code_challenge"), method: asked("code_challenge_method") };
    await store.insert(codes, { ...grant, ...challenge, at: Date.now() }, code);
    target.searchParams.set("code", code);
    return redirect(target.href, headers);
}

/** The user that an access token stands for. */
export async function userinfo({ store, request }: Context): Promise<Reply> {
    const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    const unchecked = claimsOf(given);
    const provider = await clientOf(store, display(unchecked?.["aud"] ?? ""));
    const claims = provider === undefined ? undefined : readToken(given, await signerOf(store, provider));
    if (claims === undefined) {
        const reason = "The access token provided is expired, revoked, malformed, or invalid for other reasons";
        const headers = {
            "content-type": "text/html; charset=utf-8",
            "www-authenticate": `error="invalid_token", error_description="${reason}"`,
        };
        return { status: 401, headers };
    }
    const technical = new Set(["iss", "aud", "iat", "exp", "auth_time", "acr", "amr", "nonce", "scope", "uid"]);
    return json(200, Object.fromEntries(Object.entries(claims).filter(([name]) => !technical.has(name))));
}

async function providerOf(store: Store, application: Stored | undefined): Promise<Stored | undefined> {
    const pk = application?.data["provider"] ?? null;
    const provider = pk === null ? undefined : await store.first("authentik_core.provider", { pk });
    return speaksOidc(provider) ? provider : undefined;
}

/** True where a provider allows this redirect URI. */
function mayRedirect(provider: Stored, uri: string): boolean {
    if (provider.model.endsWith(".proxyprovider"))
        return uri.startsWith(
            `${textOf(provider, "external_host").replace(/\/$/, "")}/outpost.goauthentik.io/callback`,
        );
    const allowed = provider.data["redirect_uris"];
    return (
        Array.isArray(allowed) &&
        (allowed as { matching_mode: string; url: string }[]).some(({ matching_mode: mode, url }) =>
            mode === "regex" ? new RegExp(`^(?:${url})$`).test(uri) : url === uri,
        )
    );
}
