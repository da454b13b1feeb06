import { setTimeout as sleep } from "node:timers/promises";
import { get } from "./visit";

/** What a load saw. */
export interface Seen {
    count: number;
    /** How many lost their connection with a container that stopped, and were asked again, as a proxy does with a GET. */
    again: number;
    /** What was wrong with those that failed. */
    failed: string[];
}

/** Asks URLs twenty times a second, each time over a connection of its own, until told to end. */
export class Load {
    private readonly asked: Promise<string | undefined>[] = [];
    private readonly asking: Promise<void>;
    private again = 0;
    private over = false;

    /** @param urls by the status that each should be answered with. */
    constructor(private readonly urls: Record<string, number>) {
        this.asking = this.ask();
    }

    /** Stops asking. */
    public async end(): Promise<Seen> {
        this.over = true;
        await this.asking;
        const failed = (await Promise.all(this.asked)).filter((reason) => reason !== undefined);
        return { count: this.asked.length, again: this.again, failed };
    }

    private async ask(): Promise<void> {
        const urls = Object.entries(this.urls);
        const begun = Date.now();
        while (!this.over) {
            // Those that a busy machine was late for follow at once.
            for (const due = (Date.now() - begun) / 50; this.asked.length < due;) {
                const [url = "", status = 0] = urls[this.asked.length % urls.length] ?? [];
                this.asked.push(this.judge(url, status));
            }
            await sleep(20);
        }
    }

    private async judge(url: string, status: number): Promise<string | undefined> {
        const at = new Date().toISOString();
        const repeat = (error: Error) => {
            if (!/ECONNRESET|socket hang up/.test(error.message)) throw error;
            this.again++;
            return get(url);
        };
        return await get(url)
            .catch(repeat)
            .then(
                (answer) => (answer.status === status ? undefined : `${at} ${url}: ${answer.status}`),
                (error: Error) => `${at} ${url}: ${error.message}`,
            );
    }
}
