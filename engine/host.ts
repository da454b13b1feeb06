import type Docker from "dockerode";

/**
 * Connects to the Docker engine that the provider uses, for what the provider cannot do: watching a start, running a
 * job to its exit code, commands inside a container.
 *
 * @param host the provider's `docker:host`, e.g. `unix:///var/run/docker.sock` or `ssh://user@host`. Default: DOCKER_HOST,
 *   or the local engine.
 */
export async function connect(host: string | undefined): Promise<Docker> {
    // Loaded when it is used: a preview uses it never, and it takes a fifth of a second.
    const { default: Docker } = await import("dockerode");
    if (host === undefined) return new Docker();
    const url = new URL(host);
    if (url.protocol === "unix:") return new Docker({ ...nowhere, socketPath: url.pathname });
    const protocol = url.protocol === "ssh:" ? "ssh" : "http";
    return new Docker({
        ...nowhere,
        host: url.hostname,
        port: url.port === "" ? (protocol === "ssh" ? 22 : 2375) : Number(url.port),
        protocol,
        ...(url.username === "" ? {} : { username: url.username }),
        ...(protocol === "ssh" ? { sshOptions: { agent: process.env.SSH_AUTH_SOCK } } : {}),
    });
}

// Otherwise the client would take what is not given from DOCKER_HOST, and talk to another engine than the provider.
const nowhere = { host: undefined, port: undefined, protocol: undefined, socketPath: undefined };
