import * as pulumi from "@pulumi/pulumi";
import { applicationSecret } from "../authentik/application-secret";
import { ldapUser } from "../authentik/blueprints/providers/ldap";
import { oidcClient } from "../authentik/client";
import { oidcEndpoints, type OidcEndpoints } from "../authentik/oidc";
import { clientEnvironment, presets } from "../authentik/presets";
import { forwardAuthSnippets, type Snippets } from "../authentik/snippets";
import {
    type ApplicationConfig,
    type ApplicationOf,
    hasProvider,
    isProxied,
    type ProxyType,
} from "../config/applications";
import { mapValues, type Pending } from "./outputs";

/** What the consumer of an application's sign-in needs; which parts there are depends on its provider. */
export interface ApplicationOutput {
    /** URL at which a browser reaches the application; empty when the configuration names none. */
    url: string;
    /** For an application behind an outpost of type proxy: what the reverse proxy in front of it needs. */
    snippets?: Snippets;
    /** For a client of OpenID Connect. */
    oidc?: OidcEndpoints & {
        clientId: string;
        /** Secret; empty for a public client. */
        clientSecret: string;
        /** The consumer's own settings, when it has a preset; those with the client secret in them are secret. */
        environment: Record<string, string>;
    };
    /** For a service provider of SAML. */
    saml?: { entityId: string; metadata: string; ssoPost: string; ssoRedirect: string; slo: string };
    /** For an LDAP consumer; the password is secret. */
    ldap?: { baseDn: string; bindDn: string; bindPassword: string };
    /** For a RADIUS client. Secret. */
    radius?: { sharedSecret: string };
}

/** Where an outpost is reached by containers on its networks. */
interface ReachableAt {
    outpost: string;
    internalUrl: string;
}

/**
 * What the consumer of an application needs.
 *
 * @param base URL at which browsers reach authentik.
 * @param outposts where the outposts are reached.
 * @param secret the application's secret, where it has one.
 */
export function applicationOutput(
    base: string,
    application: ApplicationConfig,
    secret: pulumi.Output<string> | undefined,
    outposts: ReachableAt[],
): Pending<ApplicationOutput> {
    if (isProxied(application)) return proxiedOutput(base, application, outposts);
    const url = application.launchUrl ?? "";
    const kind = applicationSecret(application);
    const value = secret ?? pulumi.output("");
    if (hasProvider(application, "oidc")) return { url, oidc: oidcOutput(base, application, url, value) };
    if (hasProvider(application, "saml")) return { url, saml: samlOutput(base, application) };
    if (hasProvider(application, "ldap")) {
        const { baseDn } = application.provider;
        return {
            url,
            ldap: { baseDn, bindDn: `cn=${ldapUser(application.slug)},ou=users,${baseDn}`, bindPassword: value },
        };
    }
    return kind === "sharedSecret" ? { url, radius: { sharedSecret: value } } : { url };
}

function proxiedOutput(
    base: string,
    { slug, name, provider }: ApplicationOf<ProxyType>,
    outposts: ReachableAt[],
): Pending<ApplicationOutput> {
    const { type, externalHost } = provider;
    const outpost = outposts.find((candidate) => candidate.outpost === provider.outpost);
    const snippets =
        outpost &&
        forwardAuthSnippets(
            { slug, name, externalHost, type, basicAuth: provider.basicAuth !== undefined },
            outpost,
            base,
        );
    return { url: externalHost, ...(snippets && { snippets }) };
}

function oidcOutput(
    base: string,
    application: ApplicationOf<"oidc">,
    url: string,
    clientSecret: pulumi.Output<string>,
) {
    const { slug, name, provider } = application;
    const endpoints = oidcEndpoints(base, slug);
    const clientId = oidcClient(application, provider).id;
    const preset = provider.preset === undefined ? undefined : presets[provider.preset];
    const values = { ...endpoints, url, slug, name, clientId };
    const filled = (secret: string) =>
        preset === undefined ? {} : clientEnvironment(preset, { ...values, clientSecret: secret });
    // Which of them hold the secret shows with a mark in its place; the others are plain.
    const environment = mapValues(filled(mark), (value, key) =>
        value.includes(mark) ? clientSecret.apply((secret) => filled(secret)[key] ?? "") : value,
    );
    return { ...endpoints, clientId, clientSecret, environment };
}

/** Stands in no value that a preset could have. */
const mark = "<client secret>";

function samlOutput(base: string, { slug, provider }: ApplicationOf<"saml">) {
    const root = `${base.replace(/\/$/, "")}/application/saml/${slug}`;
    return {
        entityId: provider.issuer,
        metadata: `${root}/metadata/`,
        ssoPost: `${root}/sso/binding/post/`,
        ssoRedirect: `${root}/sso/binding/redirect/`,
        slo: `${root}/slo/binding/redirect/`,
    };
}
