import { type DockerConnection, engineReason } from "../../engine/connection";
import type { Progress } from "../progress";

/** The outcome of a pull. */
export type PullOutcome = { kind: "pulled" } | { kind: "unreachable" | "refused"; reason: string };

/** Milliseconds that a registry has to answer, and that a pull may go without progress. */
const patience = { answer: 15_000, quiet: 60_000 };

/** Pulls an image and reports its progress every few seconds. */
export async function pullImage(connection: DockerConnection, image: string, progress: Progress): Promise<PullOutcome> {
    try {
        // Ask the registry first: a pull retries for a long time before it reports that the registry does not answer.
        await digestOf(connection, image);
        progress(`pulling ${image}`);
        await pull(connection, image, progress);
        return { kind: "pulled" };
    } catch (error) {
        const reason = engineReason(error);
        return { kind: isUnreachable(reason) ? "unreachable" : "refused", reason };
    }
}

/** The digest that a registry has for a name and tag. The engine asks, since it knows how to reach the registry. */
export async function digestOf(connection: DockerConnection, image: string): Promise<string> {
    const engine = await connection.client();
    const authconfig = await connection.credentials(image);
    const asked = engine.getImage(image).distribution({ authconfig });
    const { Descriptor } = await within(patience.answer, asked);
    return Descriptor.digest;
}

/** Whether a pull failed because the registry does not answer, rather than because it refuses. */
export function isUnreachable(reason: string): boolean {
    return /dial tcp|lookup |no such host|temporary failure|time-?out|timed out|no answer|deadline exceeded|connection (refused|reset)|unreachable|TLS handshake|proxyconnect|x509|EOF/i.test(
        reason,
    );
}

async function pull(connection: DockerConnection, image: string, progress: Progress): Promise<void> {
    const layers = new Map<string, { current: number; total: number }>();
    let told = Date.now();
    let limit: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_, reject) => {
        limit = setTimeout(() => reject(new Error("no answer")), patience.quiet);
    });
    const pulled = connection.pull(image, ({ id, status, progressDetail }) => {
        limit?.refresh();
        if (id === undefined || status !== "Downloading") return;
        layers.set(id, { current: progressDetail?.current ?? 0, total: progressDetail?.total ?? 0 });
        if (Date.now() - told < 5000) return;
        told = Date.now();
        progress(howFar([...layers.values()]));
    });
    await Promise.race([pulled, silence]).finally(() => clearTimeout(limit));
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
