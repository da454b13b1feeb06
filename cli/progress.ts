/** Reports in one line what a long step is doing; called whenever there is something new. */
export type Progress = (message: string) => void;

/** An error whose message says everything that a person needs to know; it is shown without a stack trace. */
export class ToolError extends Error {
    override name = "ToolError";
}

/** The work was interrupted, and has stopped. */
export class Interrupted extends Error {}

/** Numbered steps on a terminal, each with the seconds it took. */
export class Steps {
    private number = 0;

    /**
     * @param total how many steps there will be.
     * @param write prints one line. Default: standard output.
     */
    constructor(
        private readonly total: number,
        private readonly write: (line: string) => void = console.log,
    ) {}

    /**
     * Runs one step: prints its title when it starts, its result and seconds when it ends.
     *
     * @param result one line about the outcome.
     * @throws whatever the work throws, after a line that names the failing step.
     */
    async run<T>(title: string, work: (progress: Progress) => Promise<T>, result: (value: T) => string): Promise<T> {
        const label = `[${++this.number}/${this.total}] ${title}`;
        const start = Date.now();
        this.write(label);
        try {
            const value = await work((message) => this.note(message));
            this.note(`${result(value)} (${seconds(Date.now() - start)})`);
            return value;
        } catch (error) {
            const outcome = error instanceof Interrupted ? "was interrupted" : "failed";
            const step = `Step ${this.number} of ${this.total}, ${title},`;
            this.write(`\n${step} ${outcome} after ${seconds(Date.now() - start)}.`);
            throw error;
        }
    }

    private note(message: string): void {
        for (const line of message.trimEnd().split("\n")) this.write(`      ${line}`);
    }
}

/** Milliseconds as a person reads them: `0.4 s`, `12 s`, `3 min 05 s`. */
export function seconds(milliseconds: number): string {
    const total = milliseconds / 1000;
    if (total < 10) return `${total.toFixed(1)} s`;
    const whole = Math.round(total);
    if (whole < 120) return `${whole} s`;
    return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

/** The message of whatever was thrown. */
export function reasonOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
