import { display } from "../log";
import type { Store, Stored } from "../store";
import { type Caller, groupsOf } from "./context";

/** Everyone may use an application without bindings; with bindings, those who match one of them (or all). */
export async function mayEnter(store: Store, application: Stored | undefined, user: Stored): Promise<boolean> {
    const bindings =
        application === undefined
            ? []
            : await store.find("authentik_policies.policybinding", { target: application.pk });
    const enabled = bindings.filter(({ data }) => data["enabled"] !== false);
    if (enabled.length === 0) return true;
    const groups = (await groupsOf(store, user)).map(({ pk }) => pk);
    const matches = (binding: Stored) =>
        binding.data["user"] === user.pk || groups.includes(display(binding.data["group"]));
    return application?.data["policy_engine_mode"] === "all" ? enabled.every(matches) : enabled.some(matches);
}

/** What an outpost without a browser asks of the user who passed its flow. */
export async function checkAccess(store: Store, provider: Stored, { user, superuser }: Caller): Promise<object> {
    const application = await store.first("authentik_core.application", { provider: provider.pk });
    const permissions = Array.isArray(provider.data["permissions"]) ? provider.data["permissions"] : [];
    const passing = await mayEnter(store, application, user);
    return {
        access: { passing, messages: [] },
        has_search_permission:
            superuser ||
            permissions.some((one) => display(one) === `authentik_providers_ldap.search_full_directory ${user.pk}`),
    };
}
