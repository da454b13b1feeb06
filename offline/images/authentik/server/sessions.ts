import { createHmac, randomUUID } from "node:crypto";
import { textOf, type Fields, type Stored } from "../store";
import type { Context } from "./context";
import { cookie } from "./replies";

const model = "authentik_core.session";

/** The session of a browser: kept in PostgreSQL, known by a cookie that is signed with the secret key. */
export async function openSession({ store, request, settings }: Context): Promise<Stored> {
    const [pk = "", signature = ""] = (request.cookies.get("authentik_session") ?? "").split(".");
    const known =
        signature !== "" && signature === sign(pk, settings.text("secret_key"))
            ? await store.first(model, { pk })
            : undefined;
    return known ?? (await store.insert(model, { stage: "identification" }, randomUUID()));
}

/** The user who is signed in with the request's session, if any. */
export async function signedIn(context: Context): Promise<Stored | undefined> {
    if (!context.request.cookies.has("authentik_session")) return undefined;
    const session = await openSession(context);
    const user = session.data["user"];
    return user === undefined || user === null ? undefined : context.store.first("authentik_core.user", { pk: user });
}

/** Writes fields of a session. */
export async function saveSession({ store }: Context, session: Stored, fields: Fields): Promise<void> {
    await store.update(session, fields);
}

/** The header that keeps the session in the browser. */
export function sessionCookie({ settings }: Context, session: Stored): string {
    const value = `${String(session.pk)}.${sign(String(session.pk), settings.text("secret_key"))}`;
    return cookie("authentik_session", value, "HttpOnly; Path=/; SameSite=Lax");
}

/** The stage in which a session's flow is. */
export function stageOf(session: Stored): string {
    return textOf(session, "stage");
}

function sign(text: string, key: string): string {
    return createHmac("sha256", key).update(text).digest("hex");
}
