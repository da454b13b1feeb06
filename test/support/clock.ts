import timers from "node:timers/promises";

/** Time in which nobody waits: a pause moves it on by its length and is over at once. */
export interface Clock {
    /** Seconds since its start. */
    seconds: () => number;
    /** Gives the real time back. */
    stop: () => void;
}

/** Replaces the time of the program under test, its pauses and its clock, by one that does not pass by itself. */
export function startClock(): Clock {
    const pause = timers.setTimeout;
    const now = Date.now;
    const started = now();
    let time = started;
    timers.setTimeout = ((milliseconds = 0) => {
        time += milliseconds;
        return Promise.resolve();
    }) as typeof pause;
    Date.now = () => time;
    return {
        seconds: () => (time - started) / 1000,
        stop: () => {
            timers.setTimeout = pause;
            Date.now = now;
        },
    };
}
