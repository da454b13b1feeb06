import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { z } from "zod";
import { name, section } from "../ground/fields";
import { certificates as pem, certificatesIn } from "./secrets";

/** Certificates of one's own. */
export const certificates = z
    .array(
        section({
            name: name.describe("names its private key: the secret `certificate/<name>`"),
            certificate: pem.describe("PEM of the certificate and its intermediates"),
        }),
    )
    .default([])
    .describe(
        "certificates of your own: the gateway uses them for the names that are in them; the server and providers, where they name one",
    );

/** A certificate of one's own, as configured. */
export type CertificateConfig = z.infer<typeof certificates>[number];

/** The certificate that its key belongs to: the first one. */
export function leafOf(certificate: string): X509Certificate | undefined {
    return certificatesIn(certificate)?.[0];
}

/** Whether it is for a host, by its name or address; false for what is no certificate. */
export function isFor(certificate: string | X509Certificate, host: string): boolean {
    const own = typeof certificate === "string" ? leafOf(certificate) : certificate;
    const address = host.replace(/^\[(.*)\]$/, "$1");
    return (isIP(address) === 0 ? own?.checkHost(host) : own?.checkIP(address)) !== undefined;
}
