import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { installPackage } from "../../../cli/docker/dockerd";
import { run, tryRun } from "../../../cli/run";

/** Programs that are Chromium, in the order in which they are taken, and Debian's smallest package of it. */
const programs = ["google-chrome", "chromium", "chromium-headless-shell"];

/**
 * A real browser without a screen, for which every name leads to this machine. It trusts one more root than usual, and otherwise
 * checks certificates as people's do.
 */
export class Window {
    private constructor(
        private readonly home: string,
        private readonly context: BrowserContext,
        public readonly page: Page,
    ) {}

    /**
     * Opens it; installs what is missing.
     *
     * @param root the root that it trusts, as PEM. Default: none.
     * @param flags of Chromium. Default: none.
     */
    public static async open(root?: string, ...flags: string[]): Promise<Window> {
        const executablePath = (await findProgram(programs)) ?? (await installed("chromium-headless-shell"));
        const certutil = (await findProgram(["certutil"])) ?? (await installed("libnss3-tools", "certutil"));
        const home = mkdtempSync(join(tmpdir(), "window-"));
        const database = join(home, ".pki/nssdb");
        mkdirSync(database, { recursive: true });
        await run(certutil, ["-d", `sql:${database}`, "-N", "--empty-password"]);
        if (root !== undefined) {
            writeFileSync(join(home, "root.crt"), root);
            const add = ["-A", "-t", "C,,", "-n", "root", "-i", join(home, "root.crt")];
            await run(certutil, ["-d", `sql:${database}`, ...add]);
        }
        const env = { ...(process.env as Record<string, string>), HOME: home };
        // By itself it asks for *.localhost over IPv6 first, and with HTTP/3 for nothing else.
        const args = ["--host-resolver-rules=MAP * 127.0.0.1", ...flags];
        const viewport = { width: 1000, height: 700 };
        const context = await chromium.launchPersistentContext(join(home, "profile"), {
            ...{ executablePath, env, args, viewport },
        });
        const [page = await context.newPage()] = context.pages();
        return new Window(home, context, page);
    }

    /** Opens an application, signs in where that leads to the login page, and ends where that leads back to. */
    public async enter(url: string, user: string, password: string): Promise<string> {
        await this.page.goto(url);
        const { pathname } = new URL(this.page.url());
        if (!pathname.startsWith("/if/flow/")) return this.page.url();
        const to = await this.page.evaluate<string>(`(${signIn})(${JSON.stringify({ user, password })})`);
        await this.page.goto(new URL(to, this.page.url()).href);
        return this.page.url();
    }

    /** Over what the page that is open came, such as h2. */
    public protocol(): Promise<string> {
        return this.page.evaluate(`performance.getEntriesByType("navigation")[0].nextHopProtocol`);
    }

    /** Makes a passkey for the site that is open, in a device that the browser pretends to have, and signs in with it: its type. */
    public async passkey(): Promise<string> {
        const devtools = await this.context.newCDPSession(this.page);
        await devtools.send("WebAuthn.enable");
        const device = {
            protocol: "ctap2",
            transport: "internal",
            hasResidentKey: true,
            hasUserVerification: true,
        } as const;
        await devtools.send("WebAuthn.addVirtualAuthenticator", { options: { ...device, isUserVerified: true } });
        return await this.page.evaluate(makePasskey);
    }

    public async close(): Promise<void> {
        await this.context.close();
        rmSync(this.home, { recursive: true, force: true });
    }
}

/** Answers a flow of authentik, as its page does: where it leads in the end. Source: the flow executor of authentik's API. */
const signIn = `async ({ user, password }) => {
    const [, , , slug] = location.pathname.split("/");
    const url = "/api/v3/flows/executor/" + slug + "/?query=" + encodeURIComponent(location.search.slice(1));
    const given = { "ak-stage-identification": { uid_field: user }, "ak-stage-password": { password } };
    let options = { headers: { accept: "application/json" } };
    for (let stage = 0; stage < 10; stage++) {
        const { component, to } = await (await fetch(url, options)).json();
        if (to !== undefined) return to;
        const [, csrf = ""] = /authentik_csrf=([^;]+)/.exec(document.cookie) ?? [];
        const headers = { accept: "application/json", "content-type": "application/json", "x-authentik-csrf": csrf };
        options = { method: "POST", headers, body: JSON.stringify({ component, ...given[component] }) };
    }
    throw new Error("the flow " + slug + " does not end");
}`;

const makePasskey = `(async () => {
    const challenge = new Uint8Array(32);
    const user = { id: new Uint8Array(16), name: "akadmin", displayName: "akadmin" };
    const pubKeyCredParams = [{ type: "public-key", alg: -7 }];
    const made = await navigator.credentials.create({
        publicKey: { challenge, user, pubKeyCredParams, rp: { name: "authentik", id: location.hostname } },
    });
    const allowCredentials = [{ type: "public-key", id: made.rawId }];
    return (await navigator.credentials.get({ publicKey: { challenge, allowCredentials } })).type;
})()`;

async function findProgram(names: string[]): Promise<string | undefined> {
    for (const name of names) {
        const { code, stdout } = await tryRun("sh", ["-c", `command -v ${name}`]);
        if (code === 0) return stdout.trim();
    }
    return undefined;
}

async function installed(name: string, program = name): Promise<string> {
    await installPackage(name, (line) => console.log(`    ${line}`));
    return program;
}
