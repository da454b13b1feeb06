import type { Stored } from "../store";
import { since } from "../version";
import { type Caller, type Context, isSuperuser } from "./context";
import { presentApplication, presentOutpost, presentProvider } from "./outposts";

/** A list in the API: of which model, and how its objects are shown. */
export interface Collection {
    model: string;
    /** The field by which one object is addressed, where it is not the key. */
    by?: string;
    hidden?: string[];
    /** What the API adds to the object's own fields. */
    extra?: (context: Context, object: Stored) => Promise<object>;
    present?: (context: Context, object: Stored) => Promise<object>;
}

/** The lists that the API has, by path. */
export const collections: Record<string, Collection> = {
    "core/application_entitlements": {
        model: "authentik_core.applicationentitlement",
        present: (_, { pk, data }) => Promise.resolve({ pbm_uuid: pk, ...data }),
    },
    "core/applications": { model: "authentik_core.application", by: "slug", present: presentApplication },
    "core/groups": { model: "authentik_core.group" },
    "core/tokens": { model: "authentik_core.token", by: "identifier", hidden: ["key"] },
    "core/users": { model: "authentik_core.user", hidden: ["password"], extra: withRights },
    "core/brands": { model: "authentik_brands.brand" },
    "crypto/certificatekeypairs": {
        model: "authentik_crypto.certificatekeypair",
        hidden: ["key_data", "certificate_data"],
    },
    "flows/instances": { model: "authentik_flows.flow", by: "slug" },
    "managed/blueprints": { model: "authentik_blueprints.blueprintinstance" },
    "events/rules": { model: "authentik_events.notificationrule" },
    "events/transports": { model: "authentik_events.notificationtransport" },
    "outposts/instances": { model: "authentik_outposts.outpost", present: presentOutpost },
    "policies/all": { model: "authentik_policies.policy" },
    "policies/bindings": { model: "authentik_policies.policybinding", present: presentBinding },
    "propertymappings/all": { model: "authentik_core.propertymapping" },
    "propertymappings/provider/scope": { model: "authentik_providers_oauth2.scopemapping" },
    "providers/all": { model: "authentik_core.provider", present: presentProvider },
    "rbac/roles": { model: "authentik_rbac.role" },
    "sources/all": { model: "authentik_core.source" },
    "stages/all": { model: "authentik_flows.stage" },
    ...Object.fromEntries(
        ["ldap", "oauth2", "proxy", "rac", "radius", "saml", "scim"].map((kind) => [
            `providers/${kind}`,
            { model: `authentik_providers_${kind}.${kind}provider`, present: presentProvider },
        ]),
    ),
    "rac/endpoints": { model: "authentik_providers_rac.endpoint" },
};

/** A binding with what it names. */
async function presentBinding({ store }: Context, { pk, data }: Stored): Promise<object> {
    const named = async (field: string, model: string) => {
        const found = data[field] === undefined ? undefined : await store.first(model, { pk: data[field] });
        return found === undefined
            ? null
            : { pk: found.pk, name: found.data["name"], username: found.data["username"] };
    };
    return {
        ...{ pk, ...data },
        policy_obj: await named("policy", "authentik_policies.policy"),
        group_obj: await named("group", "authentik_core.group"),
        user_obj: await named("user", "authentik_core.user"),
    };
}

/** What a caller sees of these objects: a superuser all, an outpost itself and every application; of LDAP also people. */
export function visible({ superuser, outpost }: Caller, objects: Stored[]): Stored[] {
    return superuser
        ? objects
        : objects.filter(
              ({ model, pk }) =>
                  model === "authentik_core.application" ||
                  (model === "authentik_core.user" && outpost?.data["type"] === "ldap") ||
                  (model === "authentik_outposts.outpost" && pk === outpost?.pk),
          );
}

/** An object as the API shows it. */
export async function shown(
    context: Context,
    { present, extra, hidden = [] }: Collection,
    object: Stored,
): Promise<object> {
    if (present !== undefined) return present(context, object);
    return {
        pk: object.pk,
        meta_model_name: object.model,
        ...Object.fromEntries(Object.entries(object.data).filter(([field]) => !hidden.includes(field))),
        ...(await extra?.(context, object)),
    };
}

async function withRights({ store }: Context, user: Stored): Promise<object> {
    return { is_superuser: await isSuperuser(store, user) };
}

/** Objects of a page where nothing is asked for, and at most: 20 and 100 from 2025.12 on. */
const [usual, most] = since("2025.12") ? [20, 100] : [100, Infinity];

/** One page of a list, as the request asks for it. */
export function pageOf({ request }: Context, results: object[]): object {
    const size = Math.min(Number(request.query.get("page_size") ?? usual), most);
    const current = Number(request.query.get("page") ?? 1);
    const start = (current - 1) * size;
    const count = results.length;
    const total = Math.max(1, Math.ceil(count / size));
    return {
        pagination: {
            next: current < total ? current + 1 : 0,
            previous: current - 1,
            count,
            current,
            total_pages: total,
            start_index: count === 0 ? 0 : start + 1,
            end_index: Math.min(start + size, count),
        },
        results: results.slice(start, start + size),
        autocomplete: {},
    };
}
