import { certificatesIn, privateKeyIn } from "./pem";
import type { Rule } from "./rules";
import { clientKeySecret } from "./own-secrets";

/** Checks of the certificates of connections to an external PostgreSQL and Redis. */
export const tlsRules: Rule[] = [
    {
        // libpq looks for the CA in a file of the user's home where it is told none, and fails without it.
        reads: ["postgres"],
        check: ({ postgres: { external } }, problem) =>
            external?.caCertificate === undefined && external?.sslMode.startsWith("verify-") === true
                ? [
                      problem(
                          ["postgres", "external", "caCertificate"],
                          `is missing, and sslMode ${external.sslMode} needs it: \`pulumi config set --path 'postgres.external.caCertificate' < ca.crt\``,
                      ),
                  ]
                : [],
    },
    ...(["caCertificate", "clientCertificate"] as const).map((key): Rule => ({
        // What libpq cannot verify under `prefer`, it does again without TLS.
        reads: ["postgres"],
        check: ({ postgres: { external } }, problem) =>
            external?.[key] !== undefined && ["disable", "prefer"].includes(external.sslMode)
                ? [
                      problem(
                          ["postgres", "external", "sslMode"],
                          `goes without TLS, and ${key} would be for nothing; use verify-full, or remove it`,
                      ),
                  ]
                : [],
    })),
    {
        reads: ["postgres", "secrets"],
        check: ({ postgres: { external }, secrets }, problem) => {
            if (external?.clientCertificate === undefined) return [];
            const path = ["secrets", clientKeySecret];
            const key = secrets[clientKeySecret];
            if (key === undefined)
                return [
                    problem(
                        path,
                        `is missing, and postgres.external.clientCertificate needs it: \`pulumi config set --secret --path 'secrets["${clientKeySecret}"]' < client.key\``,
                    ),
                ];
            // An output is known only later, and a placeholder is none.
            const known = typeof key === "string" ? privateKeyIn(key) : undefined;
            const [certificate] = certificatesIn(external.clientCertificate) ?? [];
            return known !== undefined && certificate?.checkPrivateKey(known) === false
                ? [
                      problem(
                          path,
                          "is not the key of postgres.external.clientCertificate, whose first certificate has to be the client's own; set the two that belong together",
                      ),
                  ]
                : [];
        },
    },
    {
        reads: ["redis"],
        check: ({ redis: { external } }, problem) =>
            external?.caCertificate !== undefined && !external.tls
                ? [
                      problem(
                          ["redis", "external", "tls"],
                          "goes without TLS, and caCertificate would be for nothing; set it to true, or remove caCertificate",
                      ),
                  ]
                : [],
    },
];
