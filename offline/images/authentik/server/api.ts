import { display } from "../log";
import { textOf, type Stored } from "../store";
import { modelNamed } from "../models";
import { remove, update } from "../save";
import { validate } from "../validation";
import { since, version } from "../version";
import { requestApply, createInstance } from "./managed-blueprints";
import { checkAccess, mayEnter } from "./access";
import { collections, pageOf, shown, visible, type Collection } from "./collections";
import { bearer, callerOf, groupsOf, type Caller, type Context } from "./context";
import { flowExecutor } from "./flows";
import { json, type Reply } from "./replies";
import { fileCapabilities, saveFile, saveIcon } from "./files";
import { outpostHealth, presentForOutpost, visibleProviders } from "./outposts";
import { signedIn } from "./sessions";

const readOnly = "GET, HEAD, OPTIONS";
const listed = "GET, POST, HEAD, OPTIONS";

/** What admin/version/ says. */
const versions = {
    version_current: version,
    version_latest: version,
    version_latest_valid: true,
    build_hash: "",
    outdated: false,
    outpost_outdated: false,
};

/** What root/config/ answers, without a sign-in. */
const rootConfig = {
    error_reporting: {
        enabled: false,
        sentry_dsn: "",
        environment: "customer",
        send_pii: false,
        traces_sample_rate: 0.1,
    },
    capabilities: ["can_impersonate", "is_enterprise"],
    cache_timeout: 300,
    cache_timeout_flows: 300,
    cache_timeout_policies: 300,
    cache_timeout_reputation: 0,
};

/** The API under /api/v3/. */
export async function api(context: Context): Promise<Reply> {
    const { request, store } = context;
    const path = request.path.replace(/^\/api\/v3\//, "").replace(/\/$/, "");
    const executor = /^flows\/executor\/([^/]+)$/.exec(path);
    if (executor !== null) return flowExecutor(context, executor[1] ?? "");
    if (path === "root/config") {
        const capabilities = [...fileCapabilities(context.settings), ...rootConfig.capabilities];
        return json(200, { ...rootConfig, capabilities }, readOnly);
    }

    const [, name = "", detail, action] =
        /^(propertymappings\/provider\/\w+|\w+\/\w+)(?:\/([^/]+))?(?:\/(\w+))?$/.exec(path) ?? [];
    const writable = detail === undefined && name in collections;
    const allow = action === "apply" ? "POST, OPTIONS" : writable ? listed : readOnly;
    const key = bearer(request.headers);
    const caller = key === undefined ? await sessionCaller(context) : await callerOf(store, key);
    if (caller === undefined) {
        return json(
            403,
            { detail: key === undefined ? "Authentication credentials were not provided." : "Token invalid/expired" },
            allow,
        );
    }
    if (path === "admin/version") return json(200, versions, allow);
    if (path === "core/users/me") return json(200, { user: await presentUser(context, caller) }, allow);
    const asked = /^outposts\/(ldap|radius)\/(\d+)\/check_access$/.exec(path);
    if (asked !== null) {
        const [, kind = "", pk = ""] = asked;
        const provider = await store.first(`authentik_providers_${kind}.${kind}provider`, { pk });
        if (provider === undefined) return json(404, { detail: "Not found." }, allow);
        return json(200, await checkAccess(store, provider, caller), allow);
    }
    const outpostKind = /^outposts\/(proxy|ldap|radius)$/.exec(path)?.[1];
    if (outpostKind !== undefined) {
        const providers = await visibleProviders(store, outpostKind, caller);
        return json(
            200,
            pageOf(
                context,
                (await Promise.all(providers.map((provider) => presentForOutpost(context, provider)))).flat(),
            ),
            allow,
        );
    }
    if (path === "admin/file" && since("2025.12") && caller.superuser && request.method === "POST")
        return saveFile(context, listed);
    const collection = collections[name];
    if (collection === undefined) return json(404, { detail: "Not found." }, allow);
    if (detail === undefined)
        return request.method === "POST"
            ? createObject(context, caller, name, allow)
            : list(context, caller, collection, allow);

    const [object] = visible(
        caller,
        await store.find(collection.model, { [collection.by ?? "pk"]: decodeURIComponent(detail) }),
    );
    if (object === undefined) return json(404, { detail: "Not found." }, allow);
    if (action === "health") return json(200, await outpostHealth(context.cache, String(object.pk)), allow);
    if (action === "check_access" && caller.superuser) {
        const user = await store.first("authentik_core.user", { pk: request.query.get("for_user") ?? caller.user.pk });
        return json(200, { passing: user !== undefined && (await mayEnter(store, object, user)), messages: [] }, allow);
    }
    if (action === "view_key" && caller.superuser) return json(200, { key: textOf(object, "key") }, allow);
    if (action === "apply" && caller.superuser) return json(200, await requestApply(context, object), allow);
    if (action === "set_icon" && caller.superuser) return saveIcon(context, object, "POST, OPTIONS");
    if (action !== undefined) return json(404, { detail: "Not found." }, allow);
    return one(context, caller, collection, object);
}

async function one(context: Context, caller: Caller, collection: Collection, object: Stored): Promise<Reply> {
    const { request, database } = context;
    const allow = "GET, PUT, PATCH, DELETE, HEAD, OPTIONS";
    const model = modelNamed(object.model);
    if (!["PATCH", "DELETE"].includes(request.method))
        return json(200, await shown(context, collection, object), allow);
    if (!caller.superuser || model === undefined)
        return json(403, { detail: "You do not have permission to perform this action." }, allow);
    if (request.method === "DELETE") {
        await database.transaction((store) => remove(store, object));
        return { status: 204, headers: { allow } };
    }
    return database.transaction(async (store) => {
        const { known, errors } = await validate(store, model, JSON.parse(request.body) as Stored["data"], object);
        if (Object.keys(errors).length > 0)
            return json(
                400,
                Object.fromEntries(
                    Object.entries(errors).map(([field, found]) => [field, found.map(({ text }) => text)]),
                ),
                allow,
            );
        return json(200, await shown({ ...context, store }, collection, await update(store, object, known)), allow);
    });
}

async function list(context: Context, caller: Caller, collection: Collection, allow: string): Promise<Reply> {
    const all = visible(caller, await context.store.find(collection.model));
    // Parameters that are not fields (page, ordering and so on) filter nothing.
    const filters = [...context.request.query]
        .map(([name, value]): [string, string] => [name.replace(/__iexact$/, ""), value])
        .filter(([field]) => field === "pk" || all.some(({ data }) => field in data));
    const objects = all.filter((object) =>
        filters.every(([field, value]) => display(field === "pk" ? object.pk : object.data[field]) === value),
    );
    return json(
        200,
        pageOf(context, await Promise.all(objects.map((object) => shown(context, collection, object)))),
        allow,
    );
}

async function createObject(context: Context, caller: Caller, name: string, allow: string): Promise<Reply> {
    if (!caller.superuser) return json(403, { detail: "You do not have permission to perform this action." }, allow);
    return name === "managed/blueprints"
        ? createInstance(context, allow)
        : json(405, { detail: 'Method "POST" not allowed.' }, allow);
}

async function sessionCaller(context: Context): Promise<Caller | undefined> {
    const user = await signedIn(context);
    return user === undefined
        ? undefined
        : { user, superuser: (await groupsOf(context.store, user)).some(({ data }) => data["is_superuser"] === true) };
}

async function presentUser({ store }: Context, { user, superuser }: Caller): Promise<object> {
    return {
        pk: user.pk,
        username: textOf(user, "username"),
        name: textOf(user, "name"),
        is_active: user.data["is_active"],
        is_superuser: superuser,
        groups: (await groupsOf(store, user)).map((group) => ({ name: textOf(group, "name"), pk: group.pk })),
        email: textOf(user, "email"),
        uid: textOf(user, "uuid"),
        type: textOf(user, "type"),
    };
}
