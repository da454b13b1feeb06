import { existsSync, readFileSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { type ConnectionSettings, DockerConnection } from "../engine/connection";
import { currentContext, type Endpoint, resolveEndpoint } from "../engine/docker-endpoint";
import { installDocker, startDaemon } from "./docker/dockerd";
import { type Progress, reasonOf, ToolError } from "./progress";

/** A Docker engine that answers. */
export interface DockerEngine {
    /** As DOCKER_HOST names it, e.g. `unix:///var/run/docker.sock`. */
    host: string;
    version: string;
    connection: DockerConnection;
}

/** The socket of the engine in Debian's and Docker's own packages. */
export const defaultSocket = "/var/run/docker.sock";

/**
 * Finds the Docker engine to use. If there is none, installs and starts one (on Debian and Ubuntu, as root).
 *
 * @param settings the stack's `docker:*`. Default: the engine that Docker's own command would use, or one on this machine.
 * @throws ToolError that says what to do.
 */
export async function ensureDocker(progress: Progress, settings: ConnectionSettings = {}): Promise<DockerEngine> {
    const found = await findDocker(settings);
    if (found !== undefined) return found;
    if (!existsSync("/usr/sbin/dockerd") && !existsSync("/usr/bin/dockerd")) {
        const obstacle = installObstacle();
        if (obstacle !== undefined) throw new ToolError(obstacle);
        await installDocker(progress);
    }
    if (userInfo().uid !== 0) throw new ToolError(startAdvice);
    await startDaemon(progress);
    return await ask({ ...settings, host: `unix://${defaultSocket}` });
}

/**
 * Finds a Docker engine that answers, and changes nothing.
 *
 * @param settings the stack's `docker:*`. Default: the engine that Docker's own command would use, or one on this machine.
 * @returns undefined when no engine runs.
 * @throws ToolError when the named engine does not answer, or refuses this user.
 */
export async function findDocker(settings: ConnectionSettings = {}): Promise<DockerEngine | undefined> {
    const { DOCKER_HOST, DOCKER_CONTEXT } = process.env;
    const isNamed = [settings.host, settings.context, DOCKER_HOST, DOCKER_CONTEXT].some((name) => (name ?? "") !== "");
    // The provider does not read the current context; DOCKER_HOST tells it.
    const context = isNamed ? settings.context : currentContext();
    if (isNamed || context !== undefined) {
        const asked = { ...settings, context };
        const { host, source } = resolved(asked);
        try {
            return await ask(asked);
        } catch (error) {
            const place = source.startsWith("docker:") ? `${source} in the stack's configuration` : source;
            const cure = isNamed ? `change ${place}` : "choose another with `docker context use`";
            throw new ToolError(
                `No Docker engine answers at ${host}: ${reasonOf(error)}. Start that engine, or ${cure}.`,
            );
        }
    }
    for (const socket of sockets()) {
        const asked = { ...settings, host: `unix://${socket}` };
        resolved(asked);
        try {
            return await ask(asked);
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code === "EACCES") throw new ToolError(refused(socket));
        }
    }
    return undefined;
}

/** The endpoint that the settings name; a mistake in them becomes a ToolError. */
function resolved(settings: ConnectionSettings): Endpoint {
    try {
        return resolveEndpoint(settings, process.env);
    } catch (error) {
        throw new ToolError(reasonOf(error));
    }
}

async function ask(settings: ConnectionSettings): Promise<DockerEngine> {
    const connection = new DockerConnection(settings);
    const limit = new Promise<never>((_, reject) => {
        setTimeout(() => reject(new Error("no answer within 10 seconds")), 10_000).unref();
    });
    const { Version } = await Promise.race([connection.get<{ Version: string }>("/version"), limit]);
    return { host: connection.host, version: Version, connection };
}

/** The default socket, then those of rootless engines and of Docker Desktop. */
function sockets(): string[] {
    const runtimeDir = process.env.XDG_RUNTIME_DIR;
    return [
        defaultSocket,
        ...(runtimeDir === undefined ? [] : [join(runtimeDir, "docker.sock")]),
        join(homedir(), ".docker/run/docker.sock"),
        join(homedir(), ".docker/desktop/docker.sock"),
    ].filter((socket) => existsSync(socket));
}

/** Why Docker cannot be installed here, with what to do instead. */
function installObstacle(): string | undefined {
    const needed = "This needs a Docker engine, and none is running here. ";
    if (process.platform !== "linux") return `${needed}Install Docker Desktop, start it, and run this again.`;
    if (!isDebian(readRelease())) {
        return `${needed}Install it with your distribution's package manager, start it (\`systemctl start docker\`), and run this again.`;
    }
    if (userInfo().uid !== 0) {
        return `${needed}Run \`sudo apt-get install docker.io && sudo usermod -aG docker ${userInfo().username}\`, sign in again, and run this again.`;
    }
    return undefined;
}

/** Whether an os-release file is that of Debian, Ubuntu or a derivative. */
export function isDebian(release: string): boolean {
    const ids = [...release.matchAll(/^ID(?:_LIKE)?=(.*)$/gm)].flatMap(([, value]) =>
        (value ?? "").replaceAll(/["']/g, "").split(" "),
    );
    return ids.includes("debian") || ids.includes("ubuntu");
}

function readRelease(): string {
    return existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
}

const startAdvice =
    "Docker is installed, but its engine is not running. Run `sudo systemctl start docker` (without systemd: `sudo service docker start`), and run this again.";

function refused(socket: string): string {
    return `The Docker engine at ${socket} refuses this user. Run \`sudo usermod -aG docker ${userInfo().username}\`, sign in again, and run this again.`;
}
