import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import type Docker from "dockerode";
import { execute, lastLogLines, logSince, redact } from "./streams";
import type { HealthCheck } from "./workload";

/** What to wait for, and for how long. */
export interface Gate {
    /** The container's name in messages. */
    title: string;
    health: Pick<HealthCheck, "command" | "ready" | "readySeconds" | "lacking" | "fatal">;
    /** Values that must not appear in messages. */
    secrets: string[];
    /** The other starts of the update: when one of them fails, this one ends too. Default: none. */
    starts?: Starts;
}

/** The starts of one update. When one fails, the others end: the update fails anyway, and its cause is known. */
export class Starts {
    readonly #ended = new AbortController();
    readonly #attempts = new Set<Promise<void>>();

    /**
     * Runs a start, unless another one has failed.
     *
     * A failure is thrown once every other start has ended too and stopped what it started: the engine ends the program at
     * the first failure and does not wait for hooks that still run.
     */
    public async attempt(title: string, start: () => Promise<void>): Promise<void> {
        if (this.#ended.signal.aborted) throw this.#otherFailed(title);
        const attempt = start();
        this.#attempts.add(attempt);
        try {
            await attempt;
        } catch (error) {
            this.#end(error);
            this.#attempts.delete(attempt);
            await Promise.allSettled(this.#attempts);
            throw error;
        } finally {
            this.#attempts.delete(attempt);
        }
    }

    /** Waits, until another start fails. */
    public async race(title: string, wait: (signal: AbortSignal) => Promise<void>): Promise<void> {
        const { signal } = this.#ended;
        const otherFailed = new Promise<never>((_, reject) => {
            const end = () => reject(this.#otherFailed(title));
            if (signal.aborted) end();
            else signal.addEventListener("abort", end, { once: true });
        });
        try {
            await Promise.race([wait(signal), otherFailed]);
        } catch (error) {
            this.#end(error);
            throw error;
        }
    }

    #end(error: unknown): void {
        if (!(error instanceof WaitEnded)) this.#ended.abort(firstLine(error));
    }

    #otherFailed(title: string): WaitEnded {
        return new WaitEnded(`${title}: the wait ended, since ${String(this.#ended.signal.reason)}`);
    }
}

class WaitEnded extends Error {}

function firstLine(error: unknown): string {
    return String(error instanceof Error ? error.message : error).split("; its last log lines:")[0] ?? "";
}

/**
 * Waits until a container's health check passes.
 *
 * The provider's own `wait` notices a crash only at its timeout and does not tell the cause; this one looks every second.
 * It runs the health check itself, so that the check's interval can be long.
 *
 * @throws Error that names the container and ends with its last log lines: at once when it exited or was restarted twice, or
 *   once with a log that says that it always will; when its log has reported for 30 seconds what it lacks; when another
 *   start failed; else when the time is up.
 */
export async function untilHealthy(docker: Docker, id: string, gate: Gate): Promise<void> {
    const wait = (signal?: AbortSignal) => look(docker.getContainer(id), docker, gate, signal);
    await (gate.starts === undefined ? wait() : gate.starts.race(gate.title, wait));
}

async function look(
    container: Docker.Container,
    docker: Docker,
    { title, health, secrets }: Gate,
    signal?: AbortSignal,
): Promise<void> {
    // authentik's first boot runs hundreds of migrations: 90 seconds on two idle cores, over 5 minutes on busy ones.
    const seconds = health.readySeconds ?? 900;
    const started = Date.now();
    const elapsed = () => Math.round((Date.now() - started) / 1000);
    const lacking = new Lacking(health.lacking);
    let answer: string | undefined;
    let next = 0;
    for (let told = 0; signal?.aborted !== true; await sleep(1000)) {
        const state = await container.inspect();
        const { Running, Restarting } = state.State;
        if (!Running || Restarting) answer = "it is not running";
        else if (Date.now() >= next) {
            answer = await check(container, health.ready ?? health.command);
            // authentik's own check takes 0.2 seconds of a processor that its first boot needs.
            next = Date.now() + Math.min(elapsed() / 20, 5) * 1000;
        }
        if (answer === undefined) return;
        const late = `was not healthy within ${seconds} seconds (its health check says: ${answer})`;
        const problem =
            (await trouble(docker, state, health.fatal)) ??
            (await lacking.problem((since) => logSince(container, since))) ??
            (elapsed() > seconds ? late : undefined);
        if (problem !== undefined) {
            const log = await lastLogLines(container, secrets);
            throw new Error(`${title} ${redact(problem, secrets)}; its last log lines:\n${log}`);
        }
        if (elapsed() < told + 10) continue;
        told = elapsed();
        await tellWait(title, told, `its health check says: ${redact(answer, secrets)}`);
    }
}

/** Shows for how many seconds something has been waited for, and how it is. */
export async function tellWait(title: string, seconds: number, how: string): Promise<void> {
    // Without a resource: in a hook it has no URN yet, and the message would wait for it forever.
    await pulumi.log.info(`waiting for ${title} (${seconds} s); ${how}`, undefined, undefined, true);
}

/** Seconds that a health check may take, also where Docker itself runs it. */
export const checkSeconds = 30;

/** Undefined when the check passes, else the last line of its output. */
async function check(container: Docker.Container, command: string[]): Promise<string | undefined> {
    try {
        const { code, output } = await execute(container, command, undefined, checkSeconds);
        return code === 0 ? undefined : (output.trim().split("\n").at(-1) ?? "");
    } catch {
        return "it stopped during the check"; // the next look finds the cause
    }
}

/** The reason why a container will not become healthy, however long one waits; undefined if there is none. */
async function trouble(docker: Docker, look: Docker.ContainerInspectInfo, fatal?: RegExp): Promise<string | undefined> {
    const { Id, State, RestartCount } = look;
    const ended = RestartCount > 0 || ["exited", "dead"].includes(State.Status);
    const said = ended ? fatal?.exec(await logSince(docker.getContainer(Id), 0))?.[1] : undefined;
    if (said !== undefined) return `ended, and would end again: ${said}`;
    if (RestartCount >= 2)
        return `keeps crashing (exit code ${await lastExitCode(docker, look)}, restarted ${RestartCount} times)`;
    if (["exited", "dead"].includes(State.Status))
        return `exited with code ${State.ExitCode}${State.OOMKilled ? " (out of memory)" : ""}`;
    return undefined;
}

/** The exit code of a container's last run. Its state shows 0 once it runs again, but the engine's events have the code. */
async function lastExitCode(docker: Docker, { Id, State }: Docker.ContainerInspectInfo): Promise<string> {
    const filters = { container: [Id], event: ["die"] };
    // By the engine's clock: it waits for what is later by that. The event comes just after the end.
    const until = Math.ceil(Date.parse(State.FinishedAt) / 1000) + 1;
    const events = await text(await docker.getEvents({ since: 0, until, filters }));
    return /.*"exitCode":"(\d+)"/s.exec(events)?.[1] ?? "unknown";
}

/** Notices a process that is alive but keeps reporting in its log what it lacks. */
export class Lacking {
    private since: number | undefined;
    private next = 0;

    public constructor(private readonly pattern: RegExp | undefined) {}

    /** @param read what it printed since a time, in seconds since 1970; undefined where that cannot be read. */
    public async problem(read: (since: number) => Promise<string | undefined>): Promise<string | undefined> {
        if (this.pattern === undefined || Date.now() < this.next) return undefined;
        this.next = Date.now() + 5000;
        // What it printed before may have been cured since.
        const log = await read(Date.now() / 1000 - 10);
        if (log === undefined) return undefined;
        const said = this.pattern.exec(log)?.[0];
        if (said === undefined) this.since = undefined;
        else this.since ??= Date.now();
        const over = this.since !== undefined && Date.now() - this.since >= 30_000;
        return over ? `is alive but not ready: ${said}` : undefined;
    }
}
