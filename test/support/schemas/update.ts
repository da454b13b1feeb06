import { createReadStream, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { parse } from "yaml";
import { type Attribute, modelReleases, type Models } from "../../../authentik/models";
import { main } from "../../../cli/main";
import { run } from "../../../cli/run";
import { projectRoot } from "../../../cli/workplace";

/** The schemas of requests in authentik's OpenAPI schema, by the model that they create. */
const requests: Record<string, string> = {
    "authentik_brands.brand": "BrandRequest",
    "authentik_core.application": "ApplicationRequest",
    "authentik_core.applicationentitlement": "ApplicationEntitlementRequest",
    "authentik_core.group": "GroupRequest",
    "authentik_core.token": "TokenRequest",
    "authentik_core.user": "UserRequest",
    "authentik_crypto.certificatekeypair": "CertificateKeyPairRequest",
    "authentik_flows.flow": "FlowRequest",
    "authentik_flows.flowstagebinding": "FlowStageBindingRequest",
    "authentik_outposts.outpost": "OutpostRequest",
    "authentik_policies.policybinding": "PolicyBindingRequest",
    "authentik_policies_expression.expressionpolicy": "ExpressionPolicyRequest",
    "authentik_providers_ldap.ldapprovider": "LDAPProviderRequest",
    "authentik_providers_oauth2.oauth2provider": "OAuth2ProviderRequest",
    "authentik_providers_oauth2.scopemapping": "ScopeMappingRequest",
    "authentik_providers_proxy.proxyprovider": "ProxyProviderRequest",
    "authentik_providers_rac.endpoint": "EndpointRequest",
    "authentik_providers_rac.racprovider": "RACProviderRequest",
    "authentik_providers_radius.radiusprovider": "RadiusProviderRequest",
    "authentik_providers_saml.samlprovider": "SAMLProviderRequest",
    "authentik_providers_scim.scimprovider": "SCIMProviderRequest",
    "authentik_rbac.role": "RoleRequest",
    "authentik_sources_ldap.ldapsource": "LDAPSourceRequest",
    "authentik_sources_oauth.oauthsource": "OAuthSourceRequest",
    "authentik_stages_authenticator_validate.authenticatorvalidatestage": "AuthenticatorValidateStageRequest",
    "authentik_stages_email.emailstage": "EmailStageRequest",
    "authentik_stages_identification.identificationstage": "IdentificationStageRequest",
    "authentik_stages_password.passwordstage": "PasswordStageRequest",
    "authentik_stages_prompt.prompt": "PromptRequest",
    "authentik_stages_prompt.promptstage": "PromptStageRequest",
    "authentik_stages_user_login.userloginstage": "UserLoginStageRequest",
    "authentik_stages_user_write.userwritestage": "UserWriteStageRequest",
};

/** A part of an OpenAPI schema, as far as it is read here. */
interface Schema {
    type?: string;
    format?: string;
    nullable?: boolean;
    description?: string;
    enum?: string[];
    items?: Schema;
    properties?: Record<string, Schema>;
    allOf?: Schema[];
    oneOf?: Schema[];
    $ref?: string;
}

/** `npm run update-models`: which attributes authentik's models have in each release, from its own OpenAPI schema. */
main(async () => {
    const models: Models = {};
    for (const release of modelReleases) {
        const schemas = await schemasOf(release);
        for (const [model, request] of Object.entries(requests))
            for (const [name, schema] of Object.entries(schemas[request]?.properties ?? {}))
                note((models[model] ??= {}), name, attributeOf(name, schema, schemas), release);
    }
    const lines = Object.entries(models).map(([model, attributes]) => {
        const own = Object.entries(attributes).map(([name, found]) => `    "${name}": ${JSON.stringify(found)}`);
        return `  "${model}": {\n${own.join(",\n")}\n  }`;
    });
    writeFileSync(join(projectRoot, "authentik/model-attributes.json"), `{\n${lines.join(",\n")}\n}\n`);
});

/** The schemas of a release, which its API client for Node.js carries along. */
async function schemasOf(release: string): Promise<Record<string, Schema>> {
    const folder = mkdtempSync(join(tmpdir(), "authentik-api-"));
    try {
        await run("npm", ["pack", `@goauthentik/api@${release}`, "--pack-destination", folder, "--silent"]);
        const [file = ""] = readdirSync(folder);
        const archive = createReadStream(join(folder, file)).pipe(createGunzip()).pipe(extract());
        for await (const entry of archive) {
            if (entry.header.name !== "package/schema.yml") {
                entry.resume();
                continue;
            }
            const chunks: Uint8Array[] = [];
            for await (const chunk of entry) chunks.push(chunk as Uint8Array);
            const { components } = parse(Buffer.concat(chunks).toString()) as {
                components: { schemas: Record<string, Schema> };
            };
            return components.schemas;
        }
        throw new Error(`@goauthentik/api@${release} has no schema.yml`);
    } finally {
        rmSync(folder, { recursive: true });
    }
}

function attributeOf(name: string, schema: Schema, schemas: Record<string, Schema>): Attribute {
    const item = schema.items === undefined ? undefined : typeOf(schema.items, schemas);
    if (Array.isArray(item)) return { type: item, many: true };
    // Numbers in a list are keys of other objects.
    if (item === "reference" || item === "integer") return { type: "references" };
    // Of these, the schema does not say it.
    if (/^(sync_page|service_provider_config_cache)_timeout$/.test(name)) return { type: "duration" };
    return { type: typeOf(schema, schemas), ...(schema.nullable === true ? { nullable: true } : {}) };
}

function typeOf(schema: Schema, schemas: Record<string, Schema>): Attribute["type"] {
    const parts = [...(schema.allOf ?? []), ...(schema.oneOf ?? [])];
    if (schema.$ref !== undefined) return typeOf(schemas[schema.$ref.split("/").pop() ?? ""] ?? {}, schemas);
    const choices = parts.map((part) => typeOf(part, schemas)).filter((type) => Array.isArray(type));
    if (schema.enum !== undefined) return schema.enum.map(String);
    if (choices.length > 0) return choices.flat().filter((choice) => choice !== "");
    if (schema.format === "uuid") return "reference";
    if (schema.format === "uri") return "uri";
    if (schema.description?.includes("(Format: hours=") === true) return "duration";
    return schema.type ?? (parts[0] === undefined ? "any" : typeOf(parts[0], schemas));
}

/** Adds an attribute of a release; what it was in the releases before stays, its choices are those of all. */
function note(attributes: Record<string, Attribute>, name: string, attribute: Attribute, release: string): void {
    const index = modelReleases.indexOf(release as (typeof modelReleases)[number]);
    const known = attributes[name];
    const found = (attributes[name] ??= { ...attribute, ...(index > 0 ? { from: seriesOf(release) } : {}) });
    if (known !== undefined && Array.isArray(known.type) && Array.isArray(attribute.type)) {
        const added = attribute.type.filter((choice) => !known.type.includes(choice));
        found.type = [...known.type, ...added];
        if (added.length > 0)
            found.later = { ...known.later, ...Object.fromEntries(added.map((choice) => [choice, seriesOf(release)])) };
    }
    if (index === modelReleases.length - 1) delete found.to;
    else found.to = seriesOf(release);
}

function seriesOf(release: string): string {
    return release.replace(/\.\d+$/, "");
}
