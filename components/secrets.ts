import type * as pulumi from "@pulumi/pulumi";
import { protectedBy } from "../authentik/applications";
import { secretPaths } from "../authentik/blueprints/document";
import { type ApplicationConfig, hasSecret, kindOf } from "../authentik/providers";
import { resticKeyNeededBy, resticKeySecret } from "../config/restic";
import type { Config } from "../config/schema";
import type { Context } from "./context";
import type { WorkloadFile } from "../engine/workload";

/**
 * The secrets of authentik itself.
 *
 * @example
 * const { secretKey, outposts }: AuthentikSecrets = authentikSecrets("auth", context, config, {});
 */
export interface AuthentikSecrets {
    /** Signs cookies and tokens; constant for as long as the database lives. */
    secretKey: pulumi.Output<string>;
    /** Password of the user akadmin. */
    adminPassword: pulumi.Output<string>;
    /** Token of the API, of the stack's own account. */
    apiToken: pulumi.Output<string>;
    /** Token of each outpost, by name. */
    outposts: Record<string, pulumi.Output<string>>;
    /** Secret of each application that has one, by slug. */
    applications: Record<string, pulumi.Output<string>>;
    /** Password of the mail server's user, where there is one. */
    email?: pulumi.Output<string>;
    /** What the user's own blueprints read, by name. */
    blueprints: Record<string, pulumi.Output<string>>;
    /** Private keys of certificates of one's own, by name. */
    certificates: Record<string, pulumi.Output<string>>;
    /** What the repository of the backups' copies is opened and reached with, where there is one. */
    restic?: { password: pulumi.Output<string>; key?: pulumi.Output<string> };
}

/**
 * Generates each secret of authentik itself, or takes the supplied one.
 *
 * @param name what the names of the generated secrets' resources begin with.
 * @param config decides which there are: a token for each outpost, a secret for each application that has one.
 * @param opts of those resources, e.g. their parent.
 * @example
 * const { outposts } = authentikSecrets("auth", context, config, {});
 * const token = outposts["ak-outpost-home"];
 */
export function authentikSecrets(
    name: string,
    { credentials, protectData }: Context,
    config: Pick<Config, "outposts" | "applications"> &
        Partial<Pick<Config, "email" | "blueprints" | "certificates" | "backup">>,
    opts: pulumi.CustomResourceOptions,
): AuthentikSecrets {
    const restic = config.backup?.restic;
    const hasResticKey = restic !== undefined && resticKeyNeededBy(restic) !== undefined;
    return {
        secretKey: credentials.secret("secret-key", name, { ...opts, protect: protectData }),
        adminPassword: credentials.secret("admin-password", name, opts),
        apiToken: credentials.secret("api-token", name, opts),
        outposts: Object.fromEntries(
            config.outposts.map(({ name: outpost }) => [outpost, credentials.secret(`outpost/${outpost}`, name, opts)]),
        ),
        applications: Object.fromEntries(
            config.applications
                .filter(hasSecret)
                .map(({ slug }) => [slug, credentials.secret(`application/${slug}`, name, opts)]),
        ),
        ...(config.email?.user === undefined ? {} : { email: credentials.secret("email-password", name, opts) }),
        blueprints: Object.fromEntries(
            (config.blueprints?.secrets ?? []).map((one) => [one, credentials.secret(`blueprint/${one}`, name, opts)]),
        ),
        certificates: Object.fromEntries(
            (config.certificates ?? []).map(({ name: one }) => [
                one,
                credentials.secret(`certificate/${one}`, name, opts),
            ]),
        ),
        ...(restic && {
            restic: {
                password: credentials.secret("restic-password", name, opts),
                ...(hasResticKey && { key: credentials.secret(resticKeySecret, name, opts) }),
            },
        }),
    };
}

/**
 * The secrets that blueprints read, as the files they read them from.
 *
 * @param certificates names of the certificates of one's own that authentik has too. Default: none.
 * @example
 * const files = blueprintFiles(authentikSecrets("auth", context, config, {}));
 */
export function blueprintFiles(secrets: AuthentikSecrets, certificates: string[] = []): WorkloadFile[] {
    return [
        { path: secretPaths.adminPassword, content: secrets.adminPassword },
        { path: secretPaths.apiToken, content: secrets.apiToken },
        ...Object.entries(secrets.outposts).map(([outpost, content]) => ({
            path: secretPaths.outpostToken(outpost),
            content,
        })),
        ...Object.entries(secrets.applications).map(([slug, content]) => ({
            path: secretPaths.application(slug),
            content,
        })),
        ...certificates.flatMap((name) => {
            const content = secrets.certificates[name];
            return content === undefined ? [] : [{ path: secretPaths.certificate(name), content }];
        }),
    ];
}

/** Secrets of applications that an outpost remembers, so that it is replaced when one of them changes. */
export function rememberedBy(
    outpost: string,
    applications: ApplicationConfig[],
    secrets: AuthentikSecrets,
): pulumi.Output<string>[] {
    return protectedBy(outpost, applications)
        .filter((application) => kindOf(application).secret?.cached(application))
        .flatMap(({ slug }) => secrets.applications[slug] ?? []);
}
