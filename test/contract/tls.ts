import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { run } from "../../cli/run";
import { Bed } from "./support/bed";
import { eventually, start } from "./support/containers";

// A CA, a certificate of it for both services, and a CA that nobody knows.
const certificates = `set -e; cd /out
for ca in ca other-ca; do openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=$ca -keyout $ca.key -out $ca.crt; done
openssl req -newkey rsa:2048 -nodes -subj /CN=tls -keyout tls.key -out tls.csr
printf 'subjectAltName=DNS:tls-postgres,DNS:tls-redis' > names
openssl x509 -req -in tls.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile names -out tls.crt
cp tls.key postgres.key; chown 70 postgres.key; cp tls.key redis.key; chown 999 redis.key
chmod 0600 *.key; chmod 0644 *.crt`;

describe("TLS to PostgreSQL and Redis", function () {
    this.timeout(120_000);
    const bed = new Bed();
    const folder = join(bed.folder, "tls");
    const encrypted = {
        AUTHENTIK_POSTGRESQL__HOST: "tls-postgres",
        AUTHENTIK_POSTGRESQL__SSLMODE: "verify-full",
        AUTHENTIK_POSTGRESQL__SSLROOTCERT: "/run/secrets/tls/ca.crt",
        AUTHENTIK_REDIS__HOST: "tls-redis",
        AUTHENTIK_REDIS__TLS: "true",
        AUTHENTIK_REDIS__TLS_REQS: "required",
        AUTHENTIK_REDIS__TLS_CA_CERT: "/run/secrets/tls/ca.crt",
    };

    before(async () => {
        await bed.open();
        mkdirSync(folder);
        const shell = [
            "run",
            "--rm",
            "--network",
            "none",
            "--entrypoint",
            "sh",
            "--volume",
            `${folder}:/out`,
            bed.images.postgres,
        ];
        await run("docker", [...shell, "-c", certificates], { signal: AbortSignal.timeout(120_000) });
        const options = bed.postgresOptions();
        const postgres = await start("tls-postgres", {
            ...options,
            mounts: [...(options.mounts ?? []), `${folder}:/tls`],
            command: [
                "postgres",
                "-c",
                "ssl=on",
                "-c",
                "ssl_cert_file=/tls/tls.crt",
                "-c",
                "ssl_key_file=/tls/postgres.key",
            ],
            aliases: ["tls-postgres"],
        });
        await start("tls-redis", {
            image: bed.images.redis,
            command: [
                ...[
                    "redis-server",
                    "--port",
                    "0",
                    "--tls-port",
                    "6379",
                    "--requirepass",
                    bed.secrets.redis_password,
                    "--tls-auth-clients",
                    "no",
                ],
                ...[
                    "--tls-cert-file",
                    "/tls/tls.crt",
                    "--tls-key-file",
                    "/tls/redis.key",
                    "--tls-ca-cert-file",
                    "/tls/ca.crt",
                ],
            ],
            mounts: [`${folder}:/tls`],
            capabilities: ["CHOWN", "DAC_OVERRIDE", "SETGID", "SETUID"],
            aliases: ["tls-redis"],
        });
        await eventually(
            "PostgreSQL",
            60,
            async () => (await postgres.exec("pg_isready", "-h", "127.0.0.1")).code === 0,
        );
        // From now on without TLS nobody comes in.
        const only = 'sed -i "s/^host all all all/hostssl all all all/" "$PGDATA/pg_hba.conf" && pg_ctl reload';
        expect(
            (await postgres.exec("setpriv", "--reuid=70", "--regid=70", "--clear-groups", "sh", "-c", only)).code,
        ).to.equal(0);
    });

    after(() => bed.close());

    for (const mode of ["verify-full", "verify-ca", "require", "prefer"]) {
        it(`sslmode ${mode}: ready`, async () => {
            const server = await bed.authentik("server", ["server"], {
                ...encrypted,
                AUTHENTIK_POSTGRESQL__SSLMODE: mode,
            });
            await bed.answers(server, "/-/health/ready/", 200, 30);
        });
    }

    it("sslmode disable is refused by the server", async () => {
        const server = await bed.authentik("server", ["server"], {
            ...encrypted,
            AUTHENTIK_POSTGRESQL__SSLMODE: "disable",
        });
        await server.says("PostgreSQL connection failed, retrying...", 15);
        await server.says("no encryption", 5);
    });

    it("a CA that did not sign the certificates is refused, for PostgreSQL and for Redis", async () => {
        const other = "/run/secrets/tls/other-ca.crt";
        const server = await bed.authentik("server", ["server"], {
            ...encrypted,
            AUTHENTIK_POSTGRESQL__SSLROOTCERT: other,
        });
        await server.says("SSL error: certificate verify failed", 15);
        const worker = await bed.authentik("worker", ["worker"], { ...encrypted, AUTHENTIK_REDIS__TLS_CA_CERT: other });
        await worker.says("CERTIFICATE_VERIFY_FAILED", 15);
        expect(await worker.exit(30)).to.equal(1);
    });
});
