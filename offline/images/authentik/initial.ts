import { randomBytes, randomUUID } from "node:crypto";
import { randomKey } from "./passwords";
import type { Fields } from "./store";

const initial: Record<string, () => Fields> = {
    "authentik_core.application": () => ({
        provider: null,
        group: "",
        policy_engine_mode: "any",
        meta_launch_url: "",
        open_in_new_tab: false,
    }),
    "authentik_core.group": () => ({ is_superuser: false, parent: null, attributes: {} }),
    "authentik_core.token": () => ({
        intent: "api",
        expiring: true,
        description: "",
        managed: null,
        key: randomKey(60),
    }),
    "authentik_core.user": () => ({
        uuid: randomUUID(),
        is_active: true,
        groups: [],
        attributes: {},
        path: "users",
        type: "internal",
        email: "",
        password: "!",
    }),
    "authentik_outposts.outpost": () => ({ managed: null, service_connection: null, granted: [] }),
    "authentik_policies.policybinding": () => ({ enabled: true, negate: false, timeout: 30 }),
    "authentik_providers_ldap.ldapprovider": () => ({
        base_dn: "DC=ldap,DC=goauthentik,DC=io",
        search_mode: "direct",
        bind_mode: "direct",
    }),
    "authentik_providers_oauth2.oauth2provider": () => ({
        client_type: "confidential",
        client_id: randomKey(40),
        client_secret: randomKey(128),
        sub_mode: "hashed_user_id",
        issuer_mode: "per_provider",
        include_claims_in_id_token: true,
        signing_key: null,
        property_mappings: [],
    }),
    "authentik_providers_proxy.proxyprovider": () => ({
        mode: "proxy",
        internal_host: "",
        internal_host_ssl_validation: true,
        client_id: randomKey(40),
        client_secret: randomKey(128),
        cookie_secret: randomBytes(16).toString("hex"),
        certificate: null,
        skip_path_regex: "",
        basic_auth_enabled: false,
        basic_auth_password_attribute: "",
        basic_auth_user_attribute: "",
        cookie_domain: "",
        intercept_header_auth: true,
    }),
    "authentik_providers_radius.radiusprovider": () => ({
        client_networks: "0.0.0.0/0, ::/0",
        shared_secret: randomKey(128),
        mfa_support: true,
    }),
};

/** The default fields of a new object, by model. */
export function initialFields(model: string): Fields {
    return initial[model]?.() ?? {};
}
