import { z } from "zod";
import { isObject, type Report } from "../ground/problems";
import { find } from "./blueprints/document";
import { type Check, listed } from "./checks";
import { attributeProblem, attributesOf } from "./models";

/** What has no key of this program: attributes of one of authentik's models, by their own names. */
export type Attributes = Record<string, unknown>;

/** The key that takes them, wherever an object of authentik is configured. */
export const attributes = z
    .record(z.string(), z.unknown(), { error: "must be an object, such as {access_token_validity: hours=1}" })
    .default({})
    .describe(
        "any other attribute of it in authentik, by authentik's own name; flows and sources by their slugs, other objects by their names. The section Attributes lists them",
    );

/** An object of authentik for which the configuration takes attributes. */
export interface Attributed {
    model: string;
    attributes: Attributes;
    /** Where they are, below the application. */
    path: (string | number)[];
    /** What this program has keys of its own for: the attribute, and what to use instead. */
    keys: Record<string, string>;
}

/** Where the object is found that an attribute refers to by its name or slug. */
interface Target {
    what: string;
    model: string;
    /** The field by which it is referred to. */
    field: string;
    /** Its list in the API. */
    list: string;
}

const flow = { what: "flow", model: "authentik_flows.flow", field: "slug", list: "flows/instances" };
const certificate = {
    what: "certificate",
    model: "authentik_crypto.certificatekeypair",
    field: "name",
    list: "crypto/certificatekeypairs",
};
const group = { what: "group", model: "authentik_core.group", field: "name", list: "core/groups" };
const source = { what: "source", model: "authentik_sources_oauth.oauthsource", field: "slug", list: "sources/oauth" };
const client = {
    what: "provider",
    model: "authentik_providers_oauth2.oauth2provider",
    field: "name",
    list: "providers/oauth2",
};
const mapping = (app: string, name: string, list: string) => ({
    what: "property mapping",
    model: `authentik_providers_${app}.${name}`,
    field: "name",
    list: `propertymappings/provider/${list}`,
});
const samlMapping = mapping("saml", "samlpropertymapping", "saml");
const scimMapping = mapping("scim", "scimmapping", "scim");

/** What attributes refer to, by the attributes' names. */
const targets: Record<string, Target> = {
    authentication_flow: flow,
    authorization_flow: flow,
    invalidation_flow: flow,
    certificate,
    encryption_key: certificate,
    encryption_kp: certificate,
    verification_kp: certificate,
    name_id_mapping: samlMapping,
    authn_context_class_ref_mapping: samlMapping,
    property_mappings_group: scimMapping,
    filter_group: group,
    group_filters: group,
    auth_oauth: source,
    jwt_federation_sources: source,
    jwt_federation_providers: client,
};

/** Every kind of provider has property mappings of its own. */
const mappings: Record<string, Target> = {
    "authentik_providers_oauth2.oauth2provider": mapping("oauth2", "scopemapping", "scope"),
    "authentik_providers_proxy.proxyprovider": mapping("oauth2", "scopemapping", "scope"),
    "authentik_providers_saml.samlprovider": samlMapping,
    "authentik_providers_radius.radiusprovider": mapping("radius", "radiusproviderpropertymapping", "radius"),
    "authentik_providers_rac.racprovider": mapping("rac", "racpropertymapping", "rac"),
    "authentik_providers_rac.endpoint": mapping("rac", "racpropertymapping", "rac"),
    "authentik_providers_scim.scimprovider": scimMapping,
};

/** What an attribute refers to; undefined where that is no object of authentik, or none that can be named. */
export function targetOf(model: string, name: string): Target | undefined {
    const type = attributesOf(model)[name]?.type;
    if (type !== "reference" && type !== "references") return undefined;
    return name === "property_mappings" ? mappings[model] : targets[name];
}

/** Reports what a release does not take, and what the configuration has keys of its own for. */
export function reviewAttributes({ model, attributes, path, keys }: Attributed, version: string, report: Report): void {
    const problemOf = (name: string, value: unknown) => {
        const key = keys[name];
        if (key !== undefined) return `is set by this stack itself; use ${key} instead`;
        const nameless = "refers to objects that have no name; set it in a blueprint of your own";
        return attributeProblem(model, name, value, version) ?? (isNameless(model, name) ? nameless : undefined);
    };
    for (const [name, value] of Object.entries(attributes)) {
        const problem = problemOf(name, value);
        if (problem !== undefined) report([...path, name], problem);
        else if (isObject(value))
            for (const secret of Object.keys(value).filter(isSecretAttribute))
                report([...path, name, secret], "is a secret, and would be stored in plain text; leave it out");
    }
}

/** Whether an attribute refers to objects that cannot be named here. */
export function isNameless(model: string, name: string): boolean {
    const type = attributesOf(model)[name]?.type;
    return (type === "reference" || type === "references") && targetOf(model, name) === undefined;
}

/** Whether an attribute, or a setting in one, is a secret by its name. */
export function isSecretAttribute(name: string): boolean {
    return /(pass(word|phrase)|secret|(private|secret)[_-]?key|token)$/i.test(name);
}

/** Attributes as a blueprint writes them: what refers to another object looks it up. */
export function written(model: string, attributes: Attributes): Attributes {
    return Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => {
            const target = targetOf(model, name);
            const reference = (one: unknown) =>
                target === undefined || one === null ? one : find(target.model, [target.field, one]);
            return [name, Array.isArray(value) ? value.map(reference) : reference(value)];
        }),
    );
}

/** The objects that attributes refer to are there: authentik leaves out what it does not find, and goes on. */
export function attributeChecks({ model, attributes }: Attributed, slug: string, server: string): Check[] {
    return Object.entries(attributes).flatMap(([name, value]) => {
        const target = targetOf(model, name);
        if (target === undefined || value === null) return [];
        const names = (Array.isArray(value) ? value : [value]).map(String);
        return names.map((found) =>
            listed(`${target.what} ${found}, ${name} of ${slug}`, target.list, { [target.field]: found }, server),
        );
    });
}

/** What attributes are that nobody sets, of one model or of all, in every release that has them. Source: the providers' models.py. */
const defaults: Attributes = {
    access_code_validity: "minutes=1",
    access_token_validity: "hours=1",
    refresh_token_validity: "days=30",
    refresh_token_threshold: "seconds=0",
    assertion_valid_not_before: "minutes=-5",
    assertion_valid_not_on_or_after: "minutes=5",
    session_valid_not_on_or_after: "minutes=86400",
    digest_algorithm: "http://www.w3.org/2001/04/xmlenc#sha256",
    signature_algorithm: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    sign_response: false,
    sign_logout_request: false,
    sign_logout_response: false,
    sls_binding: "redirect",
    default_relay_state: "",
    default_name_id_policy: "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
    tls_server_name: "",
    uid_start_number: 2000,
    gid_start_number: 4000,
    settings: {},
    connection_expiry: "hours=8",
    delete_token_on_disconnect: false,
    verify_certificates: true,
    compatibility_mode: "default",
    dry_run: false,
    auth_mode: "token",
    auth_oauth_params: {},
    service_provider_config_cache_timeout: "hours=1",
    "authentik_providers_oauth2.oauth2provider.logout_method": "backchannel",
    "authentik_providers_saml.samlprovider.logout_method": "frontchannel_iframe",
    sync_page_size: 100,
    sync_page_timeout: "minutes=30",
    // As before it could be chosen.
    discovery_enabled: true,
    maximum_connections: 1,
};

/** What an attribute of a provider, or of a part of it, is again once it is declared no longer; undefined where that is not known. */
export function unset(model: string, name: string): unknown {
    const { type, nullable = false } = attributesOf(model)[name] ?? {};
    if (nullable) return null;
    if (type === "references") return [];
    return type === "uri" ? "" : (defaults[`${model}.${name}`] ?? defaults[name]);
}
