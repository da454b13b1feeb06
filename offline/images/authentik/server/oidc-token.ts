import { createHash } from "node:crypto";
import { signToken } from "../jwt";
import { randomKey } from "../passwords";
import { textOf, type Fields, type Json, type Store, type Stored } from "../store";
import { since } from "../version";
import { groupsOf, isSuperuser, type Context } from "./context";
import { allowsGrant, clientOf, issuerOf, scopesOf, signerOf } from "./oidc-metadata";
import { json, type Reply } from "./replies";

/** The model under which authorization codes are kept until they are used. */
export const codes = "authentik_providers_oauth2.authorizationcode";
const refusals: Record<string, string> = {
    invalid_client:
        "Client authentication failed (e.g., unknown client, no client authentication included, or unsupported authentication method)",
    invalid_grant:
        "The provided authorization grant or refresh token is invalid, expired, revoked, does not match the redirection URI used in" +
        " the authorization request, or was issued to another client",
    unsupported_grant_type: "The authorization grant type is not supported by the authorization server",
};

/** The token endpoint. */
export async function token({ store, request }: Context): Promise<Reply> {
    const form = new URLSearchParams(request.body);
    const [basicId, basicSecret] = Buffer.from(
        /^Basic (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "",
        "base64",
    )
        .toString()
        .split(":");
    const provider = await clientOf(store, form.get("client_id") ?? decodeURIComponent(basicId ?? ""));
    const secret = form.get("client_secret") ?? decodeURIComponent(basicSecret ?? "");
    if (provider === undefined) return refuse("invalid_client");
    if (provider.data["client_type"] !== "public" && secret !== textOf(provider, "client_secret"))
        return refuse("invalid_client");
    if (form.get("grant_type") !== "authorization_code" || !allowsGrant(provider, "authorization_code"))
        return refuse("unsupported_grant_type");
    const code = await store.first(codes, { pk: form.get("code") ?? "", client: provider.pk });
    if (
        code === undefined ||
        code.data["redirect_uri"] !== form.get("redirect_uri") ||
        !verifies(code, form.get("code_verifier") ?? "")
    )
        return refuse("invalid_grant");
    await store.remove(code);
    const user = await store.first("authentik_core.user", { pk: code.data["user"] ?? null });
    const application = await store.first("authentik_core.application", { provider: provider.pk });
    if (user === undefined) return refuse("invalid_grant");
    const granted = await scopesOf(store, provider);
    const scopes = textOf(code, "scope")
        .split(" ")
        .filter((scope) => granted.includes(scope));
    const now = Math.floor(Date.now() / 1000);
    const base: Fields = {
        iss: issuerOf(request.origin, textOf(application, "slug")),
        aud: textOf(provider, "client_id"),
        iat: now,
        exp: now + 3600,
        auth_time: now,
        acr: "goauthentik.io/providers/oauth2/default",
        amr: ["pwd"],
        ...(textOf(code, "nonce") === "" ? {} : { nonce: textOf(code, "nonce") }),
        ...(await userClaims(store, provider, user, scopes)),
    };
    const signer = await signerOf(store, provider);
    return json(200, {
        access_token: signToken({ ...base, scope: scopes.join(" "), uid: randomKey(40) }, signer),
        token_type: "Bearer",
        scope: scopes.join(" "),
        expires_in: 3600,
        id_token: signToken(base, signer),
    });
}

function refuse(error: string): Reply {
    return json(400, {
        error,
        error_description: refusals[error],
        request_id: createHash("md5").update(randomKey(20)).digest("hex"),
    });
}

function verifies(code: Stored, verifier: string): boolean {
    const challenge = textOf(code, "challenge");
    if (challenge === "") return true;
    return (
        challenge ===
        (textOf(code, "method") === "S256" ? createHash("sha256").update(verifier).digest("base64url") : verifier)
    );
}

async function userClaims(store: Store, provider: Stored, user: Stored, scopes: string[]): Promise<Fields> {
    const name = textOf(user, "username");
    const subjects: Record<string, Json> = {
        user_id: String(user.pk),
        user_uuid: textOf(user, "uuid"),
        user_username: name,
        user_email: textOf(user, "email"),
        user_upn: name,
    };
    const hashed = createHash("sha256").update(textOf(user, "uuid")).digest("hex");
    const byScope: Record<string, Fields> = {
        email: { email: textOf(user, "email"), email_verified: !since("2025.10") },
        profile: {
            name: textOf(user, "name"),
            given_name: textOf(user, "name"),
            preferred_username: name,
            nickname: name,
            groups: (await groupsOf(store, user)).map((group) => textOf(group, "name")),
        },
        entitlements: { entitlements: [], roles: [] },
        ak_proxy: {
            ak_proxy: { user_attributes: user.data["attributes"] ?? {}, is_superuser: await isSuperuser(store, user) },
        },
    };
    return Object.assign(
        { sub: subjects[textOf(provider, "sub_mode")] ?? hashed },
        ...scopes.map((scope) => byScope[scope] ?? {}),
    ) as Fields;
}
