import { display } from "../log";
import { textOf, type Store, type Stored } from "../store";
import { groupsOf } from "./context";

/** True where a provider allows this redirect URI. */
export function mayRedirect(provider: Stored, uri: string): boolean {
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

/** Anybody may enter an application without bindings; with bindings, who matches one of them (or all). */
export async function mayEnter(store: Store, provider: Stored, user: Stored): Promise<boolean> {
    const application = await store.first("authentik_core.application", { provider: provider.pk });
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
