import { keySchema, type Node } from "./json-schema";

/** Its type in the state, and in programs of every language. */
export const componentToken = "authentik-stack:index:AuthentikStack";

/** What the component hands to its program, besides what every resource has. */
const outputs: Record<string, string> = {
    url: "URL at which a browser reaches authentik; known once people can sign in",
    version: "authentik's release",
    admin: "the administrator account of a first installation: username, password",
    apiToken: "token of authentik's API, of the stack's own account, which has all rights",
    outposts: "outposts by name: token, addresses, applications",
    applications: "what the consumer of each application needs, by slug",
    networks: "names of the networks, by role",
    volumes: "names of the volumes, by what they hold",
    autorestic: "a configuration of Autorestic, which copies the volumes elsewhere",
    databases: "databases of the shared PostgreSQL, by consumer",
    redis: "users of the shared Redis, by consumer",
    monitoring: "files for Prometheus and Grafana; only with a network `monitoring`",
    rootCertificate: "PEM of the gateway's own CA; only if it issues certificates",
};

/**
 * The schema of the Pulumi package: one component, whose arguments are the keys of the configuration.
 *
 * What is more than a text or a switch has the type "any", in the form that docs/configuration.md describes: Pulumi's schema
 * has no word for most of its rules, and each language would rename the keys of a type. The component checks it all.
 *
 * Source: https://www.pulumi.com/docs/iac/extending-pulumi/schema/
 */
export function packageSchema(version: string): object {
    const { properties = {}, required = [] } = keySchema();
    const texts = Object.keys(outputs).filter((key) =>
        ["url", "version", "apiToken", "autorestic", "rootCertificate"].includes(key),
    );
    const output = (key: string, description: string) => ({
        description,
        ...(texts.includes(key) ? { type: "string" } : anything),
        ...(key === "apiToken" && { secret: true }),
    });
    return {
        name: "authentik-stack",
        displayName: "authentik-stack",
        version,
        description: "authentik, the open-source identity provider, as one reproducible stack on Docker",
        keywords: ["authentik", "docker", "category/infrastructure", "kind/component"],
        license: "MIT",
        language: Object.fromEntries(languages.map((language) => [language, { respectSchemaVersion: true }])),
        resources: {
            [componentToken]: {
                isComponent: true,
                description: "One complete authentik: PostgreSQL, server, worker, outposts and what they protect.",
                inputProperties: Object.fromEntries(
                    Object.entries(properties).map(([key, node]) => [key, input(node)]),
                ),
                requiredInputs: required,
                properties: Object.fromEntries(Object.entries(outputs).map(([key, text]) => [key, output(key, text)])),
                required: Object.keys(outputs).filter((key) => !["monitoring", "rootCertificate"].includes(key)),
            },
        },
    };
}

const languages = ["csharp", "go", "nodejs", "python"];
const anything = { $ref: "pulumi.json#/Any" };

function input({ type = "object", description = "" }: Node): object {
    return { description, ...(type === "string" || type === "boolean" ? { type } : anything) };
}
