import { entryOf, Tag, type Blueprint, type Entry, type UnresolvedFields } from "./document";

// authentik's own flows: path of the blueprint, its name (by which `metaapplyblueprint` finds it), slug, designation.
const flows = `
flow-default-authentication-flow | Authentication flow | default-authentication-flow | authentication
flow-default-authenticator-static-setup | Static MFA setup flow | default-authenticator-static-setup | stage_configuration
flow-default-authenticator-totp-setup | TOTP MFA setup flow | default-authenticator-totp-setup | stage_configuration
flow-default-authenticator-webauthn-setup | WebAuthn MFA setup flow | default-authenticator-webauthn-setup | stage_configuration
flow-default-invalidation-flow | Invalidation flow | default-invalidation-flow | invalidation
flow-default-provider-authorization-explicit-consent | Provider authorization flow (explicit consent) | default-provider-authorization-explicit-consent | authorization
flow-default-provider-authorization-implicit-consent | Provider authorization flow (implicit consent) | default-provider-authorization-implicit-consent | authorization
flow-default-provider-invalidation | Provider invalidation flow | default-provider-invalidation-flow | invalidation
flow-default-source-authentication | Source authentication flow | default-source-authentication | authentication
flow-default-source-enrollment | Source enrollment flow | default-source-enrollment | enrollment
flow-default-source-pre-authentication | Source pre-authentication flow | default-source-pre-authentication | stage_configuration
flow-default-user-settings-flow | User settings flow | default-user-settings-flow | stage_configuration
flow-oobe | Out-of-box-experience flow | initial-setup | stage_configuration
flow-password-change | Password change flow | default-password-change | stage_configuration`;

// Property mappings, by `managed` after goauthentik.io/; a scope's own name follows where it differs.
const scopes = "openid email profile entitlements offline_access authentik_api=goauthentik.io/api";
const saml = "upn name email username uid groups ms-windowsaccountname";

const shipped: Record<string, { name: string; entries: Entry[] }> = {
    ...Object.fromEntries(flows.trim().split("\n").map(flowBlueprint)),
    "default/default-brand.yaml": {
        name: "Default - Brand",
        entries: [entry("authentik_brands.brand", { domain: "authentik-default" }, { default: true })],
    },
    "default/events-default.yaml": {
        name: "Default - Events Transport & Rules",
        entries: [group("authentik Admins", true)],
    },
    "default/rbac-role-read-only.yaml": {
        name: "Default - RBAC - Read-only",
        entries: [group("authentik Read-only", false)],
    },
    "migrations/migrate-prompt-name.yaml": { name: "Migration - Remove old prompt fields", entries: [] },
    "system/bootstrap.yaml": { name: "authentik Bootstrap", entries: [] },
    "system/providers-google-workspace.yaml": { name: "System - Google Workspace Provider - Mappings", entries: [] },
    "system/providers-microsoft-entra.yaml": { name: "System - Microsoft Entra Provider - Mappings", entries: [] },
    "system/providers-oauth2.yaml": {
        name: "System - OAuth2 Provider - Scopes",
        entries: scopes.split(" ").map((scope) => scopeMapping("providers/oauth2", scope)),
    },
    "system/providers-proxy.yaml": {
        name: "System - Proxy Provider - Scopes",
        entries: [scopeMapping("providers/proxy", "proxy=ak_proxy")],
    },
    "system/providers-rac.yaml": {
        name: "System - RAC Provider - Mappings",
        entries: ["rdp-default", "rdp-high-fidelity", "ssh-default"].map((name) =>
            mapping("authentik_providers_rac.racpropertymapping", `providers/rac/${name}`, {}),
        ),
    },
    "system/providers-saml.yaml": {
        name: "System - SAML Provider - Mappings",
        entries: saml
            .split(" ")
            .map((name) =>
                mapping("authentik_providers_saml.samlpropertymapping", `providers/saml/${name}`, { saml_name: name }),
            ),
    },
    "system/providers-scim.yaml": {
        name: "System - SCIM Provider - Mappings",
        entries: ["user", "group"].map((name) =>
            mapping("authentik_providers_scim.scimmapping", `providers/scim/${name}`, {}),
        ),
    },
    "system/sources-kerberos.yaml": { name: "System - Kerberos Source - Mappings", entries: [] },
    "system/sources-ldap.yaml": { name: "System - LDAP Source - Mappings", entries: [] },
};

/** Path and name of each blueprint that authentik ships. */
export const shippedBlueprints = Object.entries(shipped).map(([path, { name }]) => ({ path, name }));

/** One of authentik's own blueprints, by path. */
export function defaultBlueprint(path: string): Blueprint | undefined {
    const known = shipped[path];
    if (known === undefined) return undefined;
    const entries = path === "system/bootstrap.yaml" ? bootstrap() : known.entries;
    return { version: 1, name: known.name, labels: {}, context: {}, entries };
}

// The BOOTSTRAP variables are used as they are: as on the real server, file:// is not resolved in them.
function bootstrap(): Entry[] {
    const {
        AUTHENTIK_BOOTSTRAP_PASSWORD: password,
        AUTHENTIK_BOOTSTRAP_TOKEN: key,
        AUTHENTIK_BOOTSTRAP_EMAIL: email,
    } = process.env;
    const user = {
        name: "authentik Default Admin",
        email: email ?? "root@example.com",
        groups: [new Tag("KeyOf", ["admins"])],
        ...(password === undefined ? {} : { password }),
    };
    const token = { intent: "api", expiring: false, key: key ?? "", user: new Tag("KeyOf", ["admin"]) };
    return [
        { ...group("authentik Admins", true), id: "admins" },
        { ...entry("authentik_core.user", { username: "akadmin" }, user), id: "admin" },
        ...(key === undefined
            ? []
            : [entry("authentik_core.token", { identifier: "authentik-bootstrap-token" }, token)]),
    ];
}

function flowBlueprint(line: string): [string, { name: string; entries: Entry[] }] {
    const [path = "", name = "", slug = "", designation = ""] = line.split(" | ");
    const title = slug === "default-authentication-flow" ? "Welcome to authentik!" : name;
    return [
        `default/${path}.yaml`,
        { name: `Default - ${name}`, entries: [entry("authentik_flows.flow", { slug }, { name, title, designation })] },
    ];
}

// `created`: existing objects are not changed, since an administrator may have changed them.
function entry(model: string, identifiers: UnresolvedFields, attrs: UnresolvedFields): Entry {
    return entryOf({ model, state: "created", identifiers, attrs });
}

function group(name: string, superuser: boolean): Entry {
    return entry("authentik_core.group", { name }, { is_superuser: superuser });
}

function mapping(model: string, managed: string, attrs: UnresolvedFields): Entry {
    const name = `authentik default mapping: ${managed}`;
    return entry(model, { managed: `goauthentik.io/${managed}` }, { name, expression: "return {}", ...attrs });
}

function scopeMapping(folder: string, scope: string): Entry {
    const [id = "", name = id] = scope.split("=");
    return mapping("authentik_providers_oauth2.scopemapping", `${folder}/scope-${id}`, { scope_name: name });
}
