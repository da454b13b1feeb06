import { createHash } from "node:crypto";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { configFolder, dockerConfig, type RegistryAuth } from "./registry";

/**
 * How the provider is told to reach Docker: its own configuration keys, `docker:host` and so on.
 *
 * @example
 * const settings: ConnectionSettings = { host: "tcp://nas.example.com:2376", certPath: "/root/.docker/nas" };
 */
export interface ConnectionSettings {
    /** E.g. `unix:///var/run/docker.sock`, `tcp://docker.example.com:2376` or `ssh://user@host`. Default: DOCKER_HOST. */
    host?: string;
    /** A context of `docker context ls`; the provider prefers it to `host`. Default: DOCKER_CONTEXT. */
    context?: string;
    /** Folder with ca.pem, cert.pem and key.pem, for `tcp://`. Default: DOCKER_CERT_PATH. */
    certPath?: string;
    /** The same as PEM texts. Default: DOCKER_CA_MATERIAL, DOCKER_CERT_MATERIAL and DOCKER_KEY_MATERIAL. */
    caMaterial?: string;
    certMaterial?: string;
    keyMaterial?: string;
    /** Further options of ssh, for `ssh://`, e.g. `["-i", "/root/.ssh/docker"]`. Default: DOCKER_SSH_OPTS. */
    sshOpts?: string[];
    /** Credentials of registries. Default: what `docker login` has left. */
    registryAuth?: RegistryAuth[];
}

/** Where an engine is, and with which certificates it is reached. */
export interface Endpoint {
    /** As DOCKER_HOST would name it. */
    host: string;
    /** What named it, e.g. `docker:host` or `DOCKER_CONTEXT`. */
    source: string;
    /** Further options of ssh. */
    sshOpts: string[];
    /** PEM texts. Default: no TLS. */
    tls?: { ca: string; cert: string; key: string };
}

/** A value with the name of what gave it. */
interface Given {
    name: string;
    value: string;
}

/**
 * Where the provider connects to. It differs from Docker's command (docker/cli 28.5, `resolveContextName`) in what is
 * refused here:
 *
 * - a context, also DOCKER_CONTEXT, goes before a host, also before `docker:host` and DOCKER_HOST;
 * - it knows neither `currentContext` of config.json nor a context's certificates nor DOCKER_TLS_VERIFY;
 * - without a CA it takes any server for the engine.
 *
 * Source: `configure` and `MakeClient` of terraform-provider-docker, which @pulumi/docker 5.2.0 is made of.
 */
export function resolveEndpoint(settings: ConnectionSettings, env: NodeJS.ProcessEnv, home = ownHome()): Endpoint {
    const context = first({ "docker:context": settings.context, DOCKER_CONTEXT: env.DOCKER_CONTEXT });
    const named = first({ "docker:host": settings.host, DOCKER_HOST: env.DOCKER_HOST });
    const host = context === undefined ? (named ?? standard) : { ...context, value: contextHost(context, home) };
    checkAddress(host);
    if (context?.name === "DOCKER_CONTEXT" && named !== undefined && !isSameEngine(host.value, named.value)) {
        const where = `${show(named)}, but ${show(context)} in the environment goes before it for the provider`;
        throw new Error(`${where}. Unset DOCKER_CONTEXT, or unset ${named.name}.`);
    }
    if (host === standard) refuseCurrentContext(env);
    const tls = tlsOf(settings, env);
    if (tls !== undefined && !host.value.startsWith("tcp://")) {
        throw new Error(`${tls.source} is for an engine at tcp://, and the engine is at ${host.value}. Unset it.`);
    }
    if (tls === undefined && host.value.startsWith("tcp://")) refuseOtherTls(host, context, env, home);
    const sshOpts = settings.sshOpts ?? (env.DOCKER_SSH_OPTS ?? "").split(/\s+/).filter((option) => option !== "");
    return { host: host.value, source: host.name, sshOpts, tls: tls?.files };
}

const standard: Given = {
    name: "the default",
    value: process.platform === "win32" ? "npipe:////./pipe/docker_engine" : "unix:///var/run/docker.sock",
};

function first(values: Record<string, string | undefined>): Given | undefined {
    const [found] = Object.entries(values).filter(([, value]) => value !== undefined && value !== "");
    return found === undefined ? undefined : { name: found[0], value: found[1] ?? "" };
}

function show({ name, value }: Given): string {
    return `${name} = "${value}"`;
}

/** Whether an address is a socket of this machine. */
export function isSocket(host: string): boolean {
    return /^(unix|npipe):/.test(host);
}

/** Also where one socket is a link to the other, as Docker Desktop has it. */
function isSameEngine(one: string, other: string): boolean {
    const real = (host: string) => {
        const path = host.slice("unix://".length);
        return host.startsWith("unix://") && existsSync(path) ? realpathSync(path) : host;
    };
    return real(one) === real(other);
}

function checkAddress(host: Given): void {
    const url = URL.canParse(host.value) ? new URL(host.value) : undefined;
    if (isSocket(host.value) && /^\w+:\/\/./.test(host.value)) return;
    if (url?.protocol === "ssh:" && url.hostname !== "" && url.password === "") return;
    // Without a port Docker's command takes 2375 and the provider 80.
    if (url?.protocol === "tcp:" && url.port !== "" && /^\/?$/.test(url.pathname)) return;
    const examples = "unix:///var/run/docker.sock, tcp://docker.example.com:2376 or ssh://user@host";
    throw new Error(`${show(host)} must be a URL such as ${examples}, without a password.`);
}

/** The folder that the machine's list of users has: there the provider looks, also where HOME or DOCKER_CONFIG names another. */
function ownHome(): string {
    try {
        return userInfo().homedir;
    } catch {
        // The list lacks users of some containers.
        return homedir();
    }
}

function contextHost(context: Given, home: string): string {
    const folder = join(home, ".docker");
    const host = readContext(folder, context.value);
    if (host !== undefined) return host;
    const cure = `Choose one of \`docker context ls\`${context.value === "default" ? ", or unset it" : ""}.`;
    throw new Error(
        `${show(context)}: there is no such context in ${folder}/contexts, where the provider looks. ${cure}`,
    );
}

function readContext(folder: string, name: string): string | undefined {
    const file = join(folder, "contexts/meta", digestOf(name), "meta.json");
    if (!existsSync(file)) return undefined;
    const { Endpoints } = JSON.parse(readFileSync(file, "utf8")) as { Endpoints?: { docker?: { Host?: string } } };
    return Endpoints?.docker?.Host;
}

function digestOf(name: string): string {
    return createHash("sha256").update(name).digest("hex");
}

function refuseCurrentContext(env: NodeJS.ProcessEnv): void {
    const name = currentContext(env);
    if (name === undefined) return;
    const host = readContext(configFolder(env), name);
    if (host !== undefined && isSameEngine(host, standard.value)) return;
    throw new Error(
        `Docker's command uses the context ${name} (currentContext of ${configFolder(env)}/config.json), which the provider ` +
            `does not read: it would use ${standard.value}. Set docker:context to ${name}, or docker:host to the engine that is meant.`,
    );
}

/** The context that `docker context use` chose; undefined is the default one. */
export function currentContext(env: NodeJS.ProcessEnv = process.env): string | undefined {
    const { currentContext: name } = dockerConfig(env);
    return name === undefined || name === "" || name === "default" ? undefined : name;
}

function refuseOtherTls(host: Given, context: Given | undefined, env: NodeJS.ProcessEnv, home: string): void {
    if (context !== undefined) {
        const folder = join(home, ".docker/contexts/tls", digestOf(context.value), "docker");
        if (!existsSync(folder)) return;
        const what = `${show(context)} has certificates, which the provider does not read`;
        throw new Error(`${what}. Set docker:certPath, or DOCKER_CERT_PATH, to ${folder}.`);
    }
    if (host.name !== "DOCKER_HOST" || (env.DOCKER_TLS_VERIFY ?? "") === "") return;
    const what = `DOCKER_TLS_VERIFY = "${env.DOCKER_TLS_VERIFY}" is not read by the provider: it would talk to ${host.value} in clear`;
    throw new Error(
        `${what}. Set DOCKER_CERT_PATH, or docker:certPath, to the folder of ca.pem, cert.pem and key.pem.`,
    );
}

/** The certificates that the provider connects with, and what gave them. */
function tlsOf(
    settings: ConnectionSettings,
    env: NodeJS.ProcessEnv,
): { source: string; files: Endpoint["tls"] } | undefined {
    const { caMaterial, certMaterial, keyMaterial } = settings;
    const ca = first({ "docker:caMaterial": caMaterial, DOCKER_CA_MATERIAL: env.DOCKER_CA_MATERIAL });
    const cert = first({ "docker:certMaterial": certMaterial, DOCKER_CERT_MATERIAL: env.DOCKER_CERT_MATERIAL });
    const key = first({ "docker:keyMaterial": keyMaterial, DOCKER_KEY_MATERIAL: env.DOCKER_KEY_MATERIAL });
    const path = first({ "docker:certPath": settings.certPath, DOCKER_CERT_PATH: env.DOCKER_CERT_PATH });
    const material = ca ?? cert ?? key;
    if (material === undefined) return path === undefined ? undefined : { source: show(path), files: readTls(path) };
    if (path !== undefined)
        throw new Error(`${material.name} and ${show(path)} say the same twice. Unset one of them.`);
    if (ca === undefined || cert === undefined || key === undefined) {
        const all = "docker:caMaterial, docker:certMaterial and docker:keyMaterial";
        // Without the CA, the provider would hand secrets to whatever answers.
        throw new Error(`${material.name} is set, and of ${all} one is missing. Set all three.`);
    }
    return { source: material.name, files: { ca: ca.value, cert: cert.value, key: key.value } };
}

function readTls(path: Given): Endpoint["tls"] {
    const read = (file: string) => {
        try {
            return readFileSync(join(path.value, file), "utf8");
        } catch (cause) {
            const what = `${show(path)} must be a folder with ca.pem, cert.pem and key.pem`;
            throw new Error(`${what}: ${(cause as Error).message}.`, { cause });
        }
    };
    return { ca: read("ca.pem"), cert: read("cert.pem"), key: read("key.pem") };
}
