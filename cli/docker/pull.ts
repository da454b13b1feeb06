import type Docker from "dockerode";
import { engineReason } from "../../engine/pull";
import type { Progress } from "../progress";

/** What came of a pull. */
export type PullOutcome = { kind: "pulled" } | { kind: "unreachable" | "refused"; reason: string };

/** Milliseconds that a registry has to answer, and that a pull may go without news. */
const patience = { answer: 15_000, quiet: 60_000 };

/** Pulls an image, telling how far it is every few seconds. */
export async function pullImage(engine: Docker, image: string, progress: Progress): Promise<PullOutcome> {
    try {
        // Asks the registry first: a pull itself retries for long before it says that nobody answers.
        await digestOf(engine, image);
        progress(`pulling ${image}`);
        await pull(engine, image, progress);
        return { kind: "pulled" };
    } catch (error) {
        const reason = engineReason(error);
        return { kind: isUnreachable(reason) ? "unreachable" : "refused", reason };
    }
}

/** The digest that a registry has for a name and tag: asked by the engine, which knows where the registry is. */
export async function digestOf(engine: Docker, image: string): Promise<string> {
    const asked = engine.getImage(image).distribution() as Promise<{ Descriptor: { digest: string } }>;
    const { Descriptor } = await within(patience.answer, asked);
    return Descriptor.digest;
}

/** Whether a failed pull says that the registry does not answer, rather than that it refuses. */
export function isUnreachable(reason: string): boolean {
    return /dial tcp|lookup |no such host|temporary failure|time-?out|timed out|no answer|deadline exceeded|connection (refused|reset)|unreachable|TLS handshake|proxyconnect|x509|EOF/i.test(
        reason,
    );
}

interface PullEvent {
    id?: string;
    status?: string;
    progressDetail?: { current?: number; total?: number };
}

async function pull(engine: Docker, image: string, progress: Progress): Promise<void> {
    const stream = await engine.pull(image);
    const layers = new Map<string, { current: number; total: number }>();
    let told = Date.now();
    let limit: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve, reject) => {
        limit = setTimeout(() => reject(new Error("no answer")), patience.quiet);
        engine.modem.followProgress(
            stream,
            (error: Error | null) => (error === null ? resolve() : reject(error)),
            ({ id, status, progressDetail }: PullEvent) => {
                limit?.refresh();
                if (id === undefined || status !== "Downloading") return;
                layers.set(id, { current: progressDetail?.current ?? 0, total: progressDetail?.total ?? 0 });
                if (Date.now() - told < 5000) return;
                told = Date.now();
                progress(howFar([...layers.values()]));
            },
        );
    }).finally(() => clearTimeout(limit));
}

/** `120 of 340 MB`. */
export function howFar(layers: { current: number; total: number }[]): string {
    const megabytes = (key: "current" | "total") =>
        Math.round(layers.reduce((sum, layer) => sum + layer[key], 0) / 1e6);
    return `${megabytes("current")} of ${megabytes("total")} MB`;
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error("no answer")), milliseconds);
    });
    return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
