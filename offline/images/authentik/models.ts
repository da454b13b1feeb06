import { since } from "./version";

/** One field of a model, as far as the stand-in checks it. */
export interface FieldRule {
    required: boolean;
    unique: boolean;
    email: boolean;
    reference?: string;
    many: boolean;
    choices?: string[];
}
/** The rules of a model; without rules, the model exists and accepts any fields. */
export interface Model {
    name: string;
    rules?: Record<string, FieldRule>;
}

/** Fields that a series has, or that it has no longer. */
const from = (series: string, fields: string) => (since(series) ? ` ${fields}` : "");
const until = (series: string, fields: string) => (since(series) ? "" : ` ${fields}`);

const provider =
    "name!* authentication_flow>authentik_flows.flow authorization_flow!>authentik_flows.flow" +
    " property_mappings>>authentik_core.propertymapping";
const invalidation = "invalidation_flow!>authentik_flows.flow";
const certificate = "authentik_crypto.certificatekeypair";

// ! required and not null, * unique, @ an address, > a key of, >> keys of, = one of
const described: Record<string, string> = {
    "authentik_core.application":
        "name! slug!* provider>authentik_core.provider open_in_new_tab meta_launch_url group" +
        " backchannel_providers>>authentik_core.provider meta_description meta_publisher policy_engine_mode=all|any" +
        until("2025.12", "icon") +
        from("2025.12", "meta_icon") +
        from("2026.5", "meta_hide"),
    "authentik_core.applicationentitlement": "name! app!>authentik_core.application attributes",
    "authentik_core.group":
        "name!* is_superuser users>>authentik_core.user attributes roles" +
        until("2025.12", "parent>authentik_core.group") +
        from("2025.12", "parents>>authentik_core.group"),
    "authentik_core.token":
        "identifier!* managed intent=verification|api|recovery|app_password user>authentik_core.user" +
        " description expires expiring key",
    "authentik_core.user":
        "username!* name! email@ is_active groups>>authentik_core.group attributes path password" +
        " type=internal|external|service_account|internal_service_account",
    "authentik_crypto.certificatekeypair": "name!* certificate_data! key_data managed",
    "authentik_flows.flow":
        "name! slug!* title! designation! background policy_engine_mode compatibility_mode layout" +
        " denied_action authentication",
    "authentik_outposts.outpost":
        "name!* type!=proxy|ldap|radius|rac providers!>>authentik_core.provider config! managed" +
        " service_connection",
    "authentik_policies.policybinding":
        "target!>authentik_policies.policybindingmodel order! policy>authentik_policies.policy" +
        " group>authentik_core.group user>authentik_core.user negate enabled timeout failure_result",
    "authentik_policies_expression.expressionpolicy": "name!* expression! execution_logging",
    "authentik_providers_ldap.ldapprovider":
        `${provider} ${invalidation} base_dn certificate>${certificate} tls_server_name` +
        " uid_start_number gid_start_number search_mode=direct|cached bind_mode=direct|cached mfa_support",
    "authentik_providers_oauth2.oauth2provider":
        `${provider} ${invalidation} client_type=confidential|public client_id*` +
        " client_secret access_code_validity access_token_validity refresh_token_validity include_claims_in_id_token" +
        ` signing_key>${certificate} encryption_key>${certificate} redirect_uris!` +
        until("2025.10", "backchannel_logout_uri") +
        from("2025.10", "logout_uri logout_method=backchannel|frontchannel refresh_token_threshold") +
        from("2026.5", "grant_types") +
        " sub_mode=hashed_user_id|user_id|user_uuid|user_username|user_email|user_upn issuer_mode=global|per_provider" +
        " jwt_federation_sources jwt_federation_providers",
    "authentik_providers_oauth2.scopemapping": "managed name! expression! scope_name! description",
    "authentik_providers_proxy.proxyprovider":
        `${provider} ${invalidation} internal_host external_host! cookie_domain` +
        ` internal_host_ssl_validation certificate>${certificate} skip_path_regex basic_auth_enabled intercept_header_auth` +
        " basic_auth_password_attribute basic_auth_user_attribute mode=proxy|forward_single|forward_domain" +
        " access_token_validity refresh_token_validity jwt_federation_sources jwt_federation_providers",
    "authentik_providers_rac.racprovider": `${provider} settings connection_expiry delete_token_on_disconnect`,
    "authentik_providers_rac.endpoint":
        "name! provider!>authentik_core.provider protocol!=rdp|vnc|ssh host! settings" +
        " property_mappings>>authentik_core.propertymapping auth_mode!=static|prompt maximum_connections",
    "authentik_providers_radius.radiusprovider": `${provider} ${invalidation} client_networks shared_secret mfa_support`,
    "authentik_providers_saml.samlprovider":
        `${provider} ${invalidation} acs_url! audience sp_binding=redirect|post` +
        (since("2026.5") ? " issuer_override" : " issuer") +
        " assertion_valid_not_before assertion_valid_not_on_or_after session_valid_not_on_or_after name_id_mapping" +
        ` authn_context_class_ref_mapping digest_algorithm signature_algorithm signing_kp>${certificate}` +
        ` verification_kp>${certificate} encryption_kp>${certificate} sign_assertion sign_response default_relay_state` +
        " default_name_id_policy",
    "authentik_providers_saml.samlpropertymapping": "managed name! expression! saml_name! friendly_name",
};

// Models that exist and accept any fields, by app.
const others = `blueprints: blueprintinstance metaapplyblueprint; brands: brand; enterprise: license;
events: event notification notificationrule notificationtransport notificationwebhookmapping; flows: flowstagebinding;
outposts: dockerserviceconnection kubernetesserviceconnection; policies_dummy: dummypolicy; rbac: initialpermissions role;
policies_event_matcher: eventmatcherpolicy; policies_expiry: passwordexpirypolicy;
policies_geoip: geoippolicy; policies_password: passwordpolicy; policies_reputation: reputationpolicy;
policies_unique_password: uniquepasswordpolicy; providers_rac: racpropertymapping;
providers_google_workspace: googleworkspaceprovider googleworkspaceprovidermapping;
providers_microsoft_entra: microsoftentraprovider microsoftentraprovidermapping; providers_ssf: ssfprovider;
providers_radius: radiusproviderpropertymapping; providers_scim: scimmapping scimprovider;
sources_kerberos: kerberossource kerberossourcepropertymapping; sources_ldap: ldapsource ldapsourcepropertymapping;
sources_oauth: oauthsource oauthsourcepropertymapping; sources_plex: plexsource plexsourcepropertymapping;
sources_saml: samlsource samlsourcepropertymapping; sources_scim: scimsource scimsourcepropertymapping;
stages_authenticator_duo: authenticatorduostage; stages_authenticator_email: authenticatoremailstage;
stages_authenticator_sms: authenticatorsmsstage; stages_authenticator_static: authenticatorstaticstage;
stages_authenticator_totp: authenticatortotpstage; stages_authenticator_validate: authenticatorvalidatestage;
stages_authenticator_webauthn: authenticatorwebauthnstage; stages_captcha: captchastage; stages_consent: consentstage;
stages_deny: denystage; stages_dummy: dummystage; stages_email: emailstage; stages_identification: identificationstage;
stages_invitation: invitation invitationstage; stages_mtls: mutualtlsstage; stages_password: passwordstage;
stages_prompt: prompt promptstage; stages_redirect: redirectstage; stages_source: sourcestage;
stages_user_delete: userdeletestage; stages_user_login: userloginstage; stages_user_logout: userlogoutstage;
stages_user_write: userwritestage; tasks_schedules: schedule; tenants: domain`;

const models = new Map<string, Model>([
    ...others.split(";").flatMap((line) => {
        const [app = "", names = ""] = line.trim().split(": ");
        return names
            .split(" ")
            .map((name): [string, Model] => [`authentik_${app}.${name}`, { name: `authentik_${app}.${name}` }]);
    }),
    ...Object.entries(described).map(([name, text]): [string, Model] => [name, { name, rules: parseRules(text) }]),
]);

/** The model of that name, if authentik has it. */
export function modelNamed(name: string): Model | undefined {
    return models.get(name.toLowerCase());
}

function parseRules(text: string): Record<string, FieldRule> {
    return Object.fromEntries(
        text.split(" ").map((word) => {
            const [, field = "", marks = "", reference, choices] =
                /^(\w+)([!*@]*)(>{1,2}[\w.]+)?(?:=(.+))?$/.exec(word) ?? [];
            return [
                field,
                {
                    required: marks.includes("!"),
                    unique: marks.includes("*"),
                    email: marks.includes("@"),
                    many: reference?.startsWith(">>") ?? false,
                    reference: reference?.replace(/^>+/, ""),
                    choices: choices?.split("|"),
                },
            ];
        }),
    );
}
