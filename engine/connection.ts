import type Docker from "dockerode";
import http, { type Agent, type IncomingMessage } from "node:http";
import https from "node:https";
import { text } from "node:stream/consumers";
import { type ConnectionSettings, type Endpoint, isSocket, resolveEndpoint } from "./docker-endpoint";
import { registryCredentials } from "./registry";
import { SshAgent, sshArguments } from "./ssh";

export type { ConnectionSettings } from "./docker-endpoint";
export type { RegistryAuth } from "./registry";

/** What the engine tells of a pull, many times. */
export interface PullEvent {
    /** Of a layer. */
    id?: string;
    status?: string;
    /** In bytes. */
    progressDetail?: { current?: number; total?: number };
    error?: string;
}

/**
 * The Docker engine that the provider uses, for what the provider cannot do. One object that all components share; it
 * connects when it is first used, as Docker's own command does.
 *
 * @example
 * const connection = new DockerConnection({ host: "ssh://admin@nas.example.com" });
 * const { Version } = await (await connection.client()).version();
 */
export class DockerConnection {
    private endpoint?: Endpoint;
    private opened?: ReturnType<typeof clientOptions>;
    private connected?: Promise<Docker>;

    /**
     * @param settings what the provider is given. Default: nothing, which leaves it to the environment.
     * @param environment Default: the program's own, which the provider shares.
     */
    constructor(
        private readonly settings: ConnectionSettings = {},
        private readonly environment: NodeJS.ProcessEnv = process.env,
    ) {}

    /**
     * The engine's client.
     *
     * @throws Error that names the key, its value and a cure where the settings lead nowhere, or where the provider
     *   would talk to another engine than Docker's command. Whether the engine answers, the first request tells.
     */
    client(): Promise<Docker> {
        return (this.connected ??= this.connect());
    }

    /**
     * What the engine answers to a question, without its client, which takes longer to load than all that a preview asks.
     *
     * @param path of the engine's API, e.g. `/containers/json?all=true`.
     * @returns a promise that rejects where no engine answers, or where it refuses, with its own words.
     * @throws Error at once where the settings lead nowhere, as `client` does.
     */
    get<T>(path: string): Promise<T> {
        const { protocol, ...options } = this.options();
        return ask<T>(protocol === "https" ? https.get : http.get, { ...options, path });
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
        try {
            await (await this.client()).getImage(image).inspect();
            return true;
        } catch (error) {
            if ((error as { statusCode?: number }).statusCode === 404) return false;
            throw error;
        }
    }

    /**
     * Pulls an image that the engine does not have, with the credentials that `docker pull` would use.
     *
     * @param onStart told before the pull, where there is one.
     * @throws Error with the engine's own words when it neither has it nor can pull it.
     */
    async pullIfMissing(image: string, onStart?: (image: string) => void): Promise<void> {
        if (await this.isPresent(image)) return;
        onStart?.(image);
        await this.pull(image);
    }

    /** Pulls an image, also one that the engine has. */
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
                // A pull that fails under way has answered 200 before.
                if (event.error !== undefined) throw new Error(event.error);
                onEvent?.(event);
            }
        }
    }

    /** What the registry of an image is to be shown; undefined asks it as nobody. Never to be printed. */
    async credentials(image: string): Promise<Docker.AuthConfigObject | undefined> {
        return await registryCredentials(image, this.settings.registryAuth ?? [], this.environment);
    }

    private resolved(): Endpoint {
        return (this.endpoint ??= resolveEndpoint(this.settings, this.environment));
    }

    /** Made once, so that all requests share the connections of one agent. */
    private options(): ReturnType<typeof clientOptions> {
        return (this.opened ??= clientOptions(this.resolved()));
    }

    private async connect(): Promise<Docker> {
        const options = this.options();
        // Loaded when it is used, which in a preview of what runs is never.
        const { default: Docker } = await import("dockerode");
        return new Docker(options);
    }
}

/**
 * The settings that a program's configuration `docker:*` holds.
 *
 * @param config e.g. `new pulumi.Config("docker")`; what is no text, it hands over as JSON.
 * @throws Error that names a key whose value is no list.
 */
export function connectionSettings(config: { get(key: string): string | undefined }): ConnectionSettings {
    const list = <T>(key: string): T[] | undefined => {
        const text = config.get(key);
        if (text === undefined) return undefined;
        try {
            const value: unknown = JSON.parse(text);
            if (Array.isArray(value)) return value as T[];
        } catch {
            // It is no list either.
        }
        // Its value may hold a password.
        throw new Error(`docker:${key} must be a list; set its parts with \`pulumi config set --path\`.`);
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

/** Why the engine failed, in its own words; its client puts the status before them. */
export function engineReason(error: unknown): string {
    const message = error instanceof Error ? error.message : String(error);
    return message.replace(/^\(HTTP code \d+\) [\w ]+ - /, "").trim();
}

async function ask<T>(get: typeof http.get, options: http.RequestOptions): Promise<T> {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
        get(options, resolve).once("error", reject);
    });
    const body = await text(response);
    if (response.statusCode !== 200) throw new Error(`${response.statusCode} ${options.path}: ${body.trim()}`);
    return JSON.parse(body) as T;
}

// What the client would take from DOCKER_HOST and its like, and talk to another engine than the provider.
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
    const address = { host: url.hostname, port: url.port };
    return { ...nowhere, ...address, ...(tls === undefined ? {} : { ...tls, protocol: "https" }) };
}
