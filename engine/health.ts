import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { execute, lastLogLines, redact } from "./host";

/** How long, and under what name, a container is waited for. */
export interface HealthGate {
    /** What messages call the container. */
    title: string;
    /** The container's own health check. */
    command: string[];
    /** Seconds it may take. */
    seconds: number;
    /** Values that no message may show. */
    secrets: string[];
}

/**
 * Waits until a container's health check passes.
 *
 * The provider's own `wait` notices a crash only at its timeout and says nothing of the cause; this one looks every
 * second. It runs the check itself, so that the check's interval can be long.
 *
 * @throws Error that names the container and ends with its last log lines: at once when it exited or was restarted
 *   twice, else when the time is over.
 */
export async function untilHealthy(docker: Docker, id: string, gate: HealthGate): Promise<void> {
    const container = docker.getContainer(id);
    const deadline = Date.now() + gate.seconds * 1000;
    for (;;) {
        const look = await container.inspect();
        const { Running, Restarting } = look.State;
        const answer = Running && !Restarting ? await check(container, gate.command) : "it does not run";
        if (answer === undefined) return;
        const late = `was not healthy within ${gate.seconds} seconds (its health check says: ${answer})`;
        const problem = (await trouble(docker, look)) ?? (Date.now() > deadline ? late : undefined);
        if (problem !== undefined) {
            const log = await lastLogLines(container, gate.secrets);
            throw new Error(`${gate.title} ${redact(problem, gate.secrets)}; its last log lines:\n${log}`);
        }
        await sleep(1000);
    }
}

/**
 * The same, with the health check that the container has; at once when it has none.
 *
 * @throws as `untilHealthy`.
 */
export async function untilStarted(docker: Docker, id: string, seconds: number, secrets: string[]): Promise<void> {
    const { Config, Name } = await docker.getContainer(id).inspect();
    const [, ...command] = Config.Healthcheck?.Test ?? [];
    if (command.length > 0) await untilHealthy(docker, id, { title: Name.slice(1), command, seconds, secrets });
}

/** Undefined when the check passes, else its last line. */
async function check(container: Docker.Container, command: string[]): Promise<string | undefined> {
    try {
        const { code, output } = await execute(container, { command });
        return code === 0 ? undefined : (output.trim().split("\n").at(-1) ?? "");
    } catch {
        return "it stopped during the check"; // the next look says why
    }
}

/** What tells that a container will not get healthy by waiting. */
async function trouble(docker: Docker, look: Docker.ContainerInspectInfo): Promise<string | undefined> {
    const { Id, State, RestartCount } = look;
    if (RestartCount >= 2)
        return `keeps crashing (exit code ${await lastExitCode(docker, Id)}, restarted ${RestartCount} times)`;
    if (["exited", "dead"].includes(State.Status))
        return `exited with code ${State.ExitCode}${State.OOMKilled ? " (out of memory)" : ""}`;
    return undefined;
}

/** The state of a container that runs again shows 0; the engine's events tell what its last run ended with. */
async function lastExitCode(docker: Docker, id: string): Promise<string> {
    const filters = { container: [id], event: ["die"] };
    const events = await text(await docker.getEvents({ since: 0, until: Date.now() / 1000, filters }));
    return /.*"exitCode":"(\d+)"/s.exec(events)?.[1] ?? "unknown";
}
