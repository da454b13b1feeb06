import { RunError } from "@pulumi/pulumi";
import type Docker from "dockerode";
import http, { type Agent, type IncomingMessage } from "node:http";
import https from "node:https";
import { buffer } from "node:stream/consumers";
import { type ConnectionSettings, type Endpoint, isSocket, resolveEndpoint } from "./docker-endpoint";
import { registryCredentials } from "./registry";
import { SshAgent, sshArguments, withoutBrackets } from "./ssh";

export type { ConnectionSettings } from "./docker-endpoint";
export type { RegistryAuth } from "./registry";

/** An image that the engine has. */
export interface KnownImage {
    Id: string;
    Config: {
        User?: string;
        Entrypoint?: string[] | null;
        Cmd?: string[] | null;
        Env?: string[] | null;
        Labels?: Record<string, string> | null;
    };
}

/** An event of a pull; the engine sends many. */
export interface PullEvent {
    /** Of a layer. */
    id?: string;
    status?: string;
    /** In bytes. */
    progressDetail?: { current?: number; total?: number };
    error?: string;
}

/**
 * A connection to the Docker engine that the provider uses, for what the provider cannot do. All components share one
 * object. It connects on first use, in the same way as Docker's own command.
 *
 * @example
 * const connection = new DockerConnection({ host: "ssh://admin@nas.example.com" });
 * const { Version } = await connection.get<{ Version: string }>("/version");
 */
export class DockerConnection {
    private endpoint?: Endpoint;
    private opened?: ReturnType<typeof clientOptions>;
    private connected?: Promise<Docker>;

    /**
     * @param settings the provider's settings. Default: none, so that environment variables decide.
     * @param environment environment variables. Default: the program's own, which the provider gets too.
     */
    constructor(
        private readonly settings: ConnectionSettings = {},
        private readonly environment: NodeJS.ProcessEnv = process.env,
    ) {}

    /**
     * The engine's client.
     *
     * @throws pulumi.RunError that names the key, its value and a cure when the settings are invalid, or when the provider would use
     *   another engine than Docker's command. It does not check whether the engine answers: the first request does.
     */
    client(): Promise<Docker> {
        return (this.connected ??= this.connect());
    }

    /**
     * Asks the engine without its client, which takes longer to load than all of a preview's requests.
     *
     * @param path path in the engine's API, e.g. `/containers/json?all=true`.
     * @returns the answer; the promise rejects when no engine answers, or with the engine's own words when it refuses.
     * @throws Error at once when the settings are invalid, like `client`.
     */
    get<T>(path: string): Promise<T> {
        const { protocol, ...options } = this.options();
        return ask<T>(protocol === "https" ? https.get : http.get, { ...options, path });
    }

    /**
     * The same for an answer that is no JSON.
     *
     * @param seconds after which it is given up: the log of a task on a busy node may never come.
     */
    async bytes(path: string, seconds: number): Promise<Buffer> {
        const { protocol, ...options } = this.options();
        const signal = AbortSignal.timeout(seconds * 1000);
        return await answer(protocol === "https" ? https.get : http.get, { ...options, path, signal });
    }

    /** The engine's address, as DOCKER_HOST would name it. */
    get host(): string {
        return this.resolved().host;
    }

    /** True when the engine runs on this machine. */
    get isLocal(): boolean {
        return isSocket(this.host);
    }

    /** Whether the engine has an image. */
    async isPresent(image: string): Promise<boolean> {
        return (await this.imageId(image)) !== undefined;
    }

    /** The id of the image that the engine has under a name; undefined when it has none. */
    async imageId(image: string): Promise<string | undefined> {
        return (await this.image(image))?.Id;
    }

    /** What the engine says of the image that it has under a name; undefined when it has none. */
    async image(image: string): Promise<KnownImage | undefined> {
        try {
            return await this.get<KnownImage>(`/images/${image}/json`);
        } catch (error) {
            if ((error as { statusCode?: number }).statusCode === 404) return undefined;
            throw error;
        }
    }

    /**
     * Pulls an image that the engine does not have, with the credentials that `docker pull` would use.
     *
     * @param onStart called before a pull.
     * @throws Error with the engine's own words when it does not have the image and cannot pull it.
     */
    async pullIfMissing(image: string, onStart?: (image: string) => void): Promise<void> {
        if (await this.isPresent(image)) return;
        onStart?.(image);
        await this.pull(image);
    }

    /** Pulls an image, even if the engine already has it. */
    async pull(image: string, onEvent?: (event: PullEvent) => void): Promise<void> {
        const authconfig = await this.credentials(image);
        const stream = await (await this.client()).pull(image, { authconfig });
        stream.setEncoding("utf8");
        let rest = "";
        for await (const chunk of stream) {
            const lines = (rest + chunk.toString()).split("\n");
            rest = lines.pop() ?? "";
            for (const line of lines.filter((text) => text.trim() !== "")) {
                const event = JSON.parse(line) as PullEvent;
                // A pull that fails halfway has already been answered with 200.
                if (event.error !== undefined) throw new Error(event.error);
                onEvent?.(event);
            }
        }
    }

    /** The credentials for the registry of an image; undefined pulls anonymously. Never print them. */
    async credentials(image: string): Promise<Docker.AuthConfigObject | undefined> {
        return await registryCredentials(image, this.settings.registryAuth ?? [], this.environment);
    }

    /** Why the registry of an image does not hand it out to the engine, in its own words; undefined where it does. */
    async refusalOf(image: string): Promise<string | undefined> {
        const authconfig = await this.credentials(image);
        const known = (await this.client()).getImage(image);
        return await known.distribution({ authconfig }).then(() => undefined, engineReason);
    }

    private resolved(): Endpoint {
        return (this.endpoint ??= resolveEndpoint(this.settings, this.environment));
    }

    /** Created once, so that all requests share the connections of one agent. */
    private options(): ReturnType<typeof clientOptions> {
        return (this.opened ??= clientOptions(this.resolved()));
    }

    private async connect(): Promise<Docker> {
        const options = this.options();
        // Loaded on first use: the preview of a running stack never needs it.
        const { default: Docker } = await import("dockerode");
        return new Docker(options);
    }
}

/**
 * The connection settings in a program's configuration, `docker:*`.
 *
 * @param config e.g. `new pulumi.Config("docker")`, which returns values that are not strings as JSON.
 * @throws Error that names a key whose value should be a list and is not.
 */
export function connectionSettings(config: { get(key: string): string | undefined }): ConnectionSettings {
    const list = <T>(key: string): T[] | undefined => {
        const text = config.get(key);
        if (text === undefined) return undefined;
        try {
            const value: unknown = JSON.parse(text);
            if (Array.isArray(value)) return value as T[];
        } catch {
            // Not JSON, so not a list.
        }
        // The message does not repeat the value, which may contain a password.
        throw new RunError(`docker:${key} must be a list; set its parts with \`pulumi config set --path\`.`);
    };
    return {
        host: config.get("host"),
        context: config.get("context"),
        certPath: config.get("certPath"),
        caMaterial: config.get("caMaterial"),
        certMaterial: config.get("certMaterial"),
        keyMaterial: config.get("keyMaterial"),
        sshOpts: list("sshOpts"),
        registryAuth: list("registryAuth"),
    };
}

/** The engine's own words about a failure, without the HTTP status that its client puts before them. */
export function engineReason(error: unknown): string {
    const message = error instanceof Error ? error.message : String(error);
    return message.replace(/^\(HTTP code \d+\) [\w ]+ - /, "").trim();
}

/** What failed as an error: a refusal of the engine names what it was about, and any other one is as it is. */
export function failureOf(what: string, error: unknown): Error {
    if (!(error instanceof Error)) return new Error(String(error));
    if (!("statusCode" in error)) return error;
    return new Error(`${what}: Docker says: ${engineReason(error)}`, { cause: error });
}

async function ask<T>(get: typeof http.get, options: http.RequestOptions): Promise<T> {
    return JSON.parse((await answer(get, options)).toString()) as T;
}

async function answer(get: typeof http.get, options: http.RequestOptions): Promise<Buffer> {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
        get(options, resolve).once("error", reject);
    });
    const body = await buffer(response);
    const { statusCode } = response;
    if (statusCode !== 200)
        throw Object.assign(new Error(`${statusCode} ${options.path}: ${body.toString().trim()}`), { statusCode });
    return body;
}

// Keeps the client from reading DOCKER_HOST and other variables: it could use another engine than the provider.
const nowhere: Docker.DockerOptions = {
    ...{ host: undefined, port: undefined, protocol: "http", socketPath: undefined, timeout: undefined },
    ...{ ca: undefined, cert: undefined, key: undefined },
};

function clientOptions({ host, sshOpts, tls }: Endpoint): Docker.DockerOptions & { agent?: Agent } {
    if (isSocket(host)) return { ...nowhere, socketPath: host.replace(/^\w+:\/\//, "") };
    const url = new URL(host);
    if (url.protocol === "ssh:") {
        return { ...nowhere, host: "docker.example.com", agent: new SshAgent(sshArguments(url, sshOpts)) };
    }
    const address = { host: withoutBrackets(url.hostname), port: url.port };
    return { ...nowhere, ...address, ...(tls === undefined ? {} : { ...tls, protocol: "https" }) };
}

/** For `catch`: lets a refusal of the engine with one of these pass, such as 404 for what is gone or 304 for what is done. */
export function ignoring(...statuses: number[]): (error: Error & { statusCode?: number }) => undefined {
    return (error) => {
        if (error.statusCode === undefined || !statuses.includes(error.statusCode)) throw error;
        return undefined;
    };
}
