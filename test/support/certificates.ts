import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A certificate and its private key, both as PEM. */
export interface Pair {
    certificate: string;
    key: string;
}

/** A certificate authority that lives for two days, and one certificate of it for each name. */
export function authority(title: string, ...names: string[]): Pair & { issued: Record<string, Pair> } {
    const folder = mkdtempSync(join(tmpdir(), "certificates-"));
    const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
    const pair = (file: string): Pair => ({
        certificate: readFileSync(join(folder, `${file}.crt`), "utf8"),
        key: readFileSync(join(folder, `${file}.key`), "utf8"),
    });
    const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    try {
        const usage = ["-addext", "keyUsage=critical,keyCertSign,cRLSign"];
        openssl("req", "-x509", ...newKey, "-days", "2", "-subj", `/CN=${title}`, ...usage, ...files("ca", "crt"));
        const issued = names.map((name, index) => {
            const file = String(index);
            writeFileSync(join(folder, "names"), `subjectAltName=DNS:${name}\nauthorityKeyIdentifier=keyid\n`);
            openssl("req", ...newKey, "-subj", `/CN=${name}`, ...files(file, "csr"));
            const by = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names"];
            openssl("x509", "-req", "-in", `${file}.csr`, "-days", "2", ...by, "-out", `${file}.crt`);
            return [name, pair(file)];
        });
        return { ...pair("ca"), issued: Object.fromEntries(issued) as Record<string, Pair> };
    } finally {
        rmSync(folder, { recursive: true });
    }
}

function files(name: string, kind: "crt" | "csr"): string[] {
    return ["-keyout", `${name}.key`, "-out", `${name}.${kind}`];
}
