import { z } from "zod";
import type { GatewayOptions } from "../authentik/gateway-caddyfile";
import { roles } from "../authentik/roles";
import { limits, port, section, text } from "../ground/fields";
import { type CertificateConfig, isFor, leafOf } from "./certificates";

/** The gateway. */
export const gateway = section({
    addresses: z
        .array(z.union([z.ipv4(), z.ipv6()], { error: "must be an IP address of the host, such as 0.0.0.0" }))
        .min(1)
        .default(["0.0.0.0"])
        .describe("addresses of the host that it listens on; 0.0.0.0 is all of IPv4, and :: all of IPv6"),
    httpsPort: port.default(roles.gateway.port.number).describe("port for https, over TCP and UDP (HTTP/3)"),
    httpPort: port
        .optional()
        .describe(
            "port for http, which redirects to https and answers the ACME CA; default: 80 if httpsPort is 443, otherwise none",
        ),
    issuer: z
        .enum(["acme", "internal"], { error: "must be one of acme, internal" })
        .default("acme")
        .describe(
            "who issues certificates: an ACME CA, or the gateway's own CA, which it always uses for names that no public CA certifies, such as *.localhost",
        ),
    acme: section({
        email: z
            .email({ error: "must be an e-mail address, such as admin@example.com" })
            .optional()
            .describe("address for notices of the CA; default: none"),
        ca: text(
            "must be the https URL of an ACME directory, such as https://ca.example.com/acme/acme/directory",
            /^https:\/\/[\w.:-]+(\/[\w./~-]*)?$/,
        )
            .optional()
            .describe("directory of the CA; default: Let's Encrypt"),
        staging: z
            .boolean()
            .default(false)
            .describe("whether to use the test CA of Let's Encrypt, which browsers do not trust"),
    })
        .prefault({})
        .describe("the ACME CA"),
    ...limits(roles.gateway),
})
    .optional()
    .describe("the front door: one container that serves all host names over https; default, also if empty: none");

/** The gateway, as configured. */
export type GatewayConfig = NonNullable<z.infer<typeof gateway>>;

/** Source: https://letsencrypt.org/docs/staging-environment/ */
const staging = "https://acme-staging-v02.api.letsencrypt.org/directory";

/**
 * What the Caddyfile is written from.
 *
 * @param certificates those that are for names of the gateway.
 */
export function gatewayOptions(
    { httpsPort, issuer, acme, ...rest }: GatewayConfig,
    certificates: CertificateConfig[],
): GatewayOptions {
    return {
        httpsPort,
        httpPort: httpPortOf({ httpsPort, ...rest }),
        issuer,
        acme: { email: acme.email, ca: acme.staging ? staging : acme.ca },
        certificates: certificates.map(({ certificate }) => ({
            file: fileOf(certificate),
            covers: (host) => isFor(certificate, host),
        })),
    };
}

/** The port for http, where there is one. */
export function httpPortOf({ httpPort, httpsPort }: Pick<GatewayConfig, "httpPort" | "httpsPort">): number | undefined {
    return httpPort ?? (httpsPort === 443 ? 80 : undefined);
}

/** Name of the files of a certificate: another one for another certificate, so that the gateway takes notice. */
export function fileOf(pem: string): string {
    return leafOf(pem)?.fingerprint256.replaceAll(":", "").toLowerCase().slice(0, 16) ?? "";
}
