import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { authority, type Pair } from "../../support/certificates";
import { listen, Machine } from "./machine";

/** A Docker engine beside the machine's own, that is reached with certificates. */
export interface TlsEngine {
    /** `tcp://localhost:<port>`. */
    host: string;
    /** Folders with ca.pem, cert.pem and key.pem: what it accepts, and those of another CA. */
    certificates: string;
    strangers: string;
    close: () => Promise<void>;
}

/** Starts a second engine that accepts only TLS on the loopback: it is handed a socket that already listens on this side. */
export async function startTlsEngine(folder: string): Promise<TlsEngine> {
    const trusted = authority("The CA", "localhost", "client");
    const other = authority("Another CA", "client");
    const server = writePair(join(folder, "server"), trusted.certificate, trusted.issued.localhost);
    const certificates = writePair(join(folder, "client"), trusted.certificate, trusted.issued.client);
    const strangers = writePair(join(folder, "stranger"), other.certificate, other.issued.client);

    const { port, socket, close } = await listen(0);
    const options = [
        "--tlsverify",
        ...["ca", "cert", "key"].map((name) => `--tls${name === "ca" ? "cacert" : name}=${join(server, name)}.pem`),
        ...["--bridge=none", "--iptables=false", "--ip6tables=false"],
    ];
    const machine = new Machine(join(folder, "machine"), { name: "with-tls", options, socket });
    await machine.start();
    close();
    return { host: `tcp://localhost:${port}`, certificates, strangers, close: () => machine.close() };
}

function writePair(folder: string, ca: string, pair: Pair | undefined): string {
    if (pair === undefined) throw new Error("no certificate was issued");
    mkdirSync(folder, { recursive: true });
    const files = { ca, cert: pair.certificate, key: pair.key };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, `${name}.pem`), text, { mode: 0o600 });
    return folder;
}
