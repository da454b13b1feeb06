import { z } from "zod";
import { httpUrl, isRegex, name, origin, section, text } from "../../ground/fields";
import { duplicates } from "../../ground/problems";
import { signIn, signInRequires } from "../blueprints/document";
import { forwardAuthSnippets, type Snippets } from "../snippets";
import { granted, type Kind, type Reviewed } from "./kind";

const common = {
    outpost: name.describe("name of the outpost that serves the application"),
    externalHost: origin.describe("URL at which a browser reaches the application"),
    skipPaths: z
        .array(text("must be a regular expression, such as ^/api/.*", isRegex))
        .default([])
        .describe("regular expressions of paths that need no sign-in"),
    interceptAuthorization: z
        .boolean()
        .default(true)
        .describe("a request's Authorization header is checked by authentik instead of passed on"),
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
};

const schema = z.discriminatedUnion("type", [
    section({
        type: z.literal("proxy"),
        ...common,
        internalHost: httpUrl.describe("URL at which the outpost reaches the application"),
    }),
    section({
        type: z.literal("forward_single"),
        ...common,
        upstream: httpUrl
            .optional()
            .describe(
                "URL at which the reverse proxy reaches the application, for the snippets; default: to be filled in there",
            ),
    }),
    section({
        type: z.literal("forward_domain"),
        ...common,
        cookieDomain: text("must be a domain, such as example.com", /^([a-z0-9-]+\.)+[a-z0-9-]+$/i).describe(
            "domain whose hosts share the sign-in",
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
    declare: ({ provider }) => ({
        requires: signInRequires,
        attrs: {
            ...signIn,
            mode: provider.type,
            external_host: provider.externalHost,
            internal_host: provider.type === "proxy" ? provider.internalHost : "",
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
    checks: ({ slug, provider }, server) => [granted(server, "proxy", slug, provider.outpost)],
    serving: ({ slug, provider }, { outpost, internalUrl }) => [
        {
            name: `${slug} behind ${outpost}`,
            url: `${internalUrl}/outpost.goauthentik.io/start`,
            host: new URL(provider.externalHost).host,
            status: 302,
        },
    ],
    review: (applications, url) => {
        reviewHosts(applications, url);
        reviewDomains(applications);
    },
} satisfies Kind<Provider>;

export interface ProxyOutput {
    url: string;
    /** For an application behind an outpost of type proxy: what the reverse proxy in front of it needs. */
    snippets?: Snippets;
}

/** An outpost tells applications apart by the host that browsers ask for. */
function reviewHosts(applications: Reviewed<Provider>[], url: string | undefined): void {
    const hosts = applications.map(({ application }) => new URL(application.provider.externalHost).host);
    const repeated = duplicates(hosts);
    for (const [index, { report }] of applications.entries()) {
        const path = ["provider", "externalHost"];
        if (url !== undefined && hosts[index] === new URL(url).host)
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
        const path = ["provider", "cookieDomain"];
        if (taken.has(provider.cookieDomain))
            report(path, "is already used by another application; a domain has one of type forward_domain");
        if (!covers(provider.cookieDomain, provider.externalHost))
            report(path, "does not cover the externalHost; use a domain that its host is in");
        taken.add(provider.cookieDomain);
    }
}

function covers(domain: string, url: string): boolean {
    const { hostname } = new URL(url);
    return hostname === domain || hostname.endsWith(`.${domain}`);
}
