import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { valueAt } from "../../ground/problems";
import { ToolError } from "../progress";

/** Where the stack's state is kept. */
export interface Backend {
    /** Folder of the local state; undefined when the state is in the user's own backend. */
    folder?: string;
    /** Whether a passphrase encrypts the secrets in the state, as in every backend that stores plain files. */
    asksPassphrase: boolean;
    /** Its name in messages. */
    description: string;
    /** Environment variables by which the Pulumi CLI finds and reads it; never the passphrase itself. */
    env: Record<string, string>;
}

/**
 * The backend that PULUMI_BACKEND_URL names, else Pulumi.yaml, else the user's login, as for the Pulumi CLI; without any of them a
 * folder inside the project.
 *
 * @param root the project's folder.
 */
export function findBackend(root: string, environment: NodeJS.ProcessEnv = process.env): Backend {
    const { PULUMI_BACKEND_URL: named = "" } = environment;
    const written = named === "" ? projectBackend(root) : absolute(named, process.cwd());
    const own = written ?? loginOf(environment);
    const passphrase = passphraseEnv(root, environment);
    if (own !== undefined) {
        const asksPassphrase = !own.startsWith("http");
        // The CLI also runs in other folders than the project's.
        const place = written !== undefined && written !== named && { PULUMI_BACKEND_URL: written };
        return { asksPassphrase, description: own, env: { ...place, ...(asksPassphrase && passphrase) } };
    }
    const folder = join(root, ".local/state");
    const env = { PULUMI_BACKEND_URL: `file://${folder}`, ...passphrase };
    return { folder, asksPassphrase: true, description: folder, env };
}

/**
 * Creates the folder of the local state and the passphrase of its secrets, if they are needed and missing.
 *
 * @throws ToolError when there is a state, but its passphrase is missing.
 */
export function prepareBackend(backend: Backend): void {
    if (backend.folder !== undefined) mkdirSync(backend.folder, { recursive: true, mode: 0o700 });
    const file = backend.env.PULUMI_CONFIG_PASSPHRASE_FILE;
    if (file === undefined || existsSync(file)) return;
    if (backend.folder !== undefined && readdirSync(backend.folder).length > 0) {
        throw new ToolError(
            `${file} is missing, and nothing else decrypts the state in ${backend.folder}. Restore the file, or move that ` +
                "folder away to start from scratch: the data volumes stay, but their passwords are lost.",
        );
    }
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
}

/** `backend.url` of the project; a relative folder is one of the project's. */
function projectBackend(root: string): string | undefined {
    const file = join(root, "Pulumi.yaml");
    const url = existsSync(file) ? valueAt(parse(readFileSync(file, "utf8")), ["backend", "url"]) : undefined;
    return typeof url !== "string" || url === "" ? undefined : absolute(url, root);
}

/** The CLI reads a relative folder from where it runs, which is not always the same place. */
function absolute(url: string, folder: string): string {
    return url.replace(/^file:\/\/(?![/~])(.*)$/, (_, path: string) => `file://${join(folder, path)}`);
}

/** The backend of a token or of a login. */
function loginOf(environment: NodeJS.ProcessEnv): string | undefined {
    const { PULUMI_ACCESS_TOKEN: token } = environment;
    if (token !== undefined && token !== "") return environment.PULUMI_API ?? "https://api.pulumi.com";
    try {
        const file = join(credentialsFolder(environment), "credentials.json");
        const { current } = JSON.parse(readFileSync(file, "utf8")) as { current?: string };
        return current === undefined || current === "" ? undefined : current;
    } catch {
        return undefined; // never logged in
    }
}

/** Folder of the user's login, which stays valid if the engine gets a PULUMI_HOME of its own. */
export function credentialsFolder(environment: NodeJS.ProcessEnv = process.env): string {
    return environment.PULUMI_CREDENTIALS_PATH ?? environment.PULUMI_HOME ?? join(homedir(), ".pulumi");
}

/** Names the file of the generated passphrase, unless the user has one. In a file, no list of processes shows it. */
function passphraseEnv(root: string, environment: NodeJS.ProcessEnv): Record<string, string> {
    const { PULUMI_CONFIG_PASSPHRASE: own, PULUMI_CONFIG_PASSPHRASE_FILE: ownFile } = environment;
    if (own !== undefined || ownFile !== undefined) return {};
    return { PULUMI_CONFIG_PASSPHRASE_FILE: join(root, ".local/passphrase") };
}
