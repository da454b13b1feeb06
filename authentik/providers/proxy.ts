import { z } from "zod";
import { httpUrl, judged, name, named, origin, section, text } from "../../ground/fields";
import { duplicates, type Path } from "../../ground/problems";
import { re2Problem } from "../../ground/regex";
import type { Check } from "../checks";
import { attributes } from "../attributes";
import { managedScope, scopeRequires, secretPaths, signIn, signInRequires } from "../blueprints/document";
import { forwardAuthSnippets, type Snippets } from "../snippets";
import { embeddedOutpost, roles } from "../roles";
import { granted, type Kind, type Reviewed } from "./kind";

const common = {
    outpost: name.describe(
        `name of the outpost that serves the application; ${embeddedOutpost} is the one in authentik's server`,
    ),
    externalHost: origin(
        ": an outpost tells applications apart by host alone, so name the host, and protect a path in the reverse proxy",
    ).describe("URL at which a browser reaches the application"),
    skipPaths: z
        .array(judged("must be a regular expression of Go's RE2, such as ^/api/.*", re2Problem))
        .default([])
        .describe("regular expressions of paths that need no sign-in; in forward_domain, of whole URLs"),
    interceptAuthorization: z
        .boolean()
        .default(true)
        .describe("authentik checks a request's Authorization header instead of passing it on"),
    basicAuth: section({
        usernameAttribute: text("must be the name of a user or group attribute, such as app_user", /\S/).describe(
            "attribute with the user name",
        ),
        passwordAttribute: text("must be the name of a user or group attribute, such as app_password", /\S/).describe(
            "attribute with the password",
        ),
    })
        .optional()
        .describe("attributes of the user that the application gets as HTTP basic authentication; default: none"),
    attributes,
};

const schema = z.discriminatedUnion("type", [
    section({
        type: z.literal("proxy"),
        ...common,
        internalHost: httpUrl.describe("URL at which the outpost reaches the application"),
        internalHostSslValidation: z
            .boolean()
            .default(true)
            .describe("whether the certificate of an https internalHost is verified; false for a self-signed one"),
    }),
    section({
        type: z.literal("forward_single"),
        ...common,
        upstream: httpUrl
            .optional()
            .describe(
                "URL at which the gateway or another reverse proxy reaches the application; required with a gateway; default: a placeholder in the snippets",
            ),
    }),
    section({
        type: z.literal("forward_domain"),
        ...common,
        cookieDomain: text("must be a domain, such as example.com", /^\.?([a-z0-9-]+\.)+[a-z0-9-]+$/i)
            .overwrite((domain) => domain.toLowerCase().replace(/^\./, ""))
            .describe("domain whose hosts share the sign-in"),
        upstreams: named(
            text("must be a host name, such as wiki.example.com", /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/),
            httpUrl,
        )
            .default({})
            .describe(
                "URLs at which the gateway reaches the domain's applications, by their host; none without a gateway",
            ),
    }),
]);

type Provider = z.infer<typeof schema>;

/**
 * An outpost that lets only signed-in people through: as a proxy itself (`proxy`), or asked by a reverse proxy about one
 * host (`forward_single`) or about all hosts of a domain (`forward_domain`).
 */
export const proxy = {
    title: "Proxy",
    schema,
    model: "authentik_providers_proxy.proxyprovider",
    signsIn: true,
    outpost: "proxy",
    secret: undefined,
    keys: {
        name: "slug",
        mode: "type",
        external_host: "externalHost",
        internal_host: "internalHost",
        internal_host_ssl_validation: "internalHostSslValidation",
        cookie_domain: "cookieDomain of the type forward_domain",
        skip_path_regex: "skipPaths",
        intercept_header_auth: "interceptAuthorization",
        basic_auth_enabled: "basicAuth",
        basic_auth_user_attribute: "basicAuth",
        basic_auth_password_attribute: "basicAuth",
    },
    declare: ({ provider }) => ({
        requires: [...signInRequires, ...scopeRequires, "System - Proxy Provider - Scopes"],
        attrs: {
            ...signIn,
            property_mappings: scopes.map(managedScope),
            mode: provider.type,
            external_host: provider.externalHost,
            internal_host: provider.type === "proxy" ? provider.internalHost : "",
            internal_host_ssl_validation: provider.type !== "proxy" || provider.internalHostSslValidation,
            cookie_domain: provider.type === "forward_domain" ? provider.cookieDomain : "",
            skip_path_regex: provider.skipPaths.join("\n"),
            intercept_header_auth: provider.interceptAuthorization,
            basic_auth_enabled: provider.basicAuth !== undefined,
            basic_auth_user_attribute: provider.basicAuth?.usernameAttribute ?? "",
            basic_auth_password_attribute: provider.basicAuth?.passwordAttribute ?? "",
        },
    }),
    output: ({ slug, name, provider }, { base, outposts }): ProxyOutput => {
        const { type, externalHost } = provider;
        const outpost = outposts.find((candidate) => candidate.outpost === provider.outpost);
        const upstream = provider.type === "forward_single" ? provider.upstream : undefined;
        const basicAuth = provider.basicAuth !== undefined;
        const shown = { slug, name, externalHost, type, upstream, basicAuth };
        return { url: externalHost, ...(outpost && { snippets: forwardAuthSnippets(shown, outpost, base) }) };
    },
    checks: ({ slug, provider }, server) => [
        {
            name: `the provider ${slug} with what its application learns about people`,
            url: `${server}/api/v3/providers/proxy/`,
            token: secretPaths.apiToken,
            status: 200,
            result: { name: slug },
            filled: ["property_mappings"],
        },
        // The server's own outpost has no token of ours to ask with.
        ...(provider.outpost === embeddedOutpost ? [] : [granted(server, "proxy", slug, provider.outpost)]),
    ],
    serving: ({ slug, provider }, { outpost, internalUrl }) => [
        {
            name: `${slug} behind ${outpost}`,
            url: `${internalUrl}/outpost.goauthentik.io/start`,
            host: new URL(provider.externalHost).host,
            status: 302,
        },
        ...(provider.type !== "proxy" ? [] : [upstream(slug, provider, outpost)]),
    ],
    review: (applications, stack) => {
        reviewHosts(applications, stack.url);
        reviewDomains(applications);
        for (const one of applications) {
            reviewUpstream(one, stack);
            reviewSkipPaths(one);
        }
    },
} satisfies Kind<Provider>;

/**
 * What an application behind an outpost is told of the person. authentik gives a provider those of them that are there when
 * it is made, and on a first boot that may be none. Source: ProxyProvider.set_oauth_defaults in authentik/providers/proxy.
 */
const scopes = [
    ...["openid", "profile", "email", "entitlements"].map((name) => `oauth2/scope-${name}`),
    "proxy/scope-proxy",
];

/** The application itself; it may come later than the outpost in front of it. */
function upstream(slug: string, provider: Extract<Provider, { type: "proxy" }>, outpost: string): Check {
    return {
        name: `the application ${slug} does not answer the outpost ${outpost}`,
        url: provider.internalHost,
        isAdvice: true,
        isInsecure: !provider.internalHostSslValidation,
    };
}

export interface ProxyOutput {
    url: string;
    /** For an application behind an outpost of type proxy: what the reverse proxy in front of it needs. */
    snippets?: Snippets;
}

/** An outpost tells applications apart by the host that browsers ask for. */
function reviewHosts(applications: Reviewed<Provider>[], url: string | undefined): void {
    const hosts = applications.map(({ application }) => new URL(application.provider.externalHost).host);
    const repeated = duplicates(hosts);
    for (const [index, { application, report }] of applications.entries()) {
        const path = ["provider", "externalHost"];
        const { type, outpost } = application.provider;
        // For a domain, the outpost in authentik's own server answers under authentik's own host.
        const isServers = type === "forward_domain" && outpost === embeddedOutpost;
        if (url !== undefined && hosts[index] === new URL(url).host && !isServers)
            report(path, "has authentik's own host; give the application a host of its own");
        else if (repeated.includes(index))
            report(path, "has the host of another application; give each application a host of its own");
    }
}

function reviewDomains(applications: Reviewed<Provider>[]): void {
    const taken = new Set<string>();
    for (const { application, report } of applications) {
        const { provider } = application;
        if (provider.type !== "forward_domain") continue;
        for (const host of Object.keys(provider.upstreams))
            if (!covers(provider.cookieDomain, `https://${host}`))
                report(
                    ["provider", "upstreams", host],
                    "is not in the cookieDomain, so nobody would be signed in there",
                );
        const path = ["provider", "cookieDomain"];
        if (taken.has(provider.cookieDomain))
            report(path, "is already used by another application; a domain has one of type forward_domain");
        if (!covers(provider.cookieDomain, provider.externalHost))
            report(path, "does not cover the externalHost; use a domain that contains its host");
        taken.add(provider.cookieDomain);
    }
}

/** An upstream that leads back to authentik or to the outpost itself would be asked for ever. */
function reviewUpstream(
    { application: { provider }, report }: Reviewed<Provider>,
    { url, prefix = "" }: { url?: string; prefix?: string },
): void {
    const [key, upstream] =
        provider.type === "proxy"
            ? ["internalHost", provider.internalHost]
            : ["upstream", provider.type === "forward_single" ? provider.upstream : undefined];
    if (upstream === undefined) return;
    const { hostname, host } = new URL(upstream);
    const path: Path = ["provider", key];
    const servers = [roles.server.host, roles.worker.host].flatMap((name) => [name, `${prefix}${name}`]);
    if (servers.includes(hostname) || (url !== undefined && host === new URL(url).host))
        report(path, "points to authentik itself; use the application's own host");
    else if (hostname === `${prefix}${provider.outpost}` || new URL(provider.externalHost).host === host)
        report(path, "points to the outpost itself; use the application's own host");
    else if (provider.type === "proxy" && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname))
        report(path, "is the outpost's own container; use the application's host on a network of the outpost");
}

/** In the mode of a whole domain, an outpost compares patterns with the whole URL. Source: IsAllowlisted in its mode.go. */
function reviewSkipPaths({ application: { provider }, report }: Reviewed<Provider>): void {
    if (provider.type !== "forward_domain") return;
    for (const [index, pattern] of provider.skipPaths.entries())
        if (/^(\(\?[a-zA-Z]+\))?(\^|\\A)\\?\//.test(pattern))
            report(
                ["provider", "skipPaths", index],
                "can never match: in forward_domain it is compared with the whole URL; use ^https://app\\.example\\.com/api/.*",
            );
}

function covers(domain: string, url: string): boolean {
    const { hostname } = new URL(url);
    return hostname === domain || hostname.endsWith(`.${domain}`);
}
