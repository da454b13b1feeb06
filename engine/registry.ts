import { RunError } from "@pulumi/pulumi";
import type Docker from "dockerode";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** An entry of the provider's `docker:registryAuth`. */
export interface RegistryAuth {
    /** Host of the registry, with its port if it has one, e.g. `ghcr.io`. */
    address: string;
    /** Default: DOCKER_REGISTRY_USER. */
    username?: string;
    /** Default: DOCKER_REGISTRY_PASS. */
    password?: string;
    /** A file such as `~/.docker/config.json`, used if no username is given. Default: Docker's own. */
    configFile?: string;
    /** The content of such a file; it takes precedence over `configFile`. */
    configFileContent?: string;
    /** The registry needs no credentials. Default: false. */
    authDisabled?: boolean;
}

/** The parts of Docker's `config.json` that are read here. */
export interface DockerConfig {
    auths?: Record<string, { auth?: string; username?: string; password?: string; identitytoken?: string }>;
    credHelpers?: Record<string, string>;
    credsStore?: string;
    currentContext?: string;
}

/** Docker Hub has several names; Docker's files use the first. */
const hubKey = "https://index.docker.io/v1/";
const hubNames = ["docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"];

/**
 * The credentials for pulling an image: the entry of `docker:registryAuth` for its registry, else those that `docker login`
 * stored.
 *
 * Source: `providerSetToRegistryAuth` of terraform-provider-docker (which looks at the username first, contrary to its
 * documentation), and `GetAuthConfig` of docker/cli 28.5.
 *
 * @returns undefined if there are none: the pull is then anonymous.
 * @throws Error that names the file or the credential helper that fails.
 */
export async function registryCredentials(
    image: string,
    entries: RegistryAuth[],
    environment: NodeJS.ProcessEnv,
): Promise<Docker.AuthConfigObject | undefined> {
    const registry = registryOf(image);
    const entry = entries.find(({ address }) => isSame(hostOf(address), registry));
    if (entry === undefined) return await stored(dockerConfig(environment), registry, environment);
    if (entry.authDisabled === true) return undefined;
    const username = entry.username ?? environment.DOCKER_REGISTRY_USER ?? "";
    if (username !== "") {
        const password = entry.password ?? environment.DOCKER_REGISTRY_PASS ?? "";
        return { username, password, serveraddress: keysOf(registry)[0] };
    }
    return await stored(configOf(entry, environment), registry, environment);
}

/** Docker's `config.json`; empty if there is none. */
export function dockerConfig(environment: NodeJS.ProcessEnv): DockerConfig {
    return readConfig(join(configFolder(environment), "config.json"));
}

/** The folder of a user's Docker files. */
export function configFolder(environment: NodeJS.ProcessEnv): string {
    return environment.DOCKER_CONFIG ?? join(homeOf(environment), ".docker");
}

/** The user's home folder. */
export function homeOf(environment: NodeJS.ProcessEnv): string {
    return environment.HOME ?? homedir();
}

function configOf({ configFile, configFileContent }: RegistryAuth, environment: NodeJS.ProcessEnv): DockerConfig {
    if (configFileContent !== undefined)
        return parseConfig(configFileContent, "docker:registryAuth[].configFileContent");
    if (configFile !== undefined) {
        const file = configFile.replace(/^~(?=\/)/, homeOf(environment));
        if (existsSync(file)) return readConfig(file);
        throw new RunError(`docker:registryAuth[].configFile = "${configFile}" does not exist. Correct the path.`);
    }
    // If DOCKER_CONFIG names a file, the provider reads that file.
    const own = environment.DOCKER_CONFIG;
    const isFile = own !== undefined && statSync(own, { throwIfNoEntry: false })?.isFile() === true;
    return isFile ? readConfig(own) : dockerConfig(environment);
}

function readConfig(file: string): DockerConfig {
    return existsSync(file) ? parseConfig(readFileSync(file, "utf8"), file) : {};
}

function parseConfig(text: string, source: string): DockerConfig {
    const cure = "Correct it, or sign in again with `docker login`.";
    return (
        text.trim() === "" ? {} : parseJson(text, () => new Error(`${source} is not valid JSON. ${cure}`))
    ) as DockerConfig;
}

/** Hides the parser's own message, which would show a piece of the text and with it credentials. */
function parseJson(text: string, failure: () => Error): unknown {
    try {
        return JSON.parse(text);
    } catch {
        throw failure();
    }
}

/** The registry in an image's name. */
export function registryOf(image: string): string {
    const [first = "", ...rest] = image.split("/");
    return rest.length > 0 && (/[.:]/.test(first) || first === "localhost") ? first : "docker.io";
}

async function stored(
    config: DockerConfig,
    registry: string,
    environment: NodeJS.ProcessEnv,
): Promise<Docker.AuthConfigObject | undefined> {
    const given = environment.DOCKER_AUTH_CONFIG ?? "";
    const fromEnvironment = fileEntry(parseConfig(given, "DOCKER_AUTH_CONFIG"), registry);
    if (fromEnvironment !== undefined) return fromEnvironment;
    const keys = keysOf(registry);
    const helper = keys.map((key) => config.credHelpers?.[key]).find((name) => name !== undefined) ?? config.credsStore;
    if (helper !== undefined && helper !== "") return await askHelper(helper, keys[0], environment);
    return fileEntry(config, registry);
}

/** The names of a registry in Docker's files; the first is the one that `docker login` writes. */
function keysOf(registry: string): [string, ...string[]] {
    return hubNames.includes(registry) ? [hubKey, ...hubNames] : [registry];
}

function fileEntry({ auths = {} }: DockerConfig, registry: string): Docker.AuthConfigObject | undefined {
    const keys = keysOf(registry);
    // Early versions of Docker wrote a URL where there is a host name now.
    const key = keys.find((name) => name in auths) ?? Object.keys(auths).find((name) => isSame(hostOf(name), registry));
    const entry = key === undefined ? undefined : auths[key];
    if (entry === undefined) return undefined;
    const [, username = entry.username, password = entry.password] =
        /^([^:]*):(.*?)\0*$/s.exec(Buffer.from(entry.auth ?? "", "base64").toString()) ?? [];
    const { identitytoken } = entry;
    if (username === undefined && identitytoken === undefined) return undefined;
    return { username, password, serveraddress: key, ...(identitytoken === undefined ? {} : { identitytoken }) };
}

function isSame(host: string, registry: string): boolean {
    return host === registry || (hubNames.includes(host) && hubNames.includes(registry));
}

function hostOf(address: string): string {
    return address.replace(/^\w+:\/\//, "").replace(/\/.*$/s, "");
}

/** Asks a credential helper: `docker-credential-<name> get` with the registry on its standard input. */
async function askHelper(
    name: string,
    serveraddress: string,
    environment: NodeJS.ProcessEnv,
): Promise<Docker.AuthConfigObject | undefined> {
    const program = `docker-credential-${name}`;
    const failed = (reason: string) =>
        new Error(
            `${program}, named in Docker's config.json, gives no credentials for ${serveraddress}: ${reason}. ` +
                "Sign in again with `docker login`, or remove the helper from credHelpers or credsStore.",
        );
    const { code, output } = await new Promise<{ code: number | null; output: string }>((resolve, reject) => {
        const child = spawn(program, ["get"], { env: environment, stdio: ["pipe", "pipe", "ignore"] });
        let output = "";
        child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
        child.stdin.on("error", () => undefined);
        child.stdin.end(serveraddress);
        child.once("error", (error) => reject(failed(error.message)));
        child.once("close", (code) => resolve({ code, output }));
    });
    if (code !== 0) {
        if (output.includes("credentials not found")) return undefined;
        throw failed(output.trim());
    }
    const answer = parseJson(output, () => failed("its answer is not JSON"));
    const { Username, Secret } = answer as { Username: string; Secret: string };
    if (Username === "<token>") return { identitytoken: Secret, serveraddress };
    return { username: Username, password: Secret, serveraddress };
}
