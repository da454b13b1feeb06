import { attributedOf, type ApplicationConfig } from "./providers";
import { targetOf } from "./attributes";
import { type Blueprint, certificate, file, requires, secretPaths } from "./blueprints/document";
import { type Check, listed } from "./checks";

/** A certificate of one's own. */
export interface OwnCertificate {
    name: string;
    /** As PEM, with those that lead to its CA. */
    certificate: string;
}

/** What of a configuration names certificates. */
export interface CertificateFacts {
    /** Default: none. */
    certificates?: OwnCertificate[];
    /** The one that the server shows. Default: one that authentik makes. */
    server?: { certificate?: string | undefined; ports?: unknown };
    applications: ApplicationConfig[];
}

const model = "authentik_crypto.certificatekeypair";
const brand = { model: "authentik_brands.brand", identifiers: { default: true } };

/** Those that authentik has too, since its server or a provider names them. */
export function sharedCertificates({ certificates = [], server, applications }: CertificateFacts): OwnCertificate[] {
    const named = new Set([server?.certificate, ...applications.flatMap(namedBy)]);
    return certificates.filter(({ name }) => named.has(name));
}

function namedBy(application: ApplicationConfig): string[] {
    const { provider } = application;
    const attributes = attributedOf(application).flatMap((one) =>
        Object.entries(one.attributes).filter(([name]) => targetOf(one.model, name)?.model === model),
    );
    return [
        ...attributes.map(([, value]) => String(value)),
        ...("signingKey" in provider ? [String(provider.signingKey)] : []),
    ];
}

/** Blueprints that give authentik those certificates, by their names, and the server the one that it shows. */
export function certificateBlueprints(facts: CertificateFacts): Blueprint[] {
    const own = facts.server?.certificate;
    return [
        ...sharedCertificates(facts).map(({ name, certificate: pem }) => ({
            name: `certificate-${name}`,
            entries: [
                {
                    model,
                    identifiers: { name },
                    attrs: { certificate_data: pem, key_data: file(secretPaths.certificate(name)) },
                },
            ],
            owned: { [`certificate ${name}`]: [{ model, state: "absent" as const, identifiers: { name } }] },
        })),
        ...(own === undefined
            ? []
            : [
                  {
                      name: "server-certificate",
                      entries: [
                          requires("Default - Brand"),
                          { ...brand, attrs: { web_certificate: certificate(own) } },
                      ],
                      owned: { "the server's certificate": [{ ...brand, attrs: { web_certificate: null } }] },
                  },
              ]),
    ];
}

/** What the API must answer once they are applied. */
export function certificateChecks(facts: CertificateFacts, server: string): Check[] {
    const shown: Check = {
        name: "the server's certificate",
        url: `${server}/api/v3/core/brands/?default=true`,
        token: secretPaths.apiToken,
        status: 200,
        result: { default: true },
        filled: ["web_certificate"],
    };
    return [
        ...sharedCertificates(facts).map(({ name }) =>
            listed(`certificate ${name}`, "crypto/certificatekeypairs", { name }, server, { has_key: "true" }),
        ),
        ...(facts.server?.certificate === undefined ? [] : [shown]),
    ];
}
