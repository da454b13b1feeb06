import type { ApplicationConfig } from "../config/applications";
import { oidcClient } from "./client";

/** Path of the file with an application's secret, in the job that applies blueprints. */
export function applicationSecretPath(slug: string): string {
    return `/run/secrets/application_${slug}`;
}

/**
 * What an application's secret is, or undefined when it has none: the client secret of OpenID Connect, the password of
 * the user with which an LDAP consumer binds, the secret that a RADIUS client shares.
 */
export function applicationSecret(
    application: ApplicationConfig,
): "clientSecret" | "bindPassword" | "sharedSecret" | undefined {
    const { provider } = application;
    if (provider.type === "oidc") return oidcClient(application, provider).public ? undefined : "clientSecret";
    if (provider.type === "ldap") return "bindPassword";
    return provider.type === "radius" ? "sharedSecret" : undefined;
}
