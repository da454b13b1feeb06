import { oidcClient } from "../authentik/client";
import { type ApplicationConfig, hasProvider, isProxied, outpostOf } from "./applications";
import { duplicates, type Problem, type Report } from "../ground/problems";
import type { Rule } from "./rules";

/** Checks of applications and their providers. */
export const applicationRules: Rule[] = [
    {
        reads: ["outposts", "applications"],
        check: ({ outposts, applications }, problem) =>
            applications.flatMap((application, index) => {
                const name = outpostOf(application);
                if (name === undefined) return [];
                const path = ["applications", index, "provider", "outpost"];
                const outpost = outposts.find((candidate) => candidate.name === name);
                const type = isProxied(application) ? "proxy" : application.provider.type;
                if (outpost !== undefined)
                    return outpost.type === type
                        ? []
                        : [problem(path, `is an outpost of type ${outpost.type}; use one of type ${type}`)];
                const names = outposts
                    .filter((candidate) => candidate.type === type)
                    .map((candidate) => candidate.name);
                return [
                    problem(
                        path,
                        `is no outpost; ${names.length > 0 ? `use one of ${names.join(", ")}` : `add it to outposts, with type ${type}`}`,
                    ),
                ];
            }),
    },
    {
        reads: ["applications", "url"],
        check: ({ applications, url }, problem) => {
            const hosts = applications.map((application) =>
                isProxied(application) ? new URL(application.provider.externalHost).host : undefined,
            );
            const twice = duplicates(hosts);
            return hosts.flatMap((host, index) => {
                if (host === undefined) return [];
                const path = ["applications", index, "provider", "externalHost"];
                if (host === new URL(url).host)
                    return [problem(path, "has authentik's own host; give the application one of its own")];
                return twice.includes(index)
                    ? [problem(path, "has the host of another application; an outpost tells them apart by host")]
                    : [];
            });
        },
    },
    {
        reads: ["applications"],
        check: ({ applications }, problem) => {
            const domains = applications.map(({ provider }) =>
                provider.type === "forward_domain" ? provider.cookieDomain : undefined,
            );
            return [
                ...duplicates(domains)
                    .filter((index) => domains[index] !== undefined)
                    .map((index) =>
                        problem(
                            ["applications", index, "provider", "cookieDomain"],
                            "is the cookie domain of another application; one sign-in has one owner",
                        ),
                    ),
                ...applications.flatMap(({ provider }, index) =>
                    provider.type === "forward_domain" && !inDomain(provider.externalHost, provider.cookieDomain)
                        ? [
                              problem(
                                  ["applications", index, "provider", "cookieDomain"],
                                  "does not cover the externalHost; use a domain that its host is in",
                              ),
                          ]
                        : [],
                ),
            ];
        },
    },
    {
        reads: ["applications"],
        check: ({ applications }, problem) =>
            applications.flatMap((application, index) => checkClient(application, index, problem)),
    },
    {
        reads: ["applications"],
        check: ({ applications }, problem) =>
            duplicates(
                applications.map((application) =>
                    hasProvider(application, "oidc") ? oidcClient(application, application.provider).id : undefined,
                ),
            )
                .filter((index) => applications[index]?.provider.type === "oidc")
                .map((index) =>
                    problem(
                        ["applications", index, "provider", "clientId"],
                        "is the client id of another application; each has its own",
                    ),
                ),
    },
];

function checkClient(application: ApplicationConfig, index: number, problem: Report): Problem[] {
    if (!hasProvider(application, "oidc")) return [];
    const { provider, launchUrl } = application;
    if (provider.preset !== undefined && launchUrl === undefined) {
        return [
            problem(
                ["applications", index, "launchUrl"],
                `is missing; the preset ${provider.preset} makes redirect URIs from it`,
            ),
        ];
    }
    const { redirectUris } = oidcClient(application, provider);
    const path = ["applications", index, "provider", "redirectUris"];
    if (redirectUris.length === 0)
        return [problem(path, "is missing; name where the client may be sent back to, or a preset")];
    const own = provider.redirectUris === undefined ? [] : redirectUris;
    const insecure = own.flatMap(({ matching, url }, at) =>
        matching === "strict" && isPublicHttp(url)
            ? [problem([...path, at], "sends codes over http to a public host; use https")]
            : [],
    );
    const fromPreset = own.length === 0 && launchUrl !== undefined && isPublicHttp(launchUrl);
    return fromPreset
        ? [
              problem(
                  ["applications", index, "launchUrl"],
                  "is http on a public host, where codes would be sent in clear; use https",
              ),
          ]
        : insecure;
}

/** Names without a dot, *.localhost and private addresses never leave the machine or the home. */
function isPublicHttp(url: string): boolean {
    if (!URL.canParse(url)) return false;
    const { protocol, hostname } = new URL(url);
    const local = !hostname.includes(".") || /(^|\.)(localhost|local|internal|lan|test|home\.arpa)$/.test(hostname);
    const address = /^(10|127|192\.168|172\.(1[6-9]|2\d|3[01]))\./.test(hostname) || hostname.startsWith("[");
    return protocol === "http:" && !local && !address;
}

function inDomain(url: string, domain: string): boolean {
    const { hostname } = new URL(url);
    return hostname === domain || hostname.endsWith(`.${domain}`);
}
