import { Document, type Node } from "yaml";

const options = { aliasDuplicateObjects: false } as const;

/** One object that a blueprint declares. */
export interface BlueprintEntry {
    model: string;
    id?: string;
    /** `created` leaves an object that is there as it is. Default: `present`. */
    state?: "absent" | "created";
    /** The entry is left out unless all of them are true. Default: none. */
    conditions?: unknown[];
    identifiers?: Record<string, unknown>;
    attrs?: Record<string, unknown>;
    /** Object permissions on it, each for a user or a role by primary key. */
    permissions?: { permission: string; user?: unknown; role?: unknown }[];
}

/**
 * A blueprint of ours. Its name is its file's name, and what authentik's errors are reported under.
 *
 * @example
 * const group = { model: "authentik_core.group", identifiers: { name: "family" } };
 * const blueprint: Blueprint = { name: "family", entries: [group] };
 */
export interface Blueprint {
    name: string;
    entries: BlueprintEntry[];
    /**
     * What the blueprint owns, by a name of its own: how to remove it once no blueprint owns it any more. It is kept in
     * the stack's state, ready to be applied, whatever later versions of this program look like.
     */
    owned?: Record<string, BlueprintEntry[]>;
}

/** Paths of the files with secrets, in the job that applies blueprints. */
export const secretPaths = {
    adminPassword: "/run/secrets/admin_password",
    apiToken: "/run/secrets/api_token",
    outpostToken: (outpost: string) => `/run/secrets/outpost_${outpost}_token`,
    application: (slug: string) => `/run/secrets/application_${slug}`,
    certificate: (name: string) => `/run/secrets/certificate_${name}`,
} as const;

/** Path of the file that says why the job applies them. */
export const markPath = "/run/authentik-stack/mark";

/** The primary key of an object that exists already: `!Find [model, [field, value], ...]`. */
export function find(model: string, ...conditions: [field: string, value: unknown][]): Node {
    return tagged("!Find", [model, ...conditions]);
}

/** The primary key of an entry of the same blueprint: `!KeyOf id`. */
export function keyOf(id: string): Node {
    return tagged("!KeyOf", id);
}

/** The content of a file in the container that applies the blueprint: how every secret gets in. */
export function file(path: string): Node {
    return tagged("!File", path);
}

/** Whether all (`AND`), not all (`NAND`), any (`OR`) of these values are there: `!Condition [NAND, ...]`. */
export function condition(mode: "AND" | "NAND" | "OR", ...values: unknown[]): Node {
    return tagged("!Condition", [mode, ...values]);
}

/** A text with values filled in: `!Format ["ak-outpost-%s-api", !KeyOf outpost]`. */
export function format(text: string, ...values: unknown[]): Node {
    return tagged("!Format", [text, ...values]);
}

/** The value that an object has in a field, or another one where there is no such object. */
export function kept(model: string, identifier: [field: string, value: string], field: string, fallback: string): Node {
    const object = find(model, identifier);
    return tagged("!If", [object, tagged("!AtIndex", [tagged("!FindObject", [model, identifier]), field]), fallback]);
}

/** One of authentik's own scopes, such as `oauth2/scope-openid`: by its managed name, which nobody can change. */
export function managedScope(managed: string): Node {
    return find("authentik_providers_oauth2.scopemapping", ["managed", `goauthentik.io/providers/${managed}`]);
}

/** Names of authentik's own blueprints that create the scopes of OAuth2 clients. */
export const scopeRequires = ["System - OAuth2 Provider - Scopes"];

/** authentik's own flow by its slug. */
export function flow(slug: string): Node {
    return find("authentik_flows.flow", ["slug", slug]);
}

/** A certificate of authentik by its name. */
export function certificate(name: string): Node {
    return find("authentik_crypto.certificatekeypair", ["name", name]);
}

/** The flows of a provider that people reach with a browser: in without a question of consent, and out. */
export const signIn: BlueprintEntry["attrs"] = {
    authorization_flow: flow("default-provider-authorization-implicit-consent"),
    invalidation_flow: flow("default-provider-invalidation-flow"),
};

/** Names of authentik's own blueprints that create the flows of {@link signIn}. */
export const signInRequires = [
    "Default - Provider authorization flow (implicit consent)",
    "Default - Provider invalidation flow",
];

/** An entry that applies one of authentik's own blueprints first, when it is not applied yet. */
export function requires(name: string): BlueprintEntry {
    return { model: "authentik_blueprints.metaapplyblueprint", attrs: { identifiers: { name }, required: true } };
}

/** A blueprint as the YAML text that `ak apply_blueprint` reads. */
export function toYaml(blueprint: Pick<Blueprint, "name" | "entries">): string {
    const metadata = { name: `authentik-stack ${blueprint.name}` };
    const document = new Document({ version: 1, metadata, entries: blueprint.entries }, options);
    // authentik reads YAML 1.1, where an unquoted `On` is true and `12:30` a number.
    return document.toString({ lineWidth: 0, defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" });
}

function tagged(tag: string, value: unknown): Node {
    const node = new Document(value, options).contents as Node;
    node.tag = tag;
    return node;
}
