import type { Cache } from "../cache";
import { display } from "../log";
import { outpostTokenName } from "../save";
import { keysOf, textOf, type Fields, type Json, type Store, type Stored } from "../store";
import type { Caller, Context } from "./context";
import { iconFields } from "./files";
import { version } from "../version";
import { openidConfiguration, proxyScopes, scopesOf } from "./oidc-metadata";

const healthPrefix = (pk: string) => `authentik_outpost_health_${pk}_`;

/** An outpost as the API shows it. */
export async function presentOutpost({ store }: Context, outpost: Stored): Promise<object> {
    const providers = await store.find("authentik_core.provider");
    const applications = await store.find("authentik_core.application");
    const keys = keysOf(outpost, "providers");
    return {
        pk: outpost.pk,
        name: outpost.data["name"],
        type: outpost.data["type"],
        providers: keys,
        providers_obj: providers
            .filter(({ pk }) => keys.includes(pk))
            .map((provider) => ({
                pk: provider.pk,
                name: provider.data["name"],
                component: "",
                assigned_application_slug: textOf(
                    applications.find(({ data }) => data["provider"] === provider.pk),
                    "slug",
                ),
            })),
        service_connection: outpost.data["service_connection"] ?? null,
        service_connection_obj: null,
        refresh_interval_s: 300,
        token_identifier: outpostTokenName(outpost),
        config: outpost.data["config"],
        managed: outpost.data["managed"] ?? null,
    };
}

/** An application as the API shows it, with its provider in short. */
export async function presentApplication(context: Context, application: Stored): Promise<object> {
    const { store } = context;
    const providers = await store.find("authentik_core.provider");
    const provider = providers.find(({ pk }) => pk === application.data["provider"]);
    const short = provider && { pk: provider.pk, name: provider.data["name"], component: "" };
    return {
        pk: application.pk,
        ...application.data,
        ...iconFields(context, application),
        provider_obj: short ?? null,
    };
}

/** The providers of one kind that the caller may see: an outpost sees what a worker has granted it by then. */
export async function visibleProviders(store: Store, kind: string, { superuser, outpost }: Caller): Promise<Stored[]> {
    const providers = await store.find(`authentik_providers_${kind}.${kind}provider`);
    const granted = keysOf(outpost, "granted");
    return superuser ? providers : providers.filter(({ pk }) => granted.includes(pk));
}

/** A provider as its outpost reads it; nothing while no application uses it. */
export async function presentForOutpost({ store, request }: Context, provider: Stored): Promise<object[]> {
    const application = await store.first("authentik_core.application", { provider: provider.pk });
    if (application === undefined) return [];
    const slug = textOf(application, "slug");
    const assigned = { assigned_application_slug: slug, assigned_application_name: textOf(application, "name") };
    if (!provider.model.endsWith(".proxyprovider")) {
        const flow = textOf(
            await store.first("authentik_flows.flow", { pk: provider.data["authorization_flow"] ?? null }),
            "slug",
        );
        const flows = { bind_flow_slug: flow, auth_flow_slug: flow };
        return [{ pk: provider.pk, ...provider.data, ...flows, application_slug: slug, ...assigned }];
    }
    const read = (field: string): Json => provider.data[field] ?? null;
    const copied = Object.fromEntries(
        [
            "name",
            "internal_host",
            "external_host",
            "internal_host_ssl_validation",
            "client_id",
            "client_secret",
            "cookie_secret",
            "certificate",
            "skip_path_regex",
            "basic_auth_enabled",
            "basic_auth_password_attribute",
            "basic_auth_user_attribute",
            "mode",
            "cookie_domain",
            "intercept_header_auth",
        ].map((field) => [field, read(field)]),
    );
    return [
        {
            pk: provider.pk,
            ...copied,
            oidc_configuration: await openidConfiguration(store, provider, slug, request.origin),
            access_token_validity: 3600,
            scopes_to_request: proxyScopes,
            ...assigned,
        },
    ];
}

/** A provider as an administrator sees it. */
export async function presentProvider({ store }: Context, provider: Stored): Promise<object> {
    const application = await store.first("authentik_core.application", { provider: provider.pk });
    return {
        pk: provider.pk,
        meta_model_name: provider.model,
        ...provider.data,
        assigned_application_slug: textOf(application, "slug"),
        assigned_application_name: textOf(application, "name"),
        component: `ak-provider-${provider.model.split("_")[2]?.split(".")[0] ?? ""}-form`,
        scopes: provider.model.includes("oauth2") ? await scopesOf(store, provider) : undefined,
    };
}

/** Keeps in Redis that an outpost's instance said hello. */
export async function recordHello(cache: Cache, pk: string, args: Fields): Promise<void> {
    const state = {
        uid: args["uuid"],
        last_seen: new Date().toISOString(),
        version: args["version"],
        golang_version: args["golangVersion"],
        openssl_enabled: args["opensslEnabled"],
        openssl_version: args["opensslVersion"],
        fips_enabled: null,
        version_should: version,
        version_outdated: args["version"] !== version,
        build_hash: args["buildHash"],
        build_hash_should: "",
        hostname: args["hostname"],
    };
    await cache.set(`${healthPrefix(pk)}${display(args["uuid"])}`, JSON.stringify(state), 30).catch(() => undefined);
}

/** The instances of an outpost that said hello lately. */
export async function outpostHealth(cache: Cache, pk: string): Promise<object[]> {
    return (await cache.list(healthPrefix(pk))).map((value) => JSON.parse(value) as object);
}
