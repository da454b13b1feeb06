import timers from "node:timers/promises";

/** Time in which nobody waits: a pause moves it on by its length and is over at once. */
export interface Clock {
    /** Seconds since its start. */
    seconds: () => number;
    /** Moves it on. */
    pass: (seconds: number) => void;
    /** What the program printed since, instead of in the terminal. */
    told: unknown[];
    /** Gives the real time back. */
    stop: () => void;
}

/** Replaces the time of the program under test, its pauses and its clock, by one that does not pass by itself. */
export function startClock(): Clock {
    const { setTimeout: pause } = timers;
    const { now } = Date;
    const { log } = console;
    const started = now();
    const told: unknown[] = [];
    let time = started;
    timers.setTimeout = ((milliseconds = 0, value?: unknown, options?: { ref?: boolean }) => {
        // One that keeps no program alive is a time limit, and no pause.
        if (options?.ref === false) return pause(milliseconds, value, options);
        time += milliseconds;
        return Promise.resolve(value);
    }) as typeof pause;
    Date.now = () => time;
    console.log = (line: unknown) => void told.push(line);
    return {
        seconds: () => (time - started) / 1000,
        pass: (seconds) => {
            time += seconds * 1000;
        },
        told,
        stop: () => {
            timers.setTimeout = pause;
            Date.now = now;
            console.log = log;
        },
    };
}
