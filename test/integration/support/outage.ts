import { setTimeout as sleep } from "node:timers/promises";
import { get } from "./visit";

/** Asks a URL ten times a second, for the longest time during which it was not answered as it should be. */
export class Outage {
    private readonly asking: Promise<number>;
    private over = false;

    /** @param status what it should be answered with. */
    constructor(url: string, status: number) {
        this.asking = this.watch(url, status);
    }

    /** Stops asking. The longest outage in seconds. */
    public end(): Promise<number> {
        this.over = true;
        return this.asking;
    }

    private async watch(url: string, status: number): Promise<number> {
        let longest = 0;
        let good = Date.now();
        while (!this.over) {
            const answered = await get(url).then(
                (answer) => answer.status === status,
                () => false,
            );
            if (answered) good = Date.now();
            longest = Math.max(longest, Date.now() - good);
            await sleep(100);
        }
        return Math.round(longest / 100) / 10;
    }
}
