import { isIP } from "node:net";
import { outpostOf } from "./applications";
import type { Check } from "./checks";
import type { ApplicationConfig } from "./providers";
import { embeddedOutpost } from "./roles";
import type { ProtectedApplication } from "./snippets";
import { outpostPath } from "./snippets/application";
import type { Path } from "../ground/problems";

/** A public name, and where the gateway leads it. */
export interface Place {
    /** As browsers ask for it, e.g. `https://auth.example.com`. */
    origin: string;
    /** The key of the configuration that claims it. */
    path: Path;
    to: Target;
}

/** What is behind a name: authentik's server, an outpost, an application that signs people in itself, or one behind an outpost. */
export type Target =
    | { kind: "server" }
    | { kind: "outpost"; outpost: string }
    | { kind: "upstream"; upstream: string }
    | { kind: "protected"; outpost: string; application: ProtectedApplication };

/** What of a configuration decides which names there are. */
export interface GatewayFacts {
    url: string;
    outposts: { name: string; run: boolean }[];
    applications: ApplicationConfig[];
}

/**
 * Every public name that the gateway leads somewhere: authentik's own, those of the applications behind an outpost that runs
 * here, and of those that sign people in themselves where the gateway is told where they are.
 */
export function placesOf({ url, outposts, applications }: GatewayFacts): Place[] {
    const isHere = (application: ApplicationConfig) => {
        const name = outpostOf(application);
        return name === undefined || name === embeddedOutpost || outposts.some((one) => one.run && one.name === name);
    };
    return [
        { origin: url, path: ["url"], to: { kind: "server" } },
        ...applications.flatMap((application, index) =>
            isHere(application)
                ? placesOfApplication(application).map((place): Place => ({
                      ...place,
                      path: ["applications", index, ...place.path],
                  }))
                : [],
        ),
    ];
}

function placesOfApplication({ slug, name, launchUrl, provider }: ApplicationConfig): Place[] {
    switch (provider.type) {
        case "proxy":
            // The server's own outpost, too, answers every path of such a name itself.
            return [
                {
                    origin: provider.externalHost,
                    path: ["provider", "externalHost"],
                    to: { kind: "outpost", outpost: provider.outpost },
                },
            ];
        case "forward_single": {
            const { externalHost, type, upstream, basicAuth } = provider;
            const application = { slug, name, externalHost, type, upstream, basicAuth: basicAuth !== undefined };
            const to: Target = { kind: "protected", outpost: provider.outpost, application };
            return [{ origin: externalHost, path: ["provider", "externalHost"], to }];
        }
        case "forward_domain": {
            const { externalHost, upstreams, basicAuth } = provider;
            const { protocol, port } = new URL(externalHost);
            const behind = Object.entries(upstreams).map(([host, upstream]): Place => {
                const origin = new URL(`${protocol}//${host}:${port}`).origin;
                // The outpost tells the domain's applications apart by nothing: each is protected as one alone would be.
                const shown = { slug, name, externalHost: origin, type: "forward_single" as const, upstream };
                const application = { ...shown, basicAuth: basicAuth !== undefined };
                const to: Target = { kind: "protected", outpost: provider.outpost, application };
                return { origin, path: ["provider", "upstreams", host], to };
            });
            return [{ origin: externalHost, path: ["provider", "externalHost"], to: outpost(provider) }, ...behind];
        }
        case "oidc":
        case "saml": {
            const { upstream } = provider;
            if (upstream === undefined || launchUrl === undefined || !URL.canParse(launchUrl)) return [];
            return [{ origin: new URL(launchUrl).origin, path: ["launchUrl"], to: { kind: "upstream", upstream } }];
        }
        default:
            return [];
    }
}

function outpost(provider: { outpost: string }): Target {
    return provider.outpost === embeddedOutpost ? { kind: "server" } : { kind: "outpost", outpost: provider.outpost };
}

/**
 * What must be answered through the gateway when a person could sign in. A container trusts no CA of the house.
 *
 * @param gateway the gateway's host on the networks: not every name leads to it there.
 */
export function gatewayChecks(places: Place[], gateway: string): Check[] {
    return places
        .filter(({ origin }) => isIP(new URL(origin).hostname.replace(/^\[|\]$/g, "")) === 0)
        .map(({ origin, to }): Check => {
            const common = { name: `${origin} at the gateway`, at: gateway, isInsecure: true };
            switch (to.kind) {
                case "server":
                    return { ...common, url: `${origin}/if/flow/default-authentication-flow/`, status: 200 };
                case "outpost":
                case "protected":
                    return { ...common, url: `${origin}${outpostPath}/start`, status: 302 };
                case "upstream":
                    return { ...common, url: `${origin}/`, isAdvice: true };
            }
        });
}

/**
 * Whether no public CA can know a name, so that the gateway's own one certifies it: addresses, names without a dot, and those
 * below a domain that is kept for use at home. Source: RFC 2606, 6761, 6762, 8375 and ICANN's resolution on `internal`; `lan`
 * is what many routers use.
 */
export function isPrivateName(hostname: string): boolean {
    return (
        isIP(hostname) !== 0 ||
        !hostname.includes(".") ||
        /\.(localhost|local|internal|home\.arpa|lan|test|example|invalid)$/.test(hostname)
    );
}
