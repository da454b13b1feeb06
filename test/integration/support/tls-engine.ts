import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { authority, type Pair } from "../../support/certificates";
import { ended } from "./sshd";

/** A Docker engine beside the machine's own, that is reached with certificates. */
export interface TlsEngine {
    /** `tcp://localhost:<port>`. */
    host: string;
    /** Folders with ca.pem, cert.pem and key.pem: what it accepts, and those of another CA. */
    certificates: string;
    strangers: string;
    close: () => Promise<void>;
}

/**
 * Starts a second engine that accepts only TLS on the loopback.
 *
 * It has a network namespace of its own, since one beside the machine's engine would take the bridge docker0 away from
 * it. So it is handed a socket that already listens on this side.
 */
export async function startTlsEngine(folder: string): Promise<TlsEngine> {
    const trusted = authority("The CA", "localhost", "client");
    const other = authority("Another CA", "client");
    const server = writePair(join(folder, "server"), trusted.certificate, trusted.issued.localhost);
    const certificates = writePair(join(folder, "client"), trusted.certificate, trusted.issued.client);
    const strangers = writePair(join(folder, "stranger"), other.certificate, other.issued.client);

    const listener = createServer();
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    const { port } = listener.address() as AddressInfo;
    const { _handle: socket } = listener as unknown as { _handle: { fd: number } };
    const log = openSync(join(folder, "dockerd.log"), "w");
    const options = [
        "--host=fd://",
        "--tlsverify",
        ...["ca", "cert", "key"].map((name) => `--tls${name === "ca" ? "cacert" : name}=${join(server, name)}.pem`),
        ...["--bridge=none", "--iptables=false", "--ip6tables=false"],
        ...["data-root", "exec-root", "pidfile"].map((name) => `--${name}=${join(folder, name)}`),
    ];
    // As systemd hands over a socket; unshare and the shell become dockerd, so that the process is its own.
    const start = 'exec env LISTEN_FDS=1 LISTEN_PID=$$ dockerd "$@"';
    const daemon = spawn("unshare", ["--net", "sh", "-c", start, "dockerd", ...options], {
        stdio: ["ignore", log, log, socket.fd],
        env: { ...process.env, PATH: `${process.env.PATH ?? ""}:/usr/sbin:/sbin` },
    });
    closeSync(log);
    for (let waited = 0; !readFileSync(join(folder, "dockerd.log"), "utf8").includes("API listen on"); waited++) {
        if (daemon.exitCode !== null || waited > 600) {
            await ended(daemon);
            throw new Error(readFileSync(join(folder, "dockerd.log"), "utf8").slice(-3000));
        }
        await sleep(100);
    }
    listener.close();
    return { host: `tcp://localhost:${port}`, certificates, strangers, close: () => ended(daemon) };
}

function writePair(folder: string, ca: string, pair: Pair | undefined): string {
    if (pair === undefined) throw new Error("no certificate was issued");
    mkdirSync(folder, { recursive: true });
    const files = { ca, cert: pair.certificate, key: pair.key };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, `${name}.pem`), text, { mode: 0o600 });
    return folder;
}
