import { type BadRow, hidden } from "../../../support/bad-configuration";
import { authority } from "../../../support/certificates";

const ca = authority("The CA", "client", "other");
const none = { certificate: "", key: "" };
const { client = none, other = none } = ca.issued;
const secrets = { "database/authentik": "a-password-of-ours" };
const secretKeys = ["secrets"];
const beginning = "-----BEGIN PRIVATE KEY-----…";

/** A configuration with an external PostgreSQL. */
function withPostgres(external: Record<string, unknown>, more: Record<string, string> = {}): Record<string, unknown> {
    return {
        "postgres.external": { host: "db.example.com", ...external },
        consumers: undefined,
        secrets: { ...secrets, ...more },
    };
}

/** Certificates of connections to an external PostgreSQL and Redis. */
export const tlsRows: BadRow[] = [
    {
        wrong: "a CA that is a file's name",
        changes: withPostgres({ caCertificate: "ca.crt" }),
        secretKeys,
        problems: [
            [
                "postgres.external.caCertificate",
                "ca.crt",
                "must be certificates as PEM with their line breaks, and nothing else; `pulumi config set --path 'postgres.external.caCertificate' < file.crt`",
            ],
        ],
    },
    {
        wrong: "a private key where certificates belong, which the error does not repeat",
        changes: withPostgres({ clientCertificate: client.key }),
        secretKeys,
        problems: [["postgres.external.clientCertificate", beginning, "must be certificates as PEM"]],
    },
    {
        wrong: "a private key under a name of one's own, which the error does not repeat either",
        changes: withPostgres({ clientKey: client.key }),
        secretKeys,
        problems: [["postgres.external.clientKey", beginning, "is an unknown configuration key"]],
    },
    ...["verify-ca", "verify-full"].map((sslMode): BadRow => ({
        wrong: `${sslMode} without a CA`,
        changes: withPostgres({ sslMode }),
        secretKeys,
        problems: [
            [
                "postgres.external.caCertificate",
                undefined,
                `is missing, and sslMode ${sslMode} needs it: \`pulumi config set --path 'postgres.external.caCertificate' < ca.crt\``,
            ],
        ],
    })),
    {
        wrong: "a CA for a connection that may go without TLS",
        changes: withPostgres({ sslMode: "prefer", caCertificate: ca.certificate }),
        secretKeys,
        problems: [["postgres.external.sslMode", "prefer", "caCertificate has no effect; use verify-full"]],
    },
    {
        wrong: "a client certificate for a connection without TLS",
        changes: withPostgres(
            { sslMode: "disable", clientCertificate: client.certificate },
            { "postgres-client-key": client.key },
        ),
        secretKeys,
        problems: [["postgres.external.sslMode", "disable", "clientCertificate has no effect"]],
    },
    {
        wrong: "a client certificate without its key",
        changes: withPostgres({ clientCertificate: client.certificate }),
        secretKeys,
        problems: [
            [
                "secrets.postgres-client-key",
                undefined,
                "postgres.external.clientCertificate needs it: `pulumi config set --secret --path 'secrets[\"postgres-client-key\"]' < client.key`",
            ],
        ],
    },
    {
        wrong: "the key of another client certificate",
        changes: withPostgres({ clientCertificate: client.certificate }, { "postgres-client-key": other.key }),
        secretKeys,
        problems: [
            [
                "secrets.postgres-client-key",
                hidden,
                "does not belong to the first certificate in postgres.external.clientCertificate",
            ],
        ],
    },
    {
        wrong: "a client key that is none",
        changes: withPostgres({ clientCertificate: client.certificate }, { "postgres-client-key": "client.key" }),
        secretKeys,
        problems: [["secrets.postgres-client-key", hidden, "must be a private key as PEM with its line breaks"]],
    },
    {
        wrong: "a client key without a certificate",
        changes: withPostgres({}, { "postgres-client-key": client.key }),
        secretKeys,
        problems: [["secrets.postgres-client-key", hidden, "is not a secret of this stack"]],
    },
    {
        wrong: "a private key for a password",
        changes: { secrets: { "admin-password": client.key } },
        secretKeys,
        problems: [["secrets.admin-password", hidden, "must be at least 8 printable characters"]],
    },
    {
        wrong: "a CA for a Redis without TLS",
        changes: {
            "redis.external": { host: "redis.example.com", caCertificate: ca.certificate },
            consumers: undefined,
            secrets: { redis: "a-password-of-ours" },
        },
        secretKeys,
        problems: [["redis.external.tls", false, "caCertificate has no effect; set it to true"]],
    },
];
