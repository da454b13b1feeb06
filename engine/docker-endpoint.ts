import { RunError } from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { withoutPassword } from "../ground/problems";
import { configFolder, dockerConfig, type RegistryAuth } from "./registry";

/**
 * The provider's configuration keys for reaching Docker: `docker:host` and so on.
 *
 * @example
 * const settings: ConnectionSettings = { host: "tcp://nas.example.com:2376", certPath: "/root/.docker/nas" };
 */
export interface ConnectionSettings {
    /** E.g. `unix:///var/run/docker.sock`, `tcp://docker.example.com:2376` or `ssh://user@host`. Default: DOCKER_HOST. */
    host?: string;
    /** A context listed by `docker context ls`; the provider prefers it to `host`. Default: DOCKER_CONTEXT. */
    context?: string;
    /** Folder with ca.pem, cert.pem and key.pem, for `tcp://`. Default: DOCKER_CERT_PATH. */
    certPath?: string;
    /** The contents of the same files, as PEM. Default: DOCKER_CA_MATERIAL, DOCKER_CERT_MATERIAL and DOCKER_KEY_MATERIAL. */
    caMaterial?: string;
    certMaterial?: string;
    keyMaterial?: string;
    /** Additional options of ssh, for `ssh://`, e.g. `["-i", "/root/.ssh/docker"]`. Default: DOCKER_SSH_OPTS. */
    sshOpts?: string[];
    /** Credentials of registries. Default: those that `docker login` stored. */
    registryAuth?: RegistryAuth[];
}

/** The address of an engine, and the certificates for it. */
export interface Endpoint {
    /** As DOCKER_HOST would name it. */
    host: string;
    /** The setting that named it, e.g. `docker:host` or `DOCKER_CONTEXT`. */
    source: string;
    /** Additional options of ssh. */
    sshOpts: string[];
    /** Contents of the PEM files. Default: no TLS. */
    tls?: { ca: string; cert: string; key: string };
}

/** A value with the name of the setting that it comes from. */
interface Given {
    name: string;
    value: string;
}

/**
 * The endpoint that the provider connects to. The provider differs from Docker's command (docker/cli 28.5,
 * `resolveContextName`) in these points, and settings in which they matter are refused:
 *
 * - a context, even DOCKER_CONTEXT, takes precedence over any host, even over `docker:host`;
 * - it does not read `currentContext` of config.json, a context's certificates or DOCKER_TLS_VERIFY;
 * - without a CA it trusts any server.
 *
 * Source: `configure` and `MakeClient` of terraform-provider-docker, on which @pulumi/docker 5.2.0 is based.
 */
export function resolveEndpoint(settings: ConnectionSettings, env: NodeJS.ProcessEnv, home = ownHome()): Endpoint {
    const context = first({ "docker:context": settings.context, DOCKER_CONTEXT: env.DOCKER_CONTEXT });
    const named = first({ "docker:host": settings.host, DOCKER_HOST: env.DOCKER_HOST });
    const host = context === undefined ? (named ?? standard) : { ...context, value: contextHost(context, home) };
    checkAddress(host);
    if (context?.name === "DOCKER_CONTEXT" && named !== undefined && !isSameEngine(host.value, named.value)) {
        const what = `${show(named)}, but for the provider ${show(context)} in the environment takes precedence`;
        throw new RunError(`${what}. Unset DOCKER_CONTEXT, or unset ${named.name}.`);
    }
    if (host === standard) refuseCurrentContext(env);
    const tls = tlsOf(settings, env);
    if (tls !== undefined && !host.value.startsWith("tcp://")) {
        throw new RunError(
            `${tls.source} is only for an engine at tcp://, but the engine is at ${host.value}. Unset it.`,
        );
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
    return `${name} = "${withoutPassword(value)}"`;
}

/** Whether an address is a socket on this machine. */
export function isSocket(host: string): boolean {
    return /^(unix|npipe):/.test(host);
}

/** True also when one socket is a link to the other, as with Docker Desktop. */
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
    // Without a port, Docker's command uses 2375, but the provider uses 80.
    if (url?.protocol === "tcp:" && url.port !== "" && /^\/?$/.test(url.pathname)) return;
    const examples = "unix:///var/run/docker.sock, tcp://docker.example.com:2376 or ssh://user@host";
    throw new RunError(`${show(host)} must be a URL such as ${examples}, without a password.`);
}

/** The home folder in the machine's list of users, which the provider uses even if HOME or DOCKER_CONFIG names another. */
function ownHome(): string {
    try {
        return userInfo().homedir;
    } catch {
        // In a container, the user may be missing from the list.
        return homedir();
    }
}

function contextHost(context: Given, home: string): string {
    const folder = join(home, ".docker");
    const host = readContext(folder, context.value);
    if (host !== undefined) return host;
    const cure = `Use one that \`docker context ls\` shows${context.value === "default" ? ", or unset it" : ""}.`;
    throw new RunError(
        `${show(context)}: there is no such context in ${folder}/contexts, where the provider looks for it. ${cure}`,
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
    throw new RunError(
        `Docker's command uses the context ${name} (currentContext of ${configFolder(env)}/config.json). The provider does not ` +
            `read it and would use ${standard.value}. Set docker:context to ${name}, or docker:host to the right engine.`,
    );
}

/** The context that `docker context use` selected; undefined for the default one. */
export function currentContext(env: NodeJS.ProcessEnv = process.env): string | undefined {
    const { currentContext: name } = dockerConfig(env);
    return name === undefined || name === "" || name === "default" ? undefined : name;
}

function refuseOtherTls(host: Given, context: Given | undefined, env: NodeJS.ProcessEnv, home: string): void {
    if (context !== undefined) {
        const folder = join(home, ".docker/contexts/tls", digestOf(context.value), "docker");
        if (!existsSync(folder)) return;
        const what = `${show(context)} has certificates, but the provider does not read them`;
        throw new RunError(`${what}. Set docker:certPath, or DOCKER_CERT_PATH, to ${folder}.`);
    }
    if (host.name !== "DOCKER_HOST" || (env.DOCKER_TLS_VERIFY ?? "") === "") return;
    const what = `the provider ignores DOCKER_TLS_VERIFY = "${env.DOCKER_TLS_VERIFY}": its connection to ${host.value} would not be encrypted`;
    throw new RunError(
        `${what}. Set DOCKER_CERT_PATH, or docker:certPath, to the folder that has ca.pem, cert.pem and key.pem.`,
    );
}

/** The certificates that the provider connects with, and the setting that they come from. */
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
    if (path !== undefined) throw new RunError(`${material.name} and ${show(path)} are both set. Unset one of them.`);
    if (ca === undefined || cert === undefined || key === undefined) {
        const all = "docker:caMaterial, docker:certMaterial and docker:keyMaterial";
        // Without the CA, the provider would send secrets to any server that answers.
        throw new RunError(`${material.name} is set, but not all of ${all}. Set all three.`);
    }
    return { source: material.name, files: { ca: ca.value, cert: cert.value, key: key.value } };
}

function readTls(path: Given): Endpoint["tls"] {
    const read = (file: string) => {
        try {
            return readFileSync(join(path.value, file), "utf8");
        } catch (cause) {
            const what = `${show(path)} must be a folder with ca.pem, cert.pem and key.pem`;
            throw new RunError(`${what}: ${(cause as Error).message}.`);
        }
    };
    return { ca: read("ca.pem"), cert: read("cert.pem"), key: read("key.pem") };
}
