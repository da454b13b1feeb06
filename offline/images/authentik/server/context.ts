import type { Cache } from "../cache";
import type { Database } from "../database";
import type { Settings } from "../settings";
import { keysOf, textOf, type Stored, type Store } from "../store";
import type { Request } from "./http";

/** What every handler of the server works with. */
export interface Context {
    settings: Settings;
    database: Database;
    cache: Cache;
    store: Store;
    request: Request;
}

/** Who asks: a user, with all rights or none, or the service account of an outpost. */
export interface Caller {
    user: Stored;
    superuser: boolean;
    outpost?: Stored | undefined;
}

/** The owner of an API token, by the token's key. */
export async function callerOf(store: Store, key: string): Promise<Caller | undefined> {
    const token = key === "" ? undefined : await store.first("authentik_core.token", { key, intent: "api" });
    const user =
        token === undefined ? undefined : await store.first("authentik_core.user", { pk: token.data["user"] ?? null });
    if (user === undefined) return undefined;
    const hex = /^ak-outpost-([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(
        textOf(user, "username"),
    );
    const outpost =
        hex === null ? undefined : await store.first("authentik_outposts.outpost", { pk: hex.slice(1).join("-") });
    return { user, superuser: await isSuperuser(store, user), outpost };
}

/** The key in a request's `Authorization: Bearer` header. */
export function bearer(headers: Request["headers"]): string | undefined {
    return /^Bearer (.*)$/.exec(headers.authorization ?? "")?.[1];
}

/** True where one of the user's groups makes superusers. */
export async function isSuperuser(store: Store, user: Stored): Promise<boolean> {
    return (await groupsOf(store, user)).some((group) => group.data["is_superuser"] === true);
}

/** The groups a user is in. */
export async function groupsOf(store: Store, user: Stored): Promise<Stored[]> {
    const keys = keysOf(user, "groups");
    return (await store.find("authentik_core.group")).filter(({ pk }) => keys.includes(pk));
}
