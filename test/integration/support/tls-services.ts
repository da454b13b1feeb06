import { chmodSync, chownSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Pair } from "../../support/certificates";
import { docker, tryDocker } from "./host";

/** A data service that others run, as they run it. */
export interface TlsService {
    /** Its name, which its certificate has; `<host>-alias` leads to it as well. */
    host: string;
    network: string;
    password: string;
    /** PEM of the CA of its certificate. */
    ca: string;
    own: Pair;
    /** Where its certificates are put for it. */
    folder: string;
}

/** A folder with a server's certificate and key, readable by its user. */
function serverFiles({ folder, ca, own }: TlsService, user: number): void {
    mkdirSync(folder, { recursive: true });
    for (const [file, text] of Object.entries({
        "ca.crt": ca,
        "tls.crt": own.certificate,
        "tls.key": own.key,
    })) {
        const path = join(folder, file);
        writeFileSync(path, text);
        chownSync(path, user, user);
        chmodSync(path, 0o400);
    }
}

/** The network, with a name that is not in the certificate beside the one that is. */
function placed({ host, network, folder }: TlsService): string[] {
    return [
        "--detach",
        "--name",
        host,
        "--network",
        network,
        "--network-alias",
        `${host}-alias`,
        "--volume",
        `${folder}:/tls`,
    ];
}

/** A PostgreSQL that accepts only TLS with a certificate of its CA from the client. */
export async function startTlsPostgres(image: string, service: TlsService): Promise<void> {
    serverFiles(service, 70);
    const access = [
        "local all all trust",
        "hostssl all all all scram-sha-256 clientcert=verify-ca",
        "hostnossl all all all reject",
    ];
    writeFileSync(join(service.folder, "pg_hba.conf"), `${access.join("\n")}\n`, { mode: 0o644 });
    const settings = {
        ssl: "on",
        ssl_cert_file: "/tls/tls.crt",
        ssl_key_file: "/tls/tls.key",
        ssl_ca_file: "/tls/ca.crt",
        hba_file: "/tls/pg_hba.conf",
    };
    await docker(
        ...["run", ...placed(service), "--env", `POSTGRES_PASSWORD=${service.password}`],
        ...["--env", "POSTGRES_USER=them", "--env", "POSTGRES_DB=theirs", image, "postgres"],
        ...Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]),
    );
    while ((await tryDocker("exec", service.host, "pg_isready", "-h", "127.0.0.1")).code !== 0) await sleep(250);
}

/** A Redis that accepts only TLS. */
export async function startTlsRedis(image: string, service: TlsService): Promise<void> {
    serverFiles(service, 999);
    const settings = {
        port: "0",
        "tls-port": "6379",
        "tls-cert-file": "/tls/tls.crt",
        "tls-key-file": "/tls/tls.key",
        "tls-ca-cert-file": "/tls/ca.crt",
        "tls-auth-clients": "no",
        requirepass: service.password,
    };
    await docker(
        ...["run", ...placed(service), image, "redis-server"],
        ...Object.entries(settings).flatMap(([key, value]) => [`--${key}`, value]),
    );
}
