import type Docker from "dockerode";
import { connect } from "./host";
import { isPresent, pullIfMissing } from "./pull";

/** How the provider is told to reach Docker: its own configuration keys. */
export interface ConnectionSettings {
    host?: string;
}

/** Stand-in until the branch conn is merged. */
export class DockerConnection {
    public constructor(private readonly settings: ConnectionSettings = {}) {}

    public client(): Promise<Docker> {
        return connect(this.settings.host);
    }

    public get isLocal(): boolean {
        const { host } = this.settings;
        return host === undefined ? (process.env.DOCKER_HOST?.startsWith("unix:") ?? true) : host.startsWith("unix:");
    }

    public async pullIfMissing(image: string): Promise<void> {
        return pullIfMissing(await this.client(), image);
    }

    public async isPresent(image: string): Promise<boolean> {
        return isPresent(await this.client(), image);
    }
}

export function connectionSettings(config: { get(key: string): string | undefined }): ConnectionSettings {
    return { host: config.get("host") };
}

export { engineReason } from "./pull";
