import { setTimeout as sleep } from "node:timers/promises";
import { get } from "./visit";

/** Asks URLs twenty times a second, each time over a connection of its own, until told to end. */
export class Load {
    private readonly asked: Promise<string | undefined>[] = [];
    private readonly asking: Promise<void>;
    private over = false;

    /** @param urls by the status that each should be answered with. */
    constructor(private readonly urls: Record<string, number>) {
        this.asking = this.ask();
    }

    /** Stops asking. How many requests there were, and what was wrong with those that failed. */
    public async end(): Promise<{ count: number; failed: string[] }> {
        this.over = true;
        await this.asking;
        const failed = (await Promise.all(this.asked)).filter((reason) => reason !== undefined);
        return { count: this.asked.length, failed };
    }

    private async ask(): Promise<void> {
        const urls = Object.entries(this.urls);
        const begun = Date.now();
        while (!this.over) {
            // Those that a busy machine was late for follow at once.
            for (const due = (Date.now() - begun) / 50; this.asked.length < due;) {
                const [url = "", status = 0] = urls[this.asked.length % urls.length] ?? [];
                this.asked.push(judge(url, status));
            }
            await sleep(20);
        }
    }
}

async function judge(url: string, status: number): Promise<string | undefined> {
    const at = new Date().toISOString();
    return await get(url).then(
        (answer) => (answer.status === status ? undefined : `${at} ${url}: ${answer.status}`),
        (error: Error) => `${at} ${url}: ${error.message}`,
    );
}
