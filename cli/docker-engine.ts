import { existsSync, readFileSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { connect } from "../engine/host";
import { installDocker } from "./docker/install";
import { startDaemon } from "./docker/dockerd";
import { type Progress, reasonOf, ToolError } from "./progress";

/** A Docker engine that answers. */
export interface DockerEngine {
    /** As DOCKER_HOST names it, e.g. `unix:///var/run/docker.sock`. */
    host: string;
    version: string;
}

/** Where Debian's and Docker's own packages have the engine listen. */
export const defaultSocket = "/var/run/docker.sock";

/**
 * Finds the Docker engine to use; on Debian and Ubuntu, as root, installs and starts one where there is none.
 *
 * @param configured the stack's `docker:host`. Default: DOCKER_HOST, or an engine on this machine.
 * @throws ToolError that says what to do.
 */
export async function ensureDocker(progress: Progress, configured?: string): Promise<DockerEngine> {
    const found = await findDocker(configured);
    if (found !== undefined) return found;
    if (!existsSync("/usr/sbin/dockerd") && !existsSync("/usr/bin/dockerd")) {
        const obstacle = installObstacle();
        if (obstacle !== undefined) throw new ToolError(obstacle);
        await installDocker(progress);
    }
    if (userInfo().uid !== 0) throw new ToolError(startAdvice);
    await startDaemon(progress);
    return { host: `unix://${defaultSocket}`, version: await ask(`unix://${defaultSocket}`) };
}

/**
 * Finds a Docker engine that answers, and changes nothing.
 *
 * @param configured the stack's `docker:host`. Default: DOCKER_HOST, or an engine on this machine.
 * @returns undefined where none runs.
 * @throws ToolError when the engine that is asked for does not answer, or refuses this user.
 */
export async function findDocker(configured?: string): Promise<DockerEngine | undefined> {
    const named = configured ?? process.env.DOCKER_HOST;
    if (named !== undefined && named !== "") {
        try {
            // The client reads DOCKER_HOST's own settings for TLS.
            return { host: named, version: await ask(configured) };
        } catch (error) {
            const source = configured === undefined ? "DOCKER_HOST" : "docker:host in the stack's configuration";
            const cure = `Start that engine, or change ${source}.`;
            throw new ToolError(`No Docker engine answers at ${named}: ${reasonOf(error)}. ${cure}`);
        }
    }
    for (const socket of sockets()) {
        try {
            return { host: `unix://${socket}`, version: await ask(`unix://${socket}`) };
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code === "EACCES") throw new ToolError(refused(socket));
        }
    }
    return undefined;
}

async function ask(host: string | undefined): Promise<string> {
    const engine = await connect(host);
    const limit = new Promise<never>((_, reject) => {
        setTimeout(() => reject(new Error("no answer within 10 seconds")), 10_000).unref();
    });
    const { Version } = await Promise.race([engine.version(), limit]);
    return Version;
}

/** The default socket, then where rootless engines and desktop versions listen. */
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
    const needed = "This needs a Docker engine, and none runs here. ";
    if (process.platform !== "linux") return `${needed}Install Docker Desktop, start it, and run this again.`;
    if (!isDebian(readRelease())) {
        return `${needed}Install it with your distribution's package manager, start it (\`systemctl start docker\`), and run this again.`;
    }
    if (userInfo().uid !== 0) {
        return `${needed}Run \`sudo apt-get install docker.io && sudo usermod -aG docker ${userInfo().username}\`, sign in again, and run this again.`;
    }
    return undefined;
}

/** Whether an os-release file is of Debian, Ubuntu or a descendant of theirs. */
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
    "Docker is installed, but its engine does not run. Run `sudo systemctl start docker` (without systemd: `sudo service docker start`), and run this again.";

function refused(socket: string): string {
    return `The Docker engine at ${socket} refuses this user. Run \`sudo usermod -aG docker ${userInfo().username}\`, sign in again, and run this again.`;
}
