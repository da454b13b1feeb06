import { BlockList, isIP } from "node:net";
import { z } from "zod";
import { judged, section, text } from "../../ground/fields";
import { pythonRegexProblem } from "../../ground/regex";
import type { RedirectUri } from "../presets";

const uriError =
    "must be a URI, such as https://app.example.com/callback, or {url: a regular expression, matching: regex}";

/** A redirect URI, as configured. */
export const redirectUri = z
    .union(
        [
            text(uriError, isUri),
            section({
                url: judged(
                    "must be a regular expression of Python's re, such as https://.*\\.example\\.com/callback",
                    pythonRegexProblem,
                ),
                matching: z.literal("regex", { error: uriError }),
            }),
        ],
        { error: uriError },
    )
    .describe("a redirect URI as text, or an object with `url` and `matching: regex`");

/** A redirect URI in the one form that all have. */
export function uriOf(uri: z.infer<typeof redirectUri>): RedirectUri {
    return typeof uri === "string" ? { matching: "strict", url: uri } : uri;
}

/**
 * A redirect URI as a blueprint writes it.
 *
 * @param type what it is for; undefined for releases that know one purpose alone. Others drop it when they apply the blueprint
 *   again, unless it is written down: as run.
 */
export function uriEntry({ matching, url }: RedirectUri, type?: "authorization" | "logout") {
    return { matching_mode: matching, url, ...(type === undefined ? {} : { redirect_uri_type: type }) };
}

/** Endings of names that never leave the machine or the home; of fritz.box and speedport.ip the routers are the DNS. */
const atHome =
    /(^|\.)(localhost|local|internal|intranet|lan|home|private|test|home\.arpa|fritz\.box|speedport\.ip|ts\.net)$/;

/** Addresses that are nobody's on the internet, those of Tailscale and other carriers (100.64.0.0/10) among them. */
const privateNetworks = new BlockList();
for (const [network, prefix] of [
    ["10.0.0.0", 8],
    ["100.64.0.0", 10],
    ["127.0.0.0", 8],
    ["169.254.0.0", 16],
    ["172.16.0.0", 12],
    ["192.168.0.0", 16],
] as const)
    privateNetworks.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of [
    ["::1", 128],
    ["fc00::", 7],
    ["fe80::", 10],
] as const)
    privateNetworks.addSubnet(network, prefix, "ipv6");

/** Whether a URL is http and leads to a host on the internet. */
export function isPublicHttp(url: string): boolean {
    if (!URL.canParse(url)) return false;
    const { protocol, hostname } = new URL(url);
    const host = hostname.replace(/^\[|\]$/g, "");
    const family = isIP(host);
    const isPublic =
        family === 0
            ? host.includes(".") && !atHome.test(host)
            : !privateNetworks.check(host, family === 6 ? "ipv6" : "ipv4");
    return protocol === "http:" && isPublic;
}

function isUri(value: string): boolean {
    return (
        /^[a-z][a-z0-9+.-]*:\S+$/i.test(value) &&
        !/^https?:(?!\/\/[^/])/i.test(value) &&
        // A wildcard gets a message of its own.
        (URL.canParse(value.replaceAll("*", "x")) || !/^https?:/i.test(value))
    );
}
