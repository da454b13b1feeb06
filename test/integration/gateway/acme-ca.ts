import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../../contract/support/containers";
import { authority } from "../../support/certificates";
import { buildGoProgram } from "../support/go-program";
import { docker, tryDocker } from "../support/host";

/** The CA of Let's Encrypt for tests, which checks names as theirs does. */
const module = "github.com/letsencrypt/pebble/v2/cmd/pebble@v2.10.3";

/** An ACME CA on a network of Docker's. */
export class AcmeCa {
    private constructor(
        private readonly folder: string,
        private readonly name: string,
        /** The CA of the page at which it is asked, as PEM. */
        public readonly trust: string,
    ) {}

    /** Builds it from its Go module, in half a minute. */
    public static async build(name: string): Promise<AcmeCa> {
        const folder = mkdtempSync(join(tmpdir(), "acme-ca-"));
        await buildGoProgram(module, folder);
        const { certificate, issued } = authority("The page of an ACME CA", name);
        const { [name]: own = { certificate: "", key: "" } } = issued;
        writeFileSync(join(folder, "page.crt"), own.certificate);
        writeFileSync(join(folder, "page.key"), own.key);
        return new AcmeCa(folder, name, certificate);
    }

    /** Where a gateway asks it. */
    public get directory(): string {
        return `https://${this.name}:14000/dir`;
    }

    /**
     * Starts it.
     *
     * @param image has Python.
     * @param ports at which it looks for who asks.
     * @param refused names for which it certifies nothing.
     */
    public async start(network: string, image: string, ports: { http: number; https: number }, refused: string[]) {
        const pebble = {
            ...{ listenAddress: "0.0.0.0:14000", managementListenAddress: "0.0.0.0:15000" },
            ...{ certificate: "/ca/page.crt", privateKey: "/ca/page.key", domainBlocklist: refused },
            ...{ httpPort: ports.http, tlsPort: ports.https, keyAlgorithm: "ecdsa" },
            profiles: { default: { description: "as usual", validityPeriod: 7_776_000 } },
        };
        writeFileSync(join(this.folder, "config.json"), JSON.stringify({ pebble }));
        const place = ["--network", network, "--name", this.name, "--env", "PEBBLE_VA_NOSLEEP=1", "--user", "0"];
        await docker("create", ...place, "--entrypoint", "/ca/pebble", image, "-config", "/ca/config.json");
        await docker("cp", `${this.folder}/.`, `${this.name}:/ca`);
        await docker("start", this.name);
        await eventually("the CA", 30, async () => (await this.root()).includes("BEGIN"));
    }

    /** The certificate of its own CA, which it makes when it starts, as PEM. */
    public async root(): Promise<string> {
        const ask =
            "import ssl, urllib.request as u; " +
            "print(u.urlopen('https://127.0.0.1:15000/roots/0', context=ssl._create_unverified_context()).read().decode())";
        return (await tryDocker("exec", this.name, "python3", "-c", ask)).output;
    }

    public async close(): Promise<void> {
        await tryDocker("rm", "--force", "--volumes", this.name);
        rmSync(this.folder, { recursive: true, force: true });
    }
}
