import type * as pulumi from "@pulumi/pulumi";
import { adminSecrets } from "../authentik/blueprints/admin";
import { applicationSecret, applicationSecretPath } from "../authentik/application-secret";
import { outpostTokenPath } from "../authentik/blueprints/outpost";
import { protectedBy } from "../authentik/declarations";
import type { ApplicationConfig } from "../config/applications";
import type { Config } from "../config/schema";
import type { Context } from "./context";
import type { WorkloadFile } from "../engine/workload";

/** The secrets of authentik itself. */
export interface AuthentikSecrets {
    /** Signs cookies and tokens; constant for as long as the database lives. */
    secretKey: pulumi.Output<string>;
    adminPassword: pulumi.Output<string>;
    /** Token of the API, of the administrator. */
    apiToken: pulumi.Output<string>;
    /** Token of each outpost, by name. */
    outposts: Record<string, pulumi.Output<string>>;
    /** Secret of each application that has one, by slug. */
    applications: Record<string, pulumi.Output<string>>;
}

/** Makes, or takes from the configuration, each secret of authentik itself. */
export function authentikSecrets(
    name: string,
    { credentials, protectData }: Context,
    config: Pick<Config, "outposts" | "applications">,
    opts: pulumi.CustomResourceOptions,
): AuthentikSecrets {
    return {
        secretKey: credentials.secret("secret-key", name, { ...opts, protect: protectData }),
        adminPassword: credentials.secret("admin-password", name, opts),
        apiToken: credentials.secret("api-token", name, opts),
        outposts: Object.fromEntries(
            config.outposts.map(({ name: outpost }) => [outpost, credentials.secret(`outpost/${outpost}`, name, opts)]),
        ),
        applications: Object.fromEntries(
            config.applications
                .filter((application) => applicationSecret(application) !== undefined)
                .map(({ slug }) => [slug, credentials.secret(`application/${slug}`, name, opts)]),
        ),
    };
}

/** The secrets that blueprints read, as the files they read them from. */
export function blueprintFiles(secrets: AuthentikSecrets): WorkloadFile[] {
    return [
        { path: adminSecrets.password, content: secrets.adminPassword },
        { path: adminSecrets.token, content: secrets.apiToken },
        ...Object.entries(secrets.outposts).map(([outpost, content]) => ({ path: outpostTokenPath(outpost), content })),
        ...Object.entries(secrets.applications).map(([slug, content]) => ({
            path: applicationSecretPath(slug),
            content,
        })),
    ];
}

/** Passwords of LDAP consumers whose binds an outpost answers from memory. */
export function rememberedBy(
    outpost: string,
    applications: ApplicationConfig[],
    secrets: AuthentikSecrets,
): pulumi.Output<string>[] {
    return protectedBy(outpost, applications)
        .filter(({ provider }) => provider.type === "ldap" && provider.mode === "cached")
        .flatMap(({ slug }) => secrets.applications[slug] ?? []);
}
